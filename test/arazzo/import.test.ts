import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importArazzo } from '../../src/arazzo/import.ts'
import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import { withoutReasons } from '../../src/draft/claim.ts'
import { printDraft } from '../../src/draft/print.ts'
import { shop } from './shop.ts'

const head = `arazzo: 1.1.0
info: { title: Buy and send, version: "1" }
sourceDescriptions: [{ name: shop, url: ./shop.yaml, type: openapi }]
`
const buying = `${head}workflows:
  - workflowId: buy
    inputs: { type: object, properties: { amount: { type: integer, default: 7 } } }
    steps:
      - stepId: create
        operationId: createOrder
        requestBody: { contentType: application/json, payload: { amount: $inputs.amount, giftId: g1 } }
        outputs: { id: $response.body#/id }
      - stepId: pay
        operationPath: "{$sourceDescriptions.shop.url}#/paths/~1orders~1{orderId}~1pay/post"
        parameters: [{ name: orderId, in: path, value: $steps.create.outputs.id }]
      - stepId: again
        operationId: createOrder
        requestBody: { payload: { amount: 1, giftId: $steps.create.outputs.id } }
`

function imported(text: string): { draft: unknown; messages: string[] } {
  const { draft, diagnostics } = importArazzo({ file: 'a.yaml', text }, new Map([['shop', shop('shop')]]))
  const messages = diagnostics.map(({ severity, code, line, message }) => `${severity} ${code} ${line}: ${message}`)
  return { draft: draft && withoutReasons(draft), messages }
}

test('a workflow gives order, references and examples', () => {
  const { draft, messages } = imported(buying)
  assert.deepEqual(messages, [])
  const { journeys, ...rest } = Object(draft)
  assert.deepEqual(rest, {
    lockstep: 1,
    name: 'buy-and-send',
    sources: [{ name: 'shop', type: 'openapi', url: './shop.yaml' }],
    objects: { order: { read: 'shop.getOrder', list: 'shop.getOrders' } },
    operations: {
      'shop.createOrder': {
        by: 'signed-in',
        refs: { gift: { object: 'order', key: '$request.body#/giftId' } },
        example: { body: { amount: 7, giftId: 'g1' } },
      },
      'shop.postOrdersByOrderIdPay': { by: 'signed-in' },
    },
    rules: [{ precedence: ['shop.createOrder', 'shop.postOrdersByOrderIdPay'], per: 'principal' }],
  })
  assert.equal(journeys.buy.steps[1].operation, 'shop.postOrdersByOrderIdPay')
})

test('what is made of it is a charter without errors', () => {
  const { draft } = importArazzo({ file: 'a.yaml', text: buying }, new Map([['shop', shop('shop')]]))
  assert.ok(draft)
  const text = printDraft(draft)
  assert.match(text, /precedence: \[ shop\.createOrder, .*\] # guessed: because `buy` takes `id` from it/)
  const { charter, diagnostics } = parseCharter([{ file: 'c.yaml', text }])
  assert.ok(charter, JSON.stringify(diagnostics))
  const linked = linkCharter(charter, new Map([['shop', shop('shop')]]))
  assert.deepEqual(linked.diagnostics, [])
  assert.equal(linked.charter.journeys.get('buy')?.written.steps.length, 3)
})

const step = (lines: string): string =>
  `${head}workflows:\n  - workflowId: w\n    steps:\n      - stepId: s\n${lines}\n`

for (const { name, text, says } of [
  { name: 'another version', text: 'arazzo: 2.0.0', says: /versions 1\.0 and 1\.1 of Arazzo/ },
  { name: 'no YAML', text: 'a: [', says: /yaml-syntax 1/ },
  {
    name: 'a channel',
    text: step('        channelPath: "{$sourceDescriptions.shop.url}#/channels/a"'),
    says: /error arazzo-source 8: messages/,
  },
  {
    name: 'a component that is not there',
    text: step('        operationId: getOrder\n        parameters: [{ reference: $components.parameters.x }]'),
    says: /error arazzo-reference 9: `\$components\.parameters\.x` leads nowhere/,
  },
  {
    name: 'an unknown member',
    text: step('        operationId: getOrder\n        retries: 3'),
    says: /warning arazzo-member 9: .*`retries`/,
  },
  {
    name: 'what has no place',
    text: `${step('        operationId: getOrder')}x-team: a`,
    says: /warning arazzo-left-out 9: `x-team`/,
  },
  {
    name: 'a path nobody describes',
    text: step('        operationPath: "{$sourceDescriptions.shop.url}#/paths/~1x/get"'),
    says: /warning arazzo-operation 7/,
  },
]) {
  test(`says where: ${name}`, () => {
    assert.match(imported(text).messages.join('\n'), says)
  })
}

const journeyOf = (steps: string): string => `lockstep: 1
sources: [{ name: shop, url: ./shop.yaml }]
journeys:
  w:
    inputs: { properties: { amount: {} } }
    steps:
${steps}`

for (const { name, steps, says } of [
  {
    name: 'an unknown operation',
    steps: '      - { id: a, operation: shop.getOder }',
    says: '7: there is no operation `shop.getOder`',
  },
  {
    name: 'neither operation nor journey',
    steps: '      - { id: a }',
    says: '7: the step `a` needs one of `operation` and `journey`',
  },
  {
    name: 'an output nobody gives',
    steps:
      '      - { id: a, operation: shop.getOrder, outputs: { id: $response.body#/id } }\n      - { id: b, operation: shop.getOrder, parameters: [{ name: orderId, in: path, value: "{$steps.a.outputs.ids}" }] }',
    says: '8: `$steps.a.outputs.ids` leads nowhere: there is no `ids`',
  },
  {
    name: 'an unknown step',
    steps: '      - { id: a, operation: shop.getOrder, body: { payload: $steps.c.outputs.x } }',
    says: '7: there is no step `c`',
  },
  {
    name: 'an unknown input',
    steps: '      - { id: a, operation: shop.getOrder, body: { payload: $inputs.total } }',
    says: '7: `$inputs.total` leads nowhere: there is no `total`',
  },
  {
    name: 'going nowhere',
    steps: '      - { id: a, operation: shop.getOrder, on-success: [{ name: n, type: goto, stepId: z }] }',
    says: '7: there is no step `z`',
  },
  {
    name: 'a name twice',
    steps: '      - { id: a, operation: shop.getOrder }\n      - { id: a, operation: shop.getOrder }',
    says: '8: there are two steps `a`',
  },
]) {
  test(`a journey is checked: ${name}`, () => {
    const { charter } = parseCharter([{ file: 'c.yaml', text: journeyOf(steps) }])
    assert.ok(charter)
    const { diagnostics } = linkCharter(charter, new Map([['shop', shop('shop')]]))
    assert.deepEqual(
      diagnostics.map(({ line, message }) => `${line}: ${message}`),
      [says],
    )
  })
}
