import type { RequestBody, ResponseShape, Schema } from './description.ts'
import { preferMediaType, readContent } from './media-type.ts'
import { swaggerSchema } from './parameter.ts'
import { isObject, objectOf, stringsOf } from './plain.ts'
import type { Reading } from './reading.ts'
import { dereference } from './reference.ts'

/** The request body of an operation; undefined when it takes none. `declared` are its parameters (Swagger 2.0 keeps the body there). */
export function readBody(reading: Reading, operation: Schema, declared: readonly Schema[]): RequestBody | undefined {
  if (reading.format === 'swagger-2.0') return swaggerBody(reading, operation, declared)
  const body = dereference(reading.document, operation['requestBody'])
  const content = readContent(reading.document, objectOf(body)['content'])
  if (content === undefined) return undefined
  return { ...content, required: objectOf(body)['required'] === true, schema: content.schema ?? {} }
}

function swaggerBody(reading: Reading, operation: Schema, declared: readonly Schema[]): RequestBody | undefined {
  const consumed = stringsOf(operation['consumes'] ?? objectOf(reading.document)['consumes'])
  const body = declared.find((each) => each['in'] === 'body')
  if (body !== undefined) {
    const schema = objectOf(body['schema'])
    const mediaType = preferMediaType(consumed.filter((each) => !/form/i.test(each))) ?? 'application/json'
    return { mediaType, required: body['required'] === true, schema }
  }
  const fields = declared.filter((each) => each['in'] === 'formData')
  return fields.length === 0 ? undefined : formBody(fields, consumed)
}

function formBody(fields: readonly Schema[], consumed: readonly string[]): RequestBody {
  const required = fields.filter((each) => each['required'] === true).map((each) => String(each['name']))
  const hasFile = fields.some((each) => each['type'] === 'file')
  const form = hasFile ? 'multipart/form-data' : 'application/x-www-form-urlencoded'
  return {
    mediaType:
      preferMediaType(consumed.filter((each) => /form/i.test(each) && (!hasFile || /multipart/i.test(each)))) ?? form,
    required: required.length > 0,
    schema: {
      type: 'object',
      properties: Object.fromEntries(fields.map((each) => [String(each['name']), swaggerSchema(each)])),
      required,
    },
  }
}

/** The declared responses in order, each in its preferred media type. */
export function readResponses(reading: Reading, operation: Schema): ResponseShape[] {
  return Object.entries(objectOf(operation['responses'])).flatMap(([status, declared]) => {
    if (status.startsWith('x-')) return []
    const response = objectOf(dereference(reading.document, declared))
    const content =
      reading.format === 'swagger-2.0'
        ? swaggerContent(reading, operation, response)
        : readContent(reading.document, response['content'])
    return [{ status, ...content }]
  })
}

function swaggerContent(reading: Reading, operation: Schema, response: Schema): Omit<ResponseShape, 'status'> {
  const examples = objectOf(response['examples'])
  const produced = stringsOf(operation['produces'] ?? objectOf(reading.document)['produces'])
  const mediaType = preferMediaType([...Object.keys(examples), ...produced]) ?? 'application/json'
  if (!isObject(response['schema']) && Object.keys(examples).length === 0) return {}
  return {
    mediaType,
    ...(isObject(response['schema']) ? { schema: response['schema'] } : {}),
    ...(Object.hasOwn(examples, mediaType) ? { example: examples[mediaType] } : {}),
  }
}
