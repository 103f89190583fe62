import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { type DescriptionResult, readDescription } from '../../src/charter/source/read-description.ts'
import { propertiesOf, resolveSchema } from '../../src/charter/source/schema.ts'
import { parseText } from '../../src/charter/source/text.ts'

function read(text: string): DescriptionResult {
  const { value, locate, diagnostics } = parseText('api.yaml', text)
  assert.deepEqual(diagnostics, [])
  return readDescription('shop', value, locate)
}

function described(text: string): NonNullable<DescriptionResult['description']> {
  const { description } = read(text)
  assert.ok(description)
  return description
}

const versions = [
  ['openapi: 3.0', 'openapi-3.0'],
  ['openapi: 3.0.3', 'openapi-3.0'],
  ['openapi: 3.1.1', 'openapi-3.1'],
  ['openapi: 3.2.0', 'openapi-3.2'],
  ['swagger: 2.0', 'swagger-2.0'],
  ['swagger: "2.0"', 'swagger-2.0'],
] as const
for (const [line, format] of versions) {
  test(`reads ${line} as ${format}`, () => assert.equal(described(`${line}\npaths: {}`).format, format))
}

const refused = [
  ['openapi: 4.0.0', 'api-unsupported-version'],
  ['swagger: "1.2"', 'api-unsupported-version'],
  ['hello: there', 'api-not-a-description'],
  ['[]', 'api-not-a-description'],
] as const
for (const [text, code] of refused) {
  test(`refuses ${text}`, () => {
    const { description, diagnostics } = read(text)
    assert.equal(description, undefined)
    assert.deepEqual(
      diagnostics.map((each) => each.code),
      [code],
    )
  })
}

test('reads a Swagger 2.0 shop: base path, body, form, list parameters, security', () => {
  const { operations, servers } = described(`
swagger: '2.0'
info: { title: Shop, version: 1.0.0 }
host: shop.example.com
basePath: /v1/
schemes: [https, http]
consumes: [application/json]
securityDefinitions: { token: { type: apiKey, in: header, name: Authorization } }
paths:
  /produtos:
    get:
      parameters:
        - { in: query, name: tags, type: array, items: { type: string }, collectionFormat: pipes }
      responses: { 200: { description: ok, schema: { $ref: '#/definitions/Product' }, examples: { application/json: { nome: Mouse } } } }
    post:
      operationId: addProduct
      security: [{ token: [] }]
      parameters:
        - { in: body, name: body, required: true, schema: { $ref: '#/definitions/Product' } }
      responses: { 201: { description: made } }
  /upload:
    post:
      parameters:
        - { in: formData, name: file, type: file, required: true }
      responses: {}
definitions:
  Product:
    type: object
    required: [nome]
    properties: { nome: { type: string, example: Mouse }, preco: { type: integer, minimum: 0, exclusiveMinimum: true } }
`)
  const [list, add, upload] = operations
  assert.deepEqual(servers, ['https://shop.example.com/v1/', 'http://shop.example.com/v1/'])
  assert.equal(list?.basePath, '/v1')
  assert.equal(list?.name, 'getProdutos')
  assert.deepEqual(
    list?.parameters.map((each) => [each.name, each.style, each.explode]),
    [['tags', 'pipeDelimited', false]],
  )
  assert.deepEqual(list?.responses[0]?.example, { nome: 'Mouse' })
  assert.deepEqual(list?.security, [])
  assert.deepEqual([add?.id, add?.security, add?.body?.required], ['shop.addProduct', [['token']], true])
  assert.equal(upload?.body?.mediaType, 'multipart/form-data')
})

test('repairs or reports what is wrong and keeps the rest', () => {
  const { description, diagnostics } = read(`openapi: 3.1.0
paths:
  /orders/{id}:
    get: { operationId: same, responses: {} }
    put: { operationId: same, parameters: [{ $ref: '#/components/parameters/None' }, { in: query }] }
    delete: null
  /broken/{id: { get: {} }
  orders: { get: { operationId: list, parameters: [{ in: path, name: extra }] } }
  /orders/{key}: { get: { operationId: twin, parameters: [{ in: path, name: key }] } }
`)
  assert.deepEqual(
    description?.operations.map((each) => `${each.name} ${each.method} ${each.path}`),
    ['same GET /orders/{id}', 'putOrdersById PUT /orders/{id}', 'list GET /orders', 'twin GET /orders/{key}'],
  )
  assert.deepEqual(
    [...diagnostics]
      .sort((left, right) => left.line - right.line || (left.code < right.code ? -1 : 1))
      .map((each) => `${each.line} ${each.code}`),
    [
      '4 api-path-parameter',
      '5 api-duplicate-operation',
      '5 api-parameter',
      '5 api-path-parameter',
      '5 api-reference',
      '6 api-operation',
      '7 api-path',
      '8 api-path',
      '8 api-path-parameter',
      '9 api-path-twin',
    ],
  )
  assert.deepEqual(description?.operations[0]?.parameters, [
    { in: 'path', name: 'id', required: true, schema: { type: 'string' } },
  ])
})

test('reads the query method and additional operations of 3.2, and only there', () => {
  const text = (version: string): string => `
openapi: ${version}
servers: [{ url: 'https://{region}.example.com/{base}', variables: { base: { default: v2 }, region: { default: eu } } }]
paths: { /find: { query: { responses: {} }, additionalOperations: { COPY: { responses: {} } } } }`
  assert.deepEqual(
    described(text('3.2.0')).operations.map((each) => [each.name, each.method, each.basePath]),
    [
      ['queryFind', 'QUERY', '/v2'],
      ['copyFind', 'COPY', '/v2'],
    ],
  )
  assert.deepEqual(described(text('3.1.0')).operations, [])
})

test('schemas: nullable, exclusive bounds, allOf, alternatives and circles', () => {
  const home = described(`
openapi: 3.0.0
components:
  schemas:
    Loop: { allOf: [{ $ref: '#/components/schemas/Loop' }], type: object, properties: { self: { $ref: '#/components/schemas/Loop' } } }
    Base: { type: object, required: [id], properties: { id: { type: string, readOnly: true } } }
    Cat:
      allOf: [{ $ref: '#/components/schemas/Base' }, { properties: { age: { type: integer, nullable: true, minimum: 0, exclusiveMinimum: true } }, required: [age] }]
    Pet: { oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Base' }] }
`)
  const named = (name: string): { $ref: string } => ({ $ref: `#/components/schemas/${name}` })
  assert.deepEqual(Object.keys(propertiesOf(home, named('Loop'))), ['self'])
  const cat = propertiesOf(home, named('Cat'))
  assert.deepEqual(
    Object.entries(cat).map(([name, each]) => [name, each.required, each.readOnly]),
    [
      ['id', true, true],
      ['age', true, false],
    ],
  )
  assert.deepEqual(resolveSchema(home, cat['age']?.schema), { type: ['integer', 'null'], exclusiveMinimum: 0 })
  const pet = propertiesOf(home, named('Pet'))
  assert.deepEqual([pet['id']?.required, pet['age']?.required], [true, false])
  assert.equal(propertiesOf(home, named('Cat'))['constructor'], undefined)
})

test('reads 1,200 operations with circular schemas in less than a second', () => {
  const size = 300
  const paths: Record<string, unknown> = {}
  const schemas: Record<string, unknown> = {}
  for (let index = 0; index < size; index++) {
    const schema = { $ref: `#/components/schemas/M${index}` }
    const next = { $ref: `#/components/schemas/M${(index + 1) % size}` }
    schemas[`M${index}`] = {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string' }, next, all: { type: 'array', items: schema } },
    }
    const operation = {
      summary: 'x'.repeat(120),
      tags: ['t'],
      responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } },
    }
    const write = { ...operation, requestBody: { content: { 'application/json': { schema } } } }
    paths[`/m${index}`] = { get: operation, post: write }
    paths[`/m${index}/{id}`] = {
      parameters: [{ in: 'path', name: 'id', schema: { type: 'string' } }],
      get: operation,
      put: write,
    }
  }
  const text = stringify({ openapi: '3.1.0', paths, components: { schemas } }, { aliasDuplicateObjects: false })
  assert.ok(text.length > 500_000)
  const before = process.cpuUsage()
  const { description, diagnostics } = read(text)
  const { user, system } = process.cpuUsage(before)
  assert.deepEqual([description?.operations.length, diagnostics.length], [1200, 0])
  assert.ok(user + system < 1_000_000, `${user + system} µs`)
})
