// What runs have seen stands sealed in the store: tokens, answers and what is remembered, in every file and after a kill.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Run } from '../../src/charter/charter.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import type { Store } from '../../src/guard/store.ts'
import { openKeyFile } from '../../src/ledger/storage/open.ts'
import type { KeyStore } from '../../src/ledger/storage/storage.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { call, card, officeCharter } from './office.ts'
import { Lines } from './wallet.ts'

const run: Run = { id: 'sealed-run', workflow: 'work', agent: 'bot' }

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-sealed-'))
})
after(() => rmSync(folder, { recursive: true }))

/** The files of the state that hold a text, in any of the ways an engine writes it. */
function holding(text: string): readonly string[] {
  const forms = [Buffer.from(text), Buffer.from(text, 'utf16le')]
  const files = readdirSync(folder).filter((name) => name.startsWith('state.db'))
  assert.ok(files.length > 0)
  return files.filter((name) => forms.some((form) => readFileSync(join(folder, name)).includes(form)))
}

describe('a node that was killed', () => {
  let child: ChildProcess
  let token = ''
  before(async () => {
    child = spawn(process.execPath, ['test/guard/sealed-node.ts', folder, run.id], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = (await once(child.stdout ?? assert.fail(), 'data')) as [Buffer]
    token = said.toString().trim()
    child.kill('SIGKILL')
    await once(child, 'exit')
  })

  test('leaves nothing of what its run saw in the files of the store', () => {
    assert.match(token, /^⟦secret:/)
    for (const text of [card.account, card.phone, card.account.slice(4), '151 23456789', token])
      assert.deepEqual(holding(text), [], text)
  })

  describe('another one', () => {
    let store: Store
    let keys: KeyStore
    let guard: Guard
    const open = async (): Promise<void> => {
      keys = await openKeyFile(join(folder, 'keys.db'))
      store = openSqliteStore(join(folder, 'state.db'))
      guard = await createGuard(officeCharter(), { version: '1', store, journal: new Lines(), keys, node: 'two' })
    }
    const close = async (): Promise<void> => {
      await guard.close()
      await store.close()
      await keys.close()
    }
    before(open)
    after(close)

    test('knows the token, and what may not go', async () => {
      const paid = await call(guard, { run, tool: 'pay', body: { to: token } })
      assert.deepEqual(paid, { sent: { to: card.account }, seen: {} })
      assert.equal(await call(guard, { run, tool: 'post', body: { text: card.phone } }), 'denied')
    })

    test('does nothing more in the run once its person was erased', async () => {
      await keys.drop('clara')
      await close()
      await open()
      assert.equal(await call(guard, { run, tool: 'pay', body: { to: token } }), 'unavailable')
      assert.equal(await call(guard, { run, tool: 'mail', body: { text: 'hello' } }), 'unavailable')
      const other = { ...run, id: 'another-run' }
      assert.notEqual(await call(guard, { run: other, tool: 'mail', body: { text: 'hello' } }), 'unavailable')
    })
  })
})
