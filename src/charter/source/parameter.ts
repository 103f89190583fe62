import type { Parameter, Schema } from './description.ts'
import { exampleMember, readContent } from './media-type.ts'
import { isObject, listOf, objectOf, stringsOf, textOf } from './plain.ts'
import type { Place, Reading } from './reading.ts'
import { dereference } from './reference.ts'

const places = ['path', 'query', 'header', 'cookie'] as const

/** OpenAPI 3 says that header parameters of these names are to be ignored. */
const ignoredHeaders = new Set(['accept', 'content-type', 'authorization'])

/**
 * The declared parameters of an operation, references resolved: those of the path item, replaced by the operation's own.
 *
 * Includes Swagger 2.0's `body` and `formData`; what is no parameter at all is reported and left out.
 */
export function declaredParameters(reading: Reading, holders: readonly Place[]): readonly Schema[] {
  const byKey = new Map<string, Schema>()
  for (const holder of holders) {
    for (const [index, each] of listOf(objectOf(holder.value)['parameters']).entries()) {
      const parameter = dereference(reading.document, each)
      if (isObject(parameter) && textOf(parameter['name']) !== undefined) {
        byKey.set(`${String(parameter['in'])} ${String(parameter['name'])}`, parameter)
      } else if (parameter !== undefined) {
        // A reference to nowhere is reported with all others.
        reading.report({
          code: 'api-parameter',
          severity: 'warning',
          message: 'a parameter without name is left out',
          path: [...holder.path, 'parameters', index],
        })
      }
    }
  }
  return [...byKey.values()]
}

/**
 * The inputs outside the body, path parameters made to agree with the template: a missing one is added as a string,
 * one that the template lacks is dropped. Both are reported.
 */
export function readParameters(reading: Reading, declared: readonly Schema[], template: Template): Parameter[] {
  const parameters = declared.flatMap((each) => readParameter(reading, each))
  const kept = parameters.filter(({ in: place, name }) => place !== 'path' || template.parameters.includes(name))
  for (const extra of parameters.filter((each) => !kept.includes(each))) {
    report(reading, template, `path parameter '${extra.name}' does not occur in the path`)
  }
  const missing = template.parameters.filter((name) => !kept.some((each) => each.in === 'path' && each.name === name))
  for (const name of missing) report(reading, template, `path parameter '${name}' is not declared; a string is assumed`)
  return [
    ...kept,
    ...missing.map((name): Parameter => ({ in: 'path', name, required: true, schema: { type: 'string' } })),
  ]
}

/** The parameters a path template names, and where it stands. */
export interface Template {
  readonly parameters: readonly string[]
  readonly place: Place['path']
}

function report(reading: Reading, template: Template, message: string): void {
  reading.report({ code: 'api-path-parameter', severity: 'warning', message, path: template.place })
}

function readParameter(reading: Reading, declared: Schema): Parameter[] {
  if (declared['in'] === 'querystring') return wholeQuery(reading, declared)
  const place = places.find((each) => each === declared['in'])
  const name = String(declared['name'])
  if (place === undefined) return []
  if (reading.format === 'swagger-2.0') return [swaggerParameter(declared, place, name)]
  if (place === 'header' && ignoredHeaders.has(name.toLowerCase())) return []
  const content = readContent(reading.document, declared['content'])
  return [
    {
      in: place,
      name,
      required: place === 'path' || declared['required'] === true,
      schema: isObject(declared['schema']) ? declared['schema'] : (content?.schema ?? {}),
      ...(content?.example === undefined ? {} : { example: content.example }),
      ...exampleMember(reading.document, declared),
      ...(typeof declared['style'] === 'string' ? { style: declared['style'] } : {}),
      ...(typeof declared['explode'] === 'boolean' ? { explode: declared['explode'] } : {}),
    },
  ]
}

/** OpenAPI 3.2 lets one schema describe the whole query string; its members are the query parameters. */
function wholeQuery(reading: Reading, declared: Schema): Parameter[] {
  const schema = objectOf(dereference(reading.document, readContent(reading.document, declared['content'])?.schema))
  const required = stringsOf(schema['required'])
  return Object.entries(objectOf(schema['properties'])).map(([name, property]) => ({
    in: 'query',
    name,
    required: required.includes(name),
    schema: objectOf(property),
  }))
}

const collectionFormats: Readonly<Record<string, Pick<Parameter, 'style' | 'explode'>>> = {
  csv: { style: 'form', explode: false },
  ssv: { style: 'spaceDelimited', explode: false },
  pipes: { style: 'pipeDelimited', explode: false },
  multi: { style: 'form', explode: true },
}

function swaggerParameter(declared: Schema, place: Parameter['in'], name: string): Parameter {
  const format = declared['type'] === 'array' ? String(declared['collectionFormat'] ?? 'csv') : ''
  const example = declared['x-example'] ?? declared['example']
  return {
    in: place,
    name,
    required: place === 'path' || declared['required'] === true,
    schema: swaggerSchema(declared),
    ...(example === undefined ? {} : { example }),
    ...(Object.hasOwn(collectionFormats, format) ? collectionFormats[format] : {}),
  }
}

/** Swagger 2.0 writes the schema of a parameter into the parameter; some authors write `schema` all the same. */
export function swaggerSchema(declared: Schema): Schema {
  if (isObject(declared['schema'])) return declared['schema']
  const { name, in: place, required, collectionFormat, allowEmptyValue, ...schema } = declared
  return schema
}
