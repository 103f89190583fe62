// The ledger over the console's API: what proves an entry, what can be read of it, and what is handed on, of a real guard.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readKey } from '../../console/src/verify/checkpoint.ts'
import { verifyEntry } from '../../console/src/verify/entry-proof.ts'
import { follow, type Notebook } from '../../console/src/verify/remembered.ts'
import { exportItems } from '../../src/ledger/export/ledger-file.ts'
import { verifyLedger } from '../../src/ledger/verify.ts'
import { type Shown, show } from '../console/shown.ts'
import { type SignedIn, signedIn } from './signed-in.ts'
import { visit } from './visit.ts'

let shown: Shown
let ask: SignedIn['ask']
let read: SignedIn['read']

before(async () => {
  shown = await show()
  ;({ ask, read } = await signedIn(await shown.link()))
})
after(() => shown?.close())

const get = (path: string): Promise<Response> => ask('GET', path)

/** The newest decision with this effect. */
// biome-ignore lint/suspicious/noExplicitAny: answers as they come over the wire
async function decisionOf(effect: string): Promise<any> {
  const { entries } = await read(`/api/entries?kind=decision&effect=${effect}`, (found) => found.entries.length > 0)
  return entries[0]
}

test('everything about a call is read with its private part; after an erasure that is gone, and all else is there', async () => {
  assert.equal((await shown.call('ann', '/pay', { amount: 5 })).status, 200)
  assert.equal((await shown.call('ann', '/pay', { amount: 5000 })).status, 403)
  const { call, session } = await decisionOf('allow')
  assert.equal(session, undefined)
  const about = await read(`/api/calls/${call}`, ({ entries }) => entries.length === 2)
  const [decision, outcome] = about.entries.map((each: { text: string }) => JSON.parse(each.text))
  assert.deepEqual([decision.kind, outcome.kind, outcome.outcome], ['decision', 'outcome', 'effective'])
  assert.equal(about.entries[0].private, 'shown')
  assert.equal(about.entries[0].content.request.body.amount, 5)
  assert.equal(about.session.principal, 'ann')
  const { session: same, switches } = await read(
    `/api/sessions/${about.session.id}`,
    (found) => found.session.calls === 2,
  )
  assert.deepEqual([same.calls, same.refused, switches], [2, 1, []])
  const { operations } = await read('/api/operations')
  assert.deepEqual(operations, [
    { name: 'shop.list', sort: 'api' },
    { name: 'shop.pay', sort: 'api' },
  ])
  await shown.serving.core.ledger.erase('ann', { principal: { id: 'op' }, why: 'asked to' })
  const later = await read(`/api/calls/${call}`)
  assert.deepEqual([later.entries[0].private, later.entries[0].content], ['erased', undefined])
  assert.equal(later.entries[0].text, about.entries[0].text)
  assert.equal((await get('/api/calls/none')).status, 404)
  assert.equal((await get('/api/sessions/none')).status, 404)
})

test('with what the API gives, a browser verifies an entry in the tree it follows', async () => {
  const { ledger } = shown.serving.core
  const { index } = await decisionOf('allow')
  await ledger.checkpoint()
  const notes = new Map<string, string>()
  const notebook: Notebook = {
    getItem: (name) => notes.get(name) ?? null,
    setItem: (name, value) => void notes.set(name, value),
    removeItem: (name) => void notes.delete(name),
  }
  const prove = async (from: number, to: number): Promise<string[]> =>
    (await read(`/api/ledger/consistency?from=${from}&to=${to}`)).path
  const first = await read('/api/ledger')
  assert.equal((await follow(notebook, first, { prove, now: 1 })).kind, 'first')
  assert.equal((await shown.call('ann', '/orders')).status, 200)
  await ledger.checkpoint()
  const { checkpoint, key } = await read('/api/ledger')
  const course = await follow(notebook, { key, checkpoint }, { prove, now: 2 })
  assert.ok(course.kind === 'grown')
  const { proof } = await read(`/api/ledger/entries/${index}/proof?size=${course.head.size}`)
  const { text } = await read(`/api/ledger/entries/${index}`)
  const known = (await readKey(key)) ?? assert.fail()
  const verdict = await verifyEntry(proof, known, { index, text })
  assert.ok(verdict.holds)
  assert.deepEqual(verdict.head, course.head)
  const { size } = await read('/api/ledger')
  assert.deepEqual(await read(`/api/ledger/entries/${index}/proof?size=${size + 5}`), {})
  assert.equal((await get(`/api/ledger/consistency?from=1&to=${size + 1}`)).status, 400)
  assert.equal((await get(`/api/ledger/entries/${size}`)).status, 404)
  assert.equal((await get('/api/ledger/entries/01')).status, 404)
})

test('the ledger goes out whole and verifies offline; other forms hold what is asked for; both are on the record', async () => {
  const { ledger } = shown.serving.core
  await ledger.checkpoint()
  const whole = await (await get('/api/ledger/export?format=ledger')).text()
  async function* pieces() {
    yield whole
  }
  const report = await verifyLedger({ items: exportItems(pieces()), publicKey: ledger.publicKey })
  assert.deepEqual(report.problems, [])
  assert.ok(report.covered > 5)
  for (const format of ['ocsf', 'cloudevents']) {
    const lines = (await (await get(`/api/ledger/export?format=${format}&kind=decision&effect=deny`)).text())
      .trim()
      .split('\n')
    assert.equal(lines.length, 1, format)
    assert.match(lines[0] ?? '', /shop\.pay/)
  }
  const otlp = await (await get('/api/ledger/export?format=otlp&kind=decision')).text()
  assert.match(otlp, /resourceLogs/)
  const { entries } = await read('/api/entries?kind=act&effect=exported', (found) => found.entries.length === 4)
  assert.match(entries[3].says, /the ledger as ledger/)
  assert.equal((await get('/api/ledger/export?format=exe')).status, 400)
})

test('nobody reads who is not signed in', async () => {
  const stranger = visit(shown.url)
  const parts = ['', '/entries/0', '/entries/0/proof', '/consistency?from=1&to=1', '/export?format=ledger']
  for (const path of [...parts.map((part) => `/api/ledger${part}`), '/api/calls/x', '/api/sessions/x'])
    assert.equal((await stranger.ask('GET', path)).status, 401, path)
})
