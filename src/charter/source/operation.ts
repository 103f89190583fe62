import { readBody, readResponses } from './body.ts'
import type { OperationShape, Schema } from './description.ts'
import { createNamer, nameFromPath } from './operation-name.ts'
import { declaredParameters, readParameters } from './parameter.ts'
import { parsePathTemplate, pathOf } from './path-template.ts'
import { isObject, listOf, objectOf, stringsOf, textOf } from './plain.ts'
import type { Place, Reading } from './reading.ts'
import { dereference } from './reference.ts'
import { basePathOf, readServers } from './server.ts'

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/** An operation found in the document, before it is read. */
interface Found {
  readonly method: string
  readonly path: string
  readonly pathParameters: readonly string[]
  readonly item: Place
  readonly operation: Schema
  readonly place: Place['path']
}

/** Reads all operations in document order; a path or an operation that cannot be read is reported and left out. */
export function readOperations(reading: Reading): OperationShape[] {
  const found = Object.entries(objectOf(objectOf(reading.document)['paths'])).flatMap(([template, item]) =>
    template.startsWith('x-') ? [] : operationsOf(reading, template, item),
  )
  reportTwins(reading, found)
  const nameOf = nameOperations(reading, found)
  return found.map((each) => readOperation(reading, each, nameOf(each)))
}

function operationsOf(reading: Reading, template: string, declared: unknown): Found[] {
  const place = ['paths', template]
  const parsed = parsePathTemplate(template)
  if (parsed.problem !== undefined) {
    reading.report({
      code: 'api-path',
      severity: 'error',
      message: `path '${template}': ${parsed.problem}`,
      path: place,
    })
    return []
  }
  const path = pathOf(template)
  if (path !== template) {
    const message = `path '${template}' is read as '${path}'`
    reading.report({ code: 'api-path', severity: 'warning', message, path: place })
  }
  const item = { value: joinedItem(reading, declared), path: place }
  return methodsOf(reading, item.value).flatMap(({ method, operation, at }): Found[] => {
    if (!isObject(operation)) {
      const message = `${method} ${template} is no operation`
      reading.report({ code: 'api-operation', severity: 'error', message, path: [...place, ...at] })
      return []
    }
    return [{ method, path, pathParameters: parsed.parameters, item, operation, place: [...place, ...at] }]
  })
}

/** A path item may refer to another one and add to it. */
function joinedItem(reading: Reading, declared: unknown): Schema {
  const { $ref, ...own } = objectOf(declared)
  return $ref === undefined ? own : { ...objectOf(dereference(reading.document, declared)), ...own }
}

function methodsOf(reading: Reading, item: Schema): { method: string; operation: unknown; at: string[] }[] {
  const fixed = reading.format === 'openapi-3.2' ? [...methods, 'query'] : methods
  const additional = reading.format === 'openapi-3.2' ? objectOf(item['additionalOperations']) : {}
  return [
    ...Object.entries(item)
      .filter(([name]) => fixed.includes(name.toLowerCase()))
      .map(([name, operation]) => ({ method: name.toUpperCase(), operation, at: [name] })),
    ...Object.entries(additional).map(([name, operation]) => {
      return { method: name.toUpperCase(), operation, at: ['additionalOperations', name] }
    }),
  ]
}

/** Two templates that match the same requests: only the first one will ever be matched. */
function reportTwins(reading: Reading, found: readonly Found[]): void {
  const first = new Map<string, Found>()
  for (const each of found) {
    const key = `${each.method} ${each.path.replace(/\{[^{}]*\}/g, '{}')}`
    const twin = first.get(key)
    if (twin === undefined) first.set(key, each)
    else {
      const message = `${each.method} ${each.path} matches the same requests as ${twin.path}`
      reading.report({ code: 'api-path-twin', severity: 'warning', message, path: each.place })
    }
  }
}

/** Declared names first, so that a derived one never takes the name another operation declares. */
function nameOperations(reading: Reading, found: readonly Found[]): (operation: Found) => string {
  const declared = new Map<string, Found>()
  for (const each of found) {
    const id = textOf(each.operation['operationId'])
    if (id !== undefined && !declared.has(id)) declared.set(id, each)
  }
  const nameAnew = createNamer(declared.keys())
  return (operation) => {
    const id = textOf(operation.operation['operationId'])
    if (id !== undefined && declared.get(id) === operation) return id
    const name = nameAnew(nameFromPath(operation.method, operation.path))
    if (id !== undefined) {
      const message = `operationId '${id}' is used twice; ${operation.method} ${operation.path} is called '${name}'`
      const path = [...operation.place, 'operationId']
      reading.report({
        code: 'api-duplicate-operation',
        severity: 'warning',
        message,
        path,
        help: 'give each its own id',
      })
    }
    return name
  }
}

function readOperation(reading: Reading, found: Found, name: string): OperationShape {
  const { operation, item, method, path } = found
  const holders = [item, { value: operation, path: found.place }]
  const declared = declaredParameters(reading, holders)
  const body = readBody(reading, operation, declared)
  const summary = textOf(operation['summary']) ?? textOf(objectOf(item.value)['summary'])
  const description = textOf(operation['description'])
  return {
    id: `${reading.source}.${name}`,
    source: reading.source,
    name,
    method,
    basePath: basePathFor(reading, found),
    path,
    parameters: readParameters(reading, declared, { parameters: found.pathParameters, place: found.place }),
    ...(body === undefined ? {} : { body }),
    responses: readResponses(reading, operation),
    security: readSecurity(operation['security'] ?? objectOf(reading.document)['security']),
    ...(summary === undefined ? {} : { summary }),
    ...(description === undefined ? {} : { description }),
    tags: stringsOf(operation['tags']),
    deprecated: operation['deprecated'] === true,
    position: reading.locate(found.place),
  }
}

/** The nearest `servers` count: the operation's, the path item's, the document's. */
function basePathFor(reading: Reading, found: Found): string {
  const root = readServers(reading.document, reading.format)
  const nearer =
    reading.format === 'swagger-2.0'
      ? []
      : [found.operation, found.item.value].map((holder) => readServers(holder, reading.format))
  const servers = [...nearer, root].find((each) => each.length > 0)
  return basePathOf(servers?.[0] ?? '')
}

function readSecurity(declared: unknown): string[][] {
  return listOf(declared).map((alternative) => Object.keys(objectOf(alternative)))
}
