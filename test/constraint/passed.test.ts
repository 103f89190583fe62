// What agents pass to tools and to APIs is as the description says; people and services answer for their own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallRequest, Principal } from '../../src/charter/charter.ts'
import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import { readDescription } from '../../src/charter/source/read-description.ts'
import { noFacts } from '../../src/constraint/facts.ts'
import { decide } from '../../src/decide/decide.ts'

const body = { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } }
const { description } = readDescription(
  'shop',
  {
    openapi: '3.0.3',
    info: { title: 'shop', version: '1' },
    paths: {
      '/orders': { post: { operationId: 'order', requestBody: { content: body }, responses: {} } },
      '/orders/{id}/close': { post: { operationId: 'close', responses: {} } },
    },
    components: {
      schemas: { Order: { properties: { sku: { type: 'string' }, next: { $ref: '#/components/schemas/Order' } } } },
    },
  },
  () => ({ file: 'shop.yaml', line: 1, column: 1 }),
)
assert.ok(description)
const parsed = parseCharter([
  {
    file: 'charter.yaml',
    text: `
lockstep: 1
sources:
  - { name: shop, url: ./shop.yaml }
  - name: bank
    type: inline
    operations:
      pay: { method: POST, path: /payments, query: { dry?: boolean }, body: { iban: string, parts: 'money[]', to?: { name: string } } }
      release: { method: POST, path: '/payments/{id}/release' }
      drop: { method: DELETE, path: '/payments/{id}', query: {}, body: {} }
      tell: { method: POST, path: /notices, body: { to: 'string[]', cc?: 'string[]', copies?: integer } }
      find: { method: GET, path: /notices, body: { to: 'string[]', cc?: 'string[]', copies?: integer } }
actors:
  clerk: {}
  bot: { kind: agent, workflow: paying, acts-for: clerk }
  loose: { kind: agent, acts-for: clerk }
operations:
  bank.pay: { by: clerk }
  bank.release: { by: clerk }
  bank.drop: { by: clerk }
  bank.tell: { by: clerk, when: size(request.cc) < 3 || !has(request.cc) }
  bank.find: { by: clerk, when: size(request.cc) < 3 || !has(request.cc) }
  shop.order: { by: clerk }
  shop.close: { by: clerk }
workflows: { paying: { operations: [bank.pay, bank.release, bank.drop, bank.tell, bank.find, shop.order, shop.close] } }
`,
  },
])
assert.ok(parsed.charter)
const { charter } = linkCharter(parsed.charter, new Map([['shop', description]]))

const person: Principal = { id: 'ann', kind: 'user', roles: ['clerk'] }
const agent = (role: string): Principal => ({ id: role, kind: 'agent', roles: [role], chain: [person] })
const right = { iban: 'a', parts: [1, 2.5], to: { name: 'b' } }

const cases: readonly [what: string, who: Principal, operation: string, request: CallRequest, says: string][] = [
  ['as it is described', agent('bot'), 'bank.pay', { body: right }, ''],
  ['a member more', agent('bot'), 'bank.pay', { body: { ...right, status: 'x' } }, 'has no argument `/status`'],
  [
    'a member more within',
    agent('bot'),
    'bank.pay',
    { body: { ...right, to: { name: 'b', bic: 'c' } } },
    'has no argument `/to/bic`',
  ],
  ['another type', agent('bot'), 'bank.pay', { body: { ...right, parts: '[1]' } }, 'takes an array at `/parts`'],
  [
    'both',
    agent('bot'),
    'bank.pay',
    { body: { ...right, a: 1, b: 2, iban: 3 } },
    'has no argument `/a` or `/b` and takes a string at `/iban`',
  ],
  [
    'a parameter more',
    agent('bot'),
    'bank.pay',
    { body: right, beside: { query: { as: 'x' }, headers: {} } },
    'has no argument `/as`',
  ],
  ['a body of which nothing is said', agent('bot'), 'bank.release', { body: { why: 'x' } }, ''],
  [
    'a parameter where nothing is said',
    agent('bot'),
    'bank.release',
    { beside: { query: { as: 'x' }, headers: {} } },
    '',
  ],
  ['in the words of an API', agent('bot'), 'shop.order', { body: { sku: 'a', next: { sku: 'b' } } }, ''],
  [
    'below a reference',
    agent('bot'),
    'shop.order',
    { body: { next: { sku: 'b', price: 0 } } },
    'has no argument `/next/price`',
  ],
  ['a body where none is', agent('bot'), 'shop.close', { body: { approved: true } }, 'takes no body'],
  ['an empty body where none is', agent('bot'), 'shop.close', { body: {} }, ''],
  [
    'a parameter where none is',
    agent('bot'),
    'shop.close',
    { beside: { query: { as: 'x' }, headers: {} } },
    'has no argument `/as`',
  ],
  [
    'a parameter where there is to be none',
    agent('bot'),
    'bank.drop',
    { beside: { query: { as: 'x' }, headers: {} } },
    'has no argument `/as`',
  ],
  ['a member where there is to be none', agent('bot'), 'bank.drop', { body: { why: 'x' } }, 'has no argument `/why`'],
  ['nothing where there is to be nothing', agent('bot'), 'bank.drop', { body: {} }, ''],
  ['no body', agent('bot'), 'bank.release', {}, ''],
  ['one in the place of a list', agent('bot'), 'bank.tell', { body: { to: 'ann' } }, ''],
  ['several in one', agent('bot'), 'bank.tell', { body: { to: 'ann, bob' } }, 'takes an array at `/to`'],
  ['several in one, to look for', agent('bot'), 'bank.find', { body: { to: 'ann, bob' } }, ''],
  [
    'a number as a text',
    agent('bot'),
    'bank.tell',
    { body: { to: ['a'], copies: '2' } },
    'takes an integer at `/copies`',
  ],
  ['a number as a text, to look for', agent('bot'), 'bank.find', { body: { to: ['a'], copies: '2' } }, ''],
  ['what a rule reads', agent('bot'), 'bank.tell', { body: { to: 'a', cc: 'b' } }, 'takes an array at `/cc`'],
  [
    'what a rule reads, to look for',
    agent('bot'),
    'bank.find',
    { body: { to: 'a', cc: 'b' } },
    'takes an array at `/cc`',
  ],
  ['nothing by another name', agent('bot'), 'bank.tell', { body: { to: 'a', bcc: [] } }, 'has no argument `/bcc`'],
  ['nothing by another name, to look for', agent('bot'), 'bank.find', { body: { to: 'a', bcc: [] } }, ''],
  [
    'something by another name, to look for',
    agent('bot'),
    'bank.find',
    { body: { bcc: ['x'] } },
    'has no argument `/bcc`',
  ],
  ['in the run of a workflow', agent('loose'), 'bank.pay', { body: { ...right, status: 'x' } }, ''],
  ['a person', person, 'bank.pay', { body: { ...right, status: 'x', parts: 'all' } }, ''],
]

for (const [what, principal, name, request, says] of cases)
  test(what, () => {
    const call = { operation: name, principal, request, at: 0 }
    const { effect, reasons } = decide(charter, noFacts, call)
    const told = reasons.map(({ says: each }) => each).join('; ')
    assert.equal(effect, says === '' ? 'allow' : 'deny', told)
    assert.ok(says === '' || told.endsWith(`the operation as it is described ${says}`), told)
  })
