// What comes in from Arazzo goes out again: every step, expression, criterion and action, up to the form of the binding.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import fc from 'fast-check'
import { exportArazzo } from '../../src/arazzo/export.ts'
import { journeysFromLifecycles } from '../../src/arazzo/from-lifecycle.ts'
import { importArazzo } from '../../src/arazzo/import.ts'
import type { Charter } from '../../src/charter/charter.ts'
import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import { printDraft } from '../../src/draft/print.ts'
import { shop } from './shop.ts'

type Json = Readonly<Record<string, unknown>>

const descriptions = new Map(['shop', 'desk'].map((name) => [name, shop(name)]))

function linked(text: string): Charter {
  const parsed = parseCharter([{ file: 'charter.yaml', text }])
  assert.ok(parsed.charter, JSON.stringify(parsed.diagnostics))
  const { charter, diagnostics } = linkCharter(parsed.charter, descriptions)
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message),
    [],
  )
  return charter
}

/** In and out again, by way of the charter's text. */
function throughCharter(document: unknown): Json {
  const { draft, diagnostics } = importArazzo({ file: 'a.json', text: JSON.stringify(document) }, descriptions)
  assert.ok(draft, JSON.stringify(diagnostics))
  assert.deepEqual(diagnostics, [])
  return exportArazzo(linked(printDraft(draft))).document
}

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/)
const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom('yes', '1.0', '#', ': ', '$inputs.name', '{$inputs.name} and more'),
)
const value = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((each) => !Object.is(each, -0)),
)
const json = fc.oneof(value, fc.dictionary(name, value, { maxKeys: 3 }), fc.array(value, { maxLength: 3 }))
const criterion = fc.oneof(
  fc.record({
    condition: fc.constantFrom('$statusCode == 200', "$response.body#/status == 'paid' && $statusCode < 300"),
  }),
  fc.record({
    context: fc.constant('$response.body'),
    condition: fc.constant('$[?count(@.items) > 0]'),
    type: fc.constantFrom('jsonpath', 'simple'),
  }),
  fc.record({
    context: fc.constant('$response.header.etag'),
    condition: fc.constant('^W/'),
    type: fc.constant('regex'),
  }),
  fc.record({
    context: fc.constant('$response.body'),
    condition: fc.constant('//a'),
    type: fc.record({ type: fc.constant('xpath'), version: fc.constant('xpath-30') }),
  }),
)
const goOn = (ids: readonly string[]): fc.Arbitrary<Json> =>
  fc.oneof(
    fc.record({ name, type: fc.constant('end') }),
    fc.record({
      name,
      type: fc.constant('goto'),
      stepId: fc.constantFrom(...ids),
      criteria: fc.array(criterion, { minLength: 1, maxLength: 2 }),
    }),
  )
const afterFailure = (ids: readonly string[]): fc.Arbitrary<Json> =>
  fc.oneof(
    goOn(ids),
    fc.record({
      name,
      type: fc.constant('retry'),
      retryAfter: fc.double({ min: 0, max: 5, noNaN: true }),
      retryLimit: fc.nat(5),
    }),
  )
const parameter = fc.record({ name, in: fc.constantFrom('path', 'query', 'header', 'cookie'), value })
const bindings = ['createOrder', 'getOrder', 'shipOrder'].map((id) => ({
  operationId: `$sourceDescriptions.shop.${id}`,
}))
const byPath = { operationPath: '{$sourceDescriptions.desk.url}#/paths/~1orders~1{orderId}~1pay/post' }
const optional = { requiredKeys: [] as never[] }

const step = (id: string, ids: readonly string[]): fc.Arbitrary<Json> =>
  fc
    .tuple(
      fc.constantFrom(...bindings, byPath),
      fc.record(
        {
          description: text,
          parameters: fc.array(parameter, { maxLength: 3 }),
          requestBody: fc.record({ contentType: fc.constant('application/json'), payload: json }),
          successCriteria: fc.array(criterion, { maxLength: 3 }),
          onSuccess: fc.array(goOn(ids), { maxLength: 2 }),
          onFailure: fc.array(afterFailure(ids), { maxLength: 2 }),
          outputs: fc.dictionary(
            name,
            fc.constantFrom('$response.body#/id', '$response.header.location', '$statusCode'),
            { maxKeys: 2 },
          ),
          timeout: fc.nat(10_000),
          'x-note': json,
        },
        optional,
      ),
    )
    .map(([binding, rest]) => ({ stepId: id, ...binding, ...rest }))

const workflow = (id: string): fc.Arbitrary<Json> => {
  const ids = ['one', 'two', 'three']
  return fc
    .tuple(
      fc.tuple(...ids.map((each) => step(each, ids))),
      fc.record(
        {
          summary: text,
          description: text,
          inputs: fc.constant({ type: 'object', properties: { name: { type: 'string', default: 'n' } } }),
          parameters: fc.array(parameter, { maxLength: 2 }),
          successActions: fc.array(goOn(ids), { maxLength: 2 }),
          failureActions: fc.array(afterFailure(ids), { maxLength: 2 }),
          'x-owner': text,
        },
        optional,
      ),
    )
    .map(([steps, rest]) => ({ workflowId: id, ...rest, steps }))
}

const documents = fc.record({
  arazzo: fc.constantFrom('1.0.1', '1.1.0'),
  info: fc.constant({ title: 'Shop', version: '1.0.0' }),
  sourceDescriptions: fc.constant([
    { name: 'shop', url: './shop.yaml', type: 'openapi' },
    { name: 'desk', url: './desk.yaml', type: 'openapi' },
  ]),
  workflows: fc.tuple(workflow('first-way'), workflow('2nd way')),
})

test('any document comes out as it went in', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const { workflows } = throughCharter(document)
      assert.deepEqual(workflows, JSON.parse(JSON.stringify(document.workflows)))
    }),
    { numRuns: 60 },
  )
})

const oneSource = [{ name: 'shop', url: './shop.yaml', type: 'openapi' }]
const head = { arazzo: '1.0.1', info: { title: 'Shop', version: '1' }, sourceDescriptions: oneSource }

test('references to components are written out, which means the same', () => {
  const retry = { name: 'again', type: 'retry', retryAfter: 1, retryLimit: 2 }
  const { workflows } = throughCharter({
    ...head,
    workflows: [
      {
        workflowId: 'w',
        inputs: { $ref: '#/components/inputs/who' },
        steps: [
          {
            stepId: 's',
            operationId: 'getOrder',
            parameters: [{ reference: '$components.parameters.order', value: 'o2' }],
            onFailure: [{ reference: '$components.failureActions.again' }],
          },
        ],
      },
    ],
    components: {
      inputs: { who: { type: 'object', properties: { name: { type: 'string' } } } },
      parameters: { order: { name: 'orderId', in: 'path', value: 'o1' } },
      failureActions: { again: retry },
    },
  })
  assert.deepEqual(workflows, [
    {
      workflowId: 'w',
      inputs: { type: 'object', properties: { name: { type: 'string' } } },
      steps: [
        {
          stepId: 's',
          operationId: 'getOrder',
          parameters: [{ name: 'orderId', in: 'path', value: 'o2' }],
          onFailure: [retry],
        },
      ],
    },
  ])
})

test('a path is written as the id the description gives the operation', () => {
  const path = (operationPath: string): unknown => {
    const { workflows } = throughCharter({
      ...head,
      workflows: [{ workflowId: 'w', steps: [{ stepId: 's', operationPath }] }],
    })
    return workflows
  }
  const of = (binding: Json): unknown => [{ workflowId: 'w', steps: [{ stepId: 's', ...binding }] }]
  assert.deepEqual(path('{$sourceDescriptions.shop.url}#/paths/~1orders/post'), of({ operationId: 'createOrder' }))
  const unnamed = '{$sourceDescriptions.shop.url}#/paths/~1orders/get'
  assert.deepEqual(path(unnamed), of({ operationPath: unnamed }))
})

const lifecycle = `
lockstep: 1
name: shop
sources: [{ name: shop, url: ./shop.yaml }]
actors: { customer: {} }
objects:
  gift: { read: shop.getOrder }
  order:
    state: /status
    read: shop.getOrder
    states: [placed, paid, shipped]
    transitions:
      create: { on: shop.createOrder, to: placed, by: customer, refs: { gift: $request.body#/giftId } }
      pay: { on: shop.postOrdersByOrderIdPay, from: placed, to: paid, by: customer }
      ship: { on: shop.shipOrder, from: paid, to: shipped, by: customer }
operations: { shop.getOrder: { by: customer } }
`

test('a lifecycle becomes the way from creation to its good end, with a look at it', () => {
  const charter = linked(lifecycle)
  const { document, leftOut } = exportArazzo(charter, journeysFromLifecycles(charter))
  assert.deepEqual(leftOut, [])
  assert.deepEqual(document['workflows'], [
    {
      workflowId: 'order-happy-path',
      summary: 'order: from its creation to shipped',
      inputs: {
        type: 'object',
        required: ['giftKey'],
        properties: { giftKey: { type: 'string', description: 'The key of a gift that may be used.' } },
      },
      steps: [
        {
          stepId: 'create',
          operationId: 'createOrder',
          requestBody: { contentType: 'application/json', payload: { amount: 5, giftId: '$inputs.giftKey' } },
          successCriteria: [{ condition: '$statusCode == 200' }],
          outputs: { key: '$response.body#/id' },
        },
        {
          stepId: 'pay',
          operationPath: '{$sourceDescriptions.shop.url}#/paths/~1orders~1{orderId}~1pay/post',
          parameters: [{ name: 'orderId', in: 'path', value: '$steps.create.outputs.key' }],
          successCriteria: [{ condition: '$statusCode == 200' }],
        },
        {
          stepId: 'ship',
          operationId: 'shipOrder',
          parameters: [{ name: 'orderId', in: 'path', value: '$steps.create.outputs.key' }],
          successCriteria: [{ condition: '$statusCode == 200' }],
        },
        {
          stepId: 'look',
          operationId: 'getOrder',
          parameters: [{ name: 'orderId', in: 'path', value: '$steps.create.outputs.key' }],
          successCriteria: [{ condition: '$statusCode == 200' }, { condition: "$response.body#/status == 'shipped'" }],
        },
      ],
      outputs: { key: '$steps.create.outputs.key' },
    },
  ])
})

test('exported documents are Arazzo to a linter', async () => {
  const config = await createConfig({ rules: { struct: 'error' } })
  const problemsOf = async (document: Json): Promise<string[]> => {
    const problems = await lintFromString({ source: JSON.stringify(document), config })
    return problems.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  }
  const charter = linked(lifecycle)
  const made = exportArazzo(charter, journeysFromLifecycles(charter)).document
  const samples = fc.sample(documents, { numRuns: 5, seed: 7 }).map(throughCharter)
  for (const document of [made, ...samples]) assert.deepEqual(await problemsOf(document), [])
  assert.notDeepEqual(await problemsOf({ ...made, workflow: [] }), [], 'the linter looks')
})
