// What is left of a ledger when its process is killed, and when its disk fails and comes back.
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openLedger } from '../../src/ledger/ledger.ts'
import { openDatabase } from '../../src/ledger/storage/sqlite.ts'
import { readerItems, verifyLedger } from '../../src/ledger/verify.ts'

const program = fileURLToPath(new URL('append-child.ts', import.meta.url))

interface Told {
  readonly kept: Map<number, string>
  readonly failed: string[]
}

async function listen(child: ChildProcess, onLine: (told: Told) => void): Promise<Told> {
  const told: Told = { kept: new Map(), failed: [] }
  for await (const line of createInterface({ input: child.stdout ?? assert.fail() })) {
    const [verb, what = '', call = ''] = line.split(' ')
    if (verb === 'kept') told.kept.set(Number(what), call)
    else told.failed.push(what)
    onLine(told)
  }
  return told
}

/** Opens what is left and compares it with what was promised. */
async function compare(folder: string, { kept }: Told): Promise<void> {
  const ledger = await openLedger({
    storage: { type: 'sqlite', file: `${folder}/ledger.db`, keys: `${folder}/keys.db` },
    signingKey: `${folder}/key.pem`,
    origin: 'ledger.example/t',
    node: 'after',
    version: '1',
  })
  try {
    const calls = new Map<number, string>()
    for await (const chunk of ledger.reader.entries(0, Number.MAX_SAFE_INTEGER)) {
      for (const { index, text } of chunk) calls.set(index, JSON.parse(text ?? '').call)
    }
    for (const [index, call] of kept) assert.equal(calls.get(index), call)
    await ledger.checkpoint()
    const report = await verifyLedger({ items: readerItems(ledger.reader), publicKey: ledger.publicKey })
    assert.deepEqual(report.problems, [])
    assert.equal(report.size, calls.size)
  } finally {
    await ledger.close()
  }
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-ledger-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('a commit is synced to the disk before it is promised', () =>
  inFolder(async (folder) => {
    // No kill shows this, only a power cut would: so the settings that do it are pinned.
    const database = openDatabase(join(folder, 'any.db'))
    assert.equal(database.pragma('synchronous', { simple: true }), 2)
    assert.equal(database.pragma('journal_mode', { simple: true }), 'wal')
    database.close()
    assert.equal(statSync(join(folder, 'any.db')).mode & 0o777, 0o600)
  }))

test('everything that was promised is there after a kill', () =>
  inFolder(async (folder) => {
    const child = spawn(process.execPath, [program, folder, '100000'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const told = await listen(child, ({ kept }) => {
      if (kept.size === 150) setTimeout(() => child.kill('SIGKILL'), Math.random() * 30)
    })
    assert.ok(told.kept.size >= 150)
    await compare(folder, told)
  }))

const limits = process.platform === 'linux' && spawnable('prlimit')

test('a disk that fails rejects what waits, and what comes when it is back is kept', { skip: !limits }, () =>
  inFolder(async (folder) => {
    // The system refuses to let a file grow beyond this: what a full disk does, with a limit we can lift.
    const limited = 'ulimit -S -f 400 && exec "$@"'
    const command = ['-c', limited, 'sh', process.execPath, program, folder, '120']
    const child = spawn('bash', command, { stdio: ['ignore', 'pipe', 'inherit'] })
    let keptBefore = 0
    const told = await listen(child, ({ kept, failed }) => {
      if (failed.length !== 8 || keptBefore > 0) return
      keptBefore = kept.size
      execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited'])
    })
    assert.ok(told.failed.length >= 8 && told.failed.every((code) => code === 'unwritable'), `${told.failed}`)
    assert.ok(keptBefore > 0 && told.kept.size > keptBefore + 100, `${keptBefore} before, ${told.kept.size} in all`)
    await compare(folder, told)
  }),
)

function spawnable(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
