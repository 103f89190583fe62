import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { loadCharter } from '../../src/charter/load.ts'
import {
  besideTokens,
  classesOfCall,
  coverRequest,
  learnAnswer,
  learnWords,
  noteCall,
  withholdClasses,
} from '../../src/classify/call.ts'
import { classesIn } from '../../src/classify/classes.ts'
import { addEntry, emptyClassMemory, foldClasses } from '../../src/classify/memory.ts'
import { labelsOf } from '../../src/classify/of-charter.ts'
import { restoreTokens, tokenBook } from '../../src/classify/token.ts'
import { charterFrom } from '../decide/charters.ts'
import { disguises } from './disguise.ts'

const { charter } = await loadCharter('cases/charters/mailroom.yaml')
assert.ok(charter !== undefined)
const { labels, diagnostics } = labelsOf(charter)
assert.deepEqual(diagnostics, [])

const draw = (): string => randomBytes(12).toString('hex')
const answer = { id: 'c1', name: 'Ana', ssn: '536-90-4399', mail: 'ana@example.com', iban: 'DE89370400440532013000' }
const brief = (found: readonly { at: string; class: string; by: string }[]) =>
  found.map((each) => [each.at, each.class, each.by])

test('what an answer shows is known in later arguments, in any shape', () => {
  const memory = emptyClassMemory('00112233445566ff')
  const { entries, findings } = learnAnswer(memory, labels, { operation: 'desk.get_customer', body: answer })
  assert.deepEqual(brief(findings), [
    ['/ssn', 'secret', 'desk.get_customer#/ssn'],
    ['/mail', 'contact', 'email'],
    ['/iban', 'personal', 'iban'],
  ])
  const again = foldClasses('00112233445566ff', entries)
  for (const [how, disguise] of Object.entries(disguises)) {
    const call = { operation: 'desk.translate', request: { body: { text: disguise(answer.ssn) } } }
    assert.ok(
      classesOfCall(labels, call, again).some((each) => each.class === 'secret'),
      how,
    )
  }
})

test('what the user said is known in any shape, but whom they write to may be called by their name', () => {
  const memory = emptyClassMemory('00112233445566ff')
  const said = `Write to ana.maria.lopez@example.com that ${answer.iban} is paid.`
  assert.equal(learnWords(memory, labels, [said]).length, 1)
  const classes = (text: string) =>
    classesOfCall(labels, { operation: 'desk.translate', request: { body: { text } } }, memory).map(({ by }) => by)
  for (const disguise of Object.values(disguises)) assert.ok(classes(disguise(answer.iban)).includes('iban'))
  assert.deepEqual(classes('Dear Ana Maria Lopez, it is paid.'), [])
  assert.deepEqual(classes('ana.maria.lopez@example.com'), ['email'])
})

test('path, query and headers carry data too; what lets the caller in does not count', () => {
  const memory = emptyClassMemory('00112233445566ff')
  learnAnswer(memory, labels, { operation: 'desk.get_customer', body: answer })
  const request = {
    path: { id: '536904399' },
    query: { q: 'DE89370400440532013000' },
    header: { authorization: '536904399', note: '536904399' },
  }
  assert.deepEqual(
    [...new Set(classesOfCall(labels, { operation: 'x.y', request }, memory).map(({ at }) => at))],
    ['$path/id', '$query/q', '$header/note'],
  )
})

test('pieces sent by several calls', () => {
  const memory = emptyClassMemory('00112233445566ff')
  learnAnswer(memory, labels, { operation: 'desk.get_customer', body: answer })
  const found = ['536', '-90-', '4399'].map((text) => {
    const call = { operation: 'desk.translate', request: { body: { text } } }
    const classes = classesOfCall(labels, call, memory)
    for (const entry of noteCall(memory, call)) addEntry(memory, entry)
    return classes.length > 0
  })
  assert.deepEqual(found, [false, false, true])
})

test('a request is covered as its decision says: tokens in plain places, nothing else left', () => {
  const memory = emptyClassMemory('00112233445566ff')
  learnAnswer(memory, labels, { operation: 'desk.get_customer', body: answer })
  const request = {
    query: { q: 'ana@example.com' },
    body: {
      text: `mail ana@example.com or ${Buffer.from('ana@example.com').toString('base64')}`,
      ssn: 'x 536-90-4399',
    },
  }
  const find = (each: typeof request | object) =>
    classesOfCall(labels, { operation: 'desk.translate', request: each }, memory)
  const book = tokenBook()
  const covers = find(request).map(({ at, class: name }) => ({
    at,
    class: name,
    with: name === 'contact' ? ('token' as const) : ('redact' as const),
  }))
  const { request: sent, entries } = coverRequest(request, { find, covers, tokens: { book, draw } })
  assert.deepEqual(find(sent), [])
  assert.equal(entries.length, 1)
  assert.deepEqual(
    restoreTokens(sent, book, () => true),
    {
      query: { q: 'ana@example.com' },
      body: { text: 'mail ana@example.com or [contact]', ssn: 'x [secret]' },
    },
  )
})

test('an answer is freed of classes a run may not receive', () => {
  const book = tokenBook()
  const find = (body: unknown) => classesIn(labels, body, { operation: 'desk.get_customer', side: 'answer' })
  const { body } = withholdClasses(
    answer,
    find,
    { classes: ['secret', 'contact'], tokens: ['contact'] },
    { book, draw },
  )
  assert.deepEqual(
    { ...answer, ssn: '[secret]' },
    restoreTokens(body, book, () => true),
  )
  assert.match((body as typeof answer).mail, /^⟦contact:[0-9a-f]{24}⟧$/)
})

const shop = (data: string): string => `
lockstep: 1
name: s
sources:
  - name: s
    type: inline
    operations:
      getOrder: { method: GET, path: '/orders/{id}' }
      listOrders: { method: GET, path: /orders }
      setMail: { method: PUT, path: '/orders/{id}' }
objects:
  order:
    key: /id
    read: s.getOrder
    list: s.listOrders
    states: [open]
    fields: { mail: { at: /contact/mail } }
    transitions: { change: { on: s.setMail, from: open, to: open } }
operations: { s.getOrder: { by: anyone }, s.setMail: { by: anyone } }
data:
  classes: [public, personal]
  labels: [${data}]
`

test('a field of an object is known where it is read, listed and written', () => {
  const own = labelsOf(charterFrom(shop('{ field: order.mail, class: personal }'))).labels
  const at = (operation: string, side: 'answer' | 'arguments', value: unknown) =>
    classesIn(own, value, { operation, side }).map((each) => each.at)
  const one = { id: '1', contact: { mail: 'x', name: 'y' } }
  assert.deepEqual(at('s.getOrder', 'answer', one), ['/contact/mail'])
  assert.deepEqual(at('s.setMail', 'arguments', one), ['/contact/mail'])
  assert.deepEqual(at('s.setMail', 'answer', one), ['/contact/mail'])
  assert.deepEqual(at('s.getOrder', 'arguments', one), [])
  // Wrapped in another way than described: what is read is known by its key.
  assert.deepEqual(at('s.getOrder', 'answer', { order: one }), ['/order/contact/mail'])
  assert.deepEqual(at('s.getOrder', 'answer', { id: '1', billing: { contact: { mail: 'x' } } }), [])
  assert.deepEqual(at('s.setMail', 'answer', { ok: true, agent: { contact: { mail: 'x' } } }), [])
})

test('a place that an answer does not have is looked for in it', () => {
  const own = labelsOf(charterFrom(shop("{ at: 's.getOrder#/lines/*/note', class: personal }"))).labels
  const at = (value: unknown) =>
    classesIn(own, value, { operation: 's.getOrder', side: 'answer' }).map((each) => each.at)
  assert.deepEqual(at({ lines: [{ note: 'x' }] }), ['/lines/0/note'])
  assert.deepEqual(at({ data: { lines: [{ note: 'x' }] } }), ['/data/lines/0/note'])
  assert.deepEqual(at({ lines: [], before: { lines: [{ note: 'x' }] } }), [])
})

for (const [data, problem] of [
  ['{ pattern: ibann, class: personal }', /no detector `ibann`/],
  ['{ pattern: { name: x, keyword: case, regex: "(a)\\\\1" }, class: personal }', /syntax of RE2/],
] as const) {
  test(`a label that cannot be used: ${data}`, () => {
    const problems = labelsOf(charterFrom(shop(data))).diagnostics
    assert.match(problems[0]?.message ?? '', problem)
    assert.ok((problems[0]?.line ?? 0) > 1)
  })
}

test('a token is no key, although it looks drawn at random; what is written like one is', () => {
  const keys = labelsOf(
    charterFrom(`
lockstep: 1
sources: [{ name: api, type: inline, operations: { read: { method: GET, path: /key, response: { value: string } } } }]
operations: { api.read: { by: anyone } }
data: { classes: [public, secret], labels: [{ pattern: credential, class: secret }, { at: 'api.read#/value', class: secret }] }
`),
  ).labels
  const book = tokenBook()
  const body = { value: 'zK8v-Qm3T-x91Lw-77rHp-Gd5s' }
  const find = (value: unknown) => classesIn(keys, value, { operation: 'api.read', side: 'answer' })
  const shown = withholdClasses(body, find, { classes: ['secret'], tokens: ['secret'] }, { book, draw })
  const [token = ''] = book.byToken.keys()
  assert.deepEqual(shown.body, { value: token })
  const carried = (text: string) => {
    const request = { body: { text }, path: { key: text } }
    return besideTokens(request, classesOfCall(keys, { operation: 'api.read', request }), book).map(({ at }) => at)
  }
  assert.deepEqual(carried(`The key is ${token}.`), [])
  assert.deepEqual(
    new Set(carried('The key is ⟦secret:0f1e2d3c4b5a69788796a5b4c3d2e1f0⟧.')),
    new Set(['/text', '$path/key']),
  )
})
