// docs/ledger.md: what it lists is what there is, and what it tells an auditor to run verifies a ledger.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { entryKinds } from '../../src/ledger/entry.ts'
import { exportFormats } from '../../src/ledger/export/export.ts'
import { exportLedger } from '../../src/ledger/export/ledger-file.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { decision } from './sample.ts'

const text = readFileSync(new URL('../../docs/ledger.md', import.meta.url), 'utf8')

test('every kind of entry and every form is described', () => {
  const rows = text.split('\n').filter((line) => line.startsWith('| `'))
  for (const kind of entryKinds)
    assert.ok(
      rows.some((row) => row.split('|')[1]?.includes(`\`${kind}\``)),
      kind,
    )
  for (const word of ['OCSF', 'CloudEvents', 'OTLP', '`ledger`']) assert.ok(text.includes(word), word)
  assert.equal(exportFormats.length, 4)
})

test('the auditor’s program verifies an export, and sees a changed line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-ledger-'))
  const [file, outside] = [join(folder, 'ledger.ndjson'), join(folder, 'checkpoints')]
  const ledger = await openLedger({
    storage: { type: 'sqlite', file: join(folder, 'ledger.db'), keys: join(folder, 'keys.db') },
    signingKey: join(folder, 'key.pem'),
    origin: 'ledger.example.com/shop',
    node: 'a',
    version: '1',
  })
  try {
    for (let at = 0; at < 5; at += 1) await ledger.append(decision())
    writeFileSync(outside, (await ledger.checkpoint()) ?? '')
    let lines = ''
    for await (const piece of exportLedger(ledger.reader)) lines += piece
    const run = async (name: string, content: string): Promise<unknown> => {
      writeFileSync(file, content)
      return runBlock(join(folder, name), { file, outside, key: ledger.publicKey })
    }
    assert.deepEqual(await run('good.ts', lines), { problems: [], covered: 6 })
    const changed = await run('bad.ts', lines.replace('refundOrder', 'cancelOrder'))
    assert.match(JSON.stringify(changed), /"code":"mismatch","from":0,"to":5/)
  } finally {
    await ledger.close()
    rmSync(folder, { recursive: true })
  }
})

async function runBlock(path: string, given: { file: string; outside: string; key: string }): Promise<unknown> {
  const [, block = ''] = /```ts\n([\s\S]*?)```/.exec(text) ?? []
  const program = block
    .replaceAll("'../src/", `'${new URL('../../src/', import.meta.url)}`)
    .replace('ledger.example.com/shop+1f2e3d4c+AWZ…', given.key)
    .replace("'ledger.ndjson'", JSON.stringify(given.file))
    .replace("'checkpoints-from-outside'", JSON.stringify(given.outside))
  writeFileSync(path, `${program}\nexport const { problems, covered } = report\n`)
  return { ...(await import(pathToFileURL(path).href)) }
}
