// An API that knows what there is refuses what was made up before any rule is looked at: values it lists, and people who are there, get past that.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: permits
sources: [{ name: shop, url: shop.json }]
actors: { citizen: {}, clerk: {} }
objects:
  request:
    owner: /citizen
    read: shop.getRequest
    transitions: { file: { on: shop.file, by: citizen } }
  permit:
    owner: /holder
    state: /status
    states: [issued, paid]
    final: paid
    read: shop.getPermit
    fields: { holder: { set-by: nobody, says: a permit is for whoever asked for it } }
    transitions:
      issue: { on: shop.issue, to: issued, by: clerk, refs: { request: { object: request, key: $request.body#/requestId } } }
      pay: { on: shop.pay, from: issued, to: paid, by: owner, when: request.currency == object.currency }
operations:
  shop.getRequest: { by: [owner, clerk] }
  shop.getPermit: { by: [owner, clerk] }
`

const text = { type: 'string' }
const object = (...names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, text])),
})
const json = (schema: unknown) => ({ content: { 'application/json': { schema } } })
const asked = object('id', 'citizen')
const permit = object('id', 'holder', 'currency', 'status')
const currency = {
  type: 'object',
  required: ['currency'],
  properties: { currency: { type: 'string', enum: ['EUR', 'CHF', 'HUF'] } },
}
const operation = (operationId: string, answer: unknown, body?: unknown) => ({
  operationId,
  ...(body === undefined ? {} : { requestBody: json(body) }),
  responses: { '200': { description: 'done', ...json(answer) } },
})
const withId = { parameters: [{ name: 'permitId', in: 'path', required: true, schema: text }] }
const description = {
  openapi: '3.1.0',
  info: { title: 'Permits', version: '1' },
  paths: {
    '/requests': { post: operation('file', asked) },
    '/requests/{requestId}': {
      parameters: [{ name: 'requestId', in: 'path', required: true, schema: text }],
      get: operation('getRequest', asked),
    },
    '/permits': { post: operation('issue', permit, object('requestId')) },
    '/permits/{permitId}': { ...withId, get: operation('getPermit', permit) },
    '/permits/{permitId}/payment': { ...withId, post: operation('pay', permit, currency) },
  },
}

const people = { cara: 'citizen', carl: 'citizen', cleo: 'clerk' }
type Flaw = 'any-currency' | 'other-holder'

function permits(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Record<string, string>>()
  const add = (row: Record<string, string>): readonly [number, unknown] => {
    const made = { ...row, id: `r${rows.size}` }
    rows.set(made.id, made)
    return [200, made]
  }
  return ({ who = '', method, body, path: [kind, id = '', action] }) => {
    const role: string | undefined = people[who as keyof typeof people]
    if (role === undefined) return [401]
    if (method === 'POST' && id === '') {
      if (kind === 'requests') return role === 'citizen' ? add({ citizen: who }) : [403]
      const holder = rows.get(String(body['requestId']))?.['citizen']
      if (role !== 'clerk' || holder === undefined) return [403]
      const named = String(body['holder'])
      const isTaken = flaw === 'other-holder' && Object.hasOwn(people, named)
      return add({ holder: isTaken ? named : holder, currency: 'EUR', status: 'issued' })
    }
    const row = rows.get(id)
    if (row === undefined || (role !== 'clerk' && ![row['holder'], row['citizen']].includes(who))) return [404]
    if (method === 'GET') return [200, row]
    if (row['holder'] !== who || action !== 'payment') return [403]
    if (!['EUR', 'CHF', 'HUF'].includes(String(body['currency']))) return [422, { error: 'no such currency' }]
    if (row['status'] !== 'issued') return [409, { error: 'paid already' }]
    if (body['currency'] !== row['currency'] && flaw !== 'any-currency') return [409, { error: 'another currency' }]
    row['status'] = 'paid'
    return [200, row]
  }
}

const of = {
  'any-currency': ['shop.pay', 'permit.pay.when'],
  'other-holder': ['shop.issue', 'permit.holder.set-by'],
} as const

for (const [flaw, [operation, constraint]] of Object.entries(of) as [Flaw, (typeof of)[Flaw]][])
  for (const isFlawed of [true, false])
    it(`${isFlawed ? 'finds' : 'tries and does not find'} ${flaw}`, async () => {
      const { findings, cells } = await proveSmall({
        charter,
        description,
        people,
        answer: permits(isFlawed ? flaw : undefined),
        only: [operation],
      })
      assert.deepEqual(
        findings.map((each) => each.constraint),
        isFlawed ? [constraint] : [],
      )
      if (!isFlawed) assert.equal(cells.find((each) => each.constraint === constraint)?.verdict, 'held')
    })
