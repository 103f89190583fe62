// What somebody noted is of its class for everybody who reads it in the same memory.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Principal, Run } from '../../src/charter/charter.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import type { Store } from '../../src/guard/store.ts'
import { openKeyFile } from '../../src/ledger/storage/open.ts'
import type { KeyStore } from '../../src/ledger/storage/storage.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterOf, newRun } from './office.ts'
import { answered, Lines } from './wallet.ts'

const charter = charterOf(`
lockstep: 1
name: office
sources: [{ name: desk, type: mcp, url: ./office.tools.json }]
actors:
  clerk: {}
  bot: { kind: agent, workflow: work, acts-for: clerk }
operations:
  desk.read: { by: clerk, safe: true }
  desk.post: { by: clerk }
  desk.note: { by: clerk, memory: write }
  desk.recall: { by: clerk, safe: true, memory: read }
workflows:
  work: { operations: [desk.read, desk.post, desk.note, desk.recall], data: [public, personal] }
data:
  classes: [public, personal]
  labels: [{ at: 'desk.read#/phone', class: personal }]
  flows: [{ class: personal, to: [desk.note] }]
`)

const phone = '+49 151 23456789'

describe('a memory that several people use', () => {
  let folder: string
  let store: Store
  let keys: KeyStore
  let nodes: readonly [Guard, Guard]
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lockstep-notes-'))
    store = openSqliteStore(join(folder, 'state.db'))
    keys = await openKeyFile(join(folder, 'keys.db'))
    const open = (node: string) => createGuard(charter, { version: '1', store, journal: new Lines(), keys, node })
    nodes = [await open('one'), await open('two')]
  })
  after(async () => {
    for (const each of nodes) await each.close()
    await store.close()
    await keys.close()
    rmSync(folder, { recursive: true })
  })

  const of = (id: string, node = 0) => {
    const run: Run = newRun()
    const clerk: Principal = { id, tenant: id, roles: ['clerk'] }
    const principal: Principal = { id: 'bot', kind: 'agent', roles: ['bot'], chain: [clerk] }
    return async (tool: string, body: unknown, answer: unknown = {}): Promise<string> => {
      const incoming = { operation: `desk.${tool}`, principal, request: { body }, run, pin: 'pinned' as const }
      const ruling = await (node === 0 ? nodes[0] : nodes[1]).begin(incoming)
      if (ruling.kind !== 'go') return ruling.kind === 'refused' ? ruling.refusal.code : ruling.kind
      return (await ruling.settle(answered(200, answer))).kind
    }
  }
  const toldOn = async (id: string, text: string, node = 0): Promise<string> => {
    const call = of(id, node)
    assert.equal(await call('recall', {}, { notes: [{ text }] }), 'pass')
    return call('post', { text })
  }

  test('gives back to anybody, through any node, what one of them noted as it is of its class', async () => {
    const text = `Ann: ${phone}`
    assert.equal(await toldOn('maja', text), 'pass')
    const omar = of('omar')
    await omar('read', {}, { phone })
    assert.equal(await omar('note', { text }), 'pass')
    for (const node of [0, 1]) {
      assert.equal(await toldOn('omar', text, node), 'denied')
      assert.equal(await toldOn('maja', text, node), 'denied')
      assert.equal(await toldOn('maja', 'Nothing of Ann', node), 'pass')
    }
  })

  test('and what is noted later', async () => {
    const ines = of('ines', 1)
    await ines('read', {}, { phone: '+351 912 345 678' })
    await ines('note', { text: 'Rui +351 912 345 678' })
    assert.equal(await toldOn('maja', 'Rui: +351 912 345 678'), 'denied')
    assert.equal(await toldOn('maja', `Ann: ${phone}`), 'denied')
  })

  test('nothing of it can be read in the store', () => {
    for (const name of ['state.db', 'state.db-wal'])
      assert.equal(readFileSync(join(folder, name)).includes('23456789'), false, name)
  })

  test('what somebody noted is gone with them, and nothing else', async () => {
    await keys.drop('omar')
    await nodes[0].close()
    const node = await createGuard(charter, { version: '1', store, journal: new Lines(), keys, node: 'three' })
    nodes = [node, nodes[1]]
    assert.equal(await toldOn('maja', `Ann: ${phone}`), 'pass')
    assert.equal(await toldOn('maja', 'Rui: +351 912 345 678'), 'denied')
  })

  test('what was forgotten is forgotten, and what is noted then is not', async () => {
    const change = { kind: 'forget', before: Date.now() + 1e9, marksOf: [] } as const
    await store.transact(['x'], (transaction) => transaction.write([change]))
    assert.equal(await toldOn('maja', 'Rui: +351 912 345 678'), 'pass')
    const ines = of('ines')
    await ines('read', {}, { phone })
    await ines('note', { text: phone })
    assert.equal(await toldOn('maja', `Ann: ${phone}`), 'denied')
  })
})
