// What somebody carries opens only operations of that scheme; who signs in is who the description names as an example.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const answer = (properties: Readonly<Record<string, unknown>>) => ({
  '200': { description: 'OK', content: { 'application/json': { schema: { type: 'object', properties } } } },
})
const text = { type: 'string' }
const noteId = { name: 'noteId', in: 'path', required: true, schema: text }
const key = [{ partnerKey: [] }]

const description = {
  openapi: '3.1.0',
  info: { title: 'Notes', version: '1' },
  security: [{ bearer: [] }],
  components: {
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer' },
      partnerKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
    },
  },
  paths: {
    '/login': {
      post: {
        operationId: 'login',
        security: [],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['username', 'password'],
                properties: {
                  username: { ...text, examples: ['ana'] },
                  password: { ...text, examples: ['secret-of-ana'] },
                },
              },
            },
          },
        },
        responses: answer({ token: text }),
      },
    },
    '/notes': {
      get: {
        operationId: 'listNotes',
        responses: answer({
          items: { type: 'array', items: { type: 'object', properties: { id: text, owner: text } } },
        }),
      },
      post: { operationId: 'addNote', responses: answer({ id: text }) },
    },
    '/notes/{noteId}': {
      get: { operationId: 'getNote', parameters: [noteId], responses: answer({ id: text, owner: text }) },
    },
    '/orders': { post: { operationId: 'order', security: key, responses: answer({ id: text }) } },
    '/orders/{orderId}': {
      get: {
        operationId: 'getOrder',
        security: key,
        parameters: [{ ...noteId, name: 'orderId' }],
        responses: answer({ id: text, dealer: text }),
      },
    },
  },
}

const charter = `
lockstep: 1
name: notes
sources: [{ name: shop, type: openapi, url: ./shop.json }]
actors: { dealer: { kind: partner }, former-dealer: { kind: partner }, writer: {} }
objects:
  note:
    owner: /owner
    read: shop.getNote
    list: shop.listNotes
    transitions: { add: { on: shop.addNote, by: writer } }
  order:
    owner: /dealer
    read: shop.getOrder
    transitions: { place: { on: shop.order, by: dealer } }
operations:
  shop.login: { by: anyone, public: { until: 2031-01-01, because: people sign in } }
  shop.listNotes: { by: signed-in, items: /items }
  shop.getNote: { by: owner }
  shop.getOrder: { by: { actor: dealer, party: owner } }
`

const identities = `
  alpha: { actor: dealer, principal: { id: alpha }, headers: { X-Api-Key: "\${env:ALPHA}" } }
  beta: { actor: dealer, principal: { id: beta }, headers: { X-Api-Key: "\${env:BETA}" } }
  old: { actor: former-dealer, principal: { id: old }, headers: { X-Api-Key: "\${env:OLD}" } }
`

const people = { ana: 'writer', ben: 'writer' }
const keys = { ALPHA: 'key-alpha', BETA: 'key-beta' }

function openNotes(
  flaw: 'key-opens-notes' | 'any-password' | undefined,
): (asked: Asked) => readonly [number, unknown?] {
  const notes: { id: string; owner: string }[] = []
  const orders: { id: string; dealer: string }[] = []
  return ({ who, method, path: [kind, id], body, headers }) => {
    const dealer = Object.values(keys).includes(String(headers['x-api-key']))
      ? String(headers['x-api-key']).slice(4)
      : undefined
    const writer = who !== undefined && Object.hasOwn(people, who) ? who : undefined
    if (kind === 'login') {
      const known = body['username'] === 'ana' && (body['password'] === 'secret-of-ana' || flaw === 'any-password')
      return known ? [200, { token: 'token-ana' }] : [401]
    }
    if (kind === 'orders') {
      if (dealer === undefined) return [401]
      if (method === 'POST') return [200, orders[orders.push({ id: `o${orders.length}`, dealer }) - 1]]
      const order = orders.find((each) => each.id === id && each.dealer === dealer)
      return order === undefined ? [404] : [200, order]
    }
    const caller = writer ?? (flaw === 'key-opens-notes' ? dealer : undefined)
    if (caller === undefined) return [401]
    if (method === 'POST') return [200, notes[notes.push({ id: `n${notes.length}`, owner: caller }) - 1]]
    if (id === undefined) return [200, { items: notes.filter(({ owner }) => owner === caller) }]
    const note = notes.find((each) => each.id === id)
    return note === undefined || (note.owner !== caller && writer !== undefined) ? [404] : [200, note]
  }
}

const api = { charter, description, identities, people, env: { ...keys, OLD: 'key-old' } }

test('a key that opens other operations is refused where it opens nothing, and calls nothing rightfully', async () => {
  const { findings, cells } = await proveSmall({ ...api, answer: openNotes(undefined) })
  assert.deepEqual(findings, [])
  const dealers = cells.filter(({ actor, operation }) => /dealer/.test(actor) && operation !== 'shop.order')
  const [alpha, old] = ['alpha', 'old'].map((name) => dealers.filter(({ actor }) => actor.startsWith(name)))
  const added = alpha?.filter(({ operation }) => operation === 'shop.addNote') ?? []
  assert.ok(added.length > 0 && added.every(({ verdict }) => verdict === 'held'), JSON.stringify(alpha))
  const whys = new Set(old?.map(({ verdict, why }) => `${verdict}: ${why}`))
  assert.deepEqual(
    [...whys],
    [
      'not-reached: old is not let in (401), and nothing is open to them by which to tell whether the credential is good',
    ],
  )
  const lists = cells.filter(({ operation }) => operation === 'shop.listNotes')
  assert.ok(lists.length > 0 && lists.every(({ actor }) => !/dealer/.test(actor)), JSON.stringify(lists))
})

test('a key that opens what it is not for is a finding', async () => {
  const { findings } = await proveSmall({
    ...api,
    answer: openNotes('key-opens-notes'),
    only: ['shop.addNote', 'shop.getNote'],
  })
  assert.deepEqual(findings.map((each) => `${each.class} at ${each.operation}`).toSorted(), [
    'bfla at shop.addNote',
    'bfla at shop.getNote',
  ])
})

test('whoever signs in is who the description names', async () => {
  const answer = openNotes(undefined)
  const answered: number[] = []
  const listening = (asked: Asked): readonly [number, unknown?] => {
    const given = answer(asked)
    if (asked.path[0] === 'login') answered.push(given[0])
    return given
  }
  await proveSmall({
    ...api,
    charter: charter.replace('by: anyone', 'by: anyone, safe: true'),
    answer: listening,
    only: ['shop.login'],
  })
  assert.ok(answered.length > 0 && answered.every((status) => status === 200), answered.join())
})
