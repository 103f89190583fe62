// npm run bench -- ledger [ENTRIES] [VERIFIED]: durable entries a second with 64 in flight, microseconds of each thread for one, beside
// raw fdatasync on the same disk; then the seconds it takes to verify a ledger of VERIFIED entries.
import {
  closeSync,
  createReadStream,
  createWriteStream,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { EntryDraft } from '../src/ledger/entry.ts'
import { exportItems, exportLedger } from '../src/ledger/export/ledger-file.ts'
import { type Ledger, type LedgerOptions, openLedger } from '../src/ledger/ledger.ts'
import { proveEntry } from '../src/ledger/prove.ts'
import { readerItems, type VerifyItem, verifyLedger } from '../src/ledger/verify.ts'
import { fillLedger } from './ledger/fill.ts'

const entries = Number(process.argv[2] ?? 40_000)
const verified = Number(process.argv[3] ?? 1_000_000)
const inFlight = 64
const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'ledger-bench-'))

try {
  sync(600)
  sync(inFlight * 900)
  await measureAppend('sealed content', {})
  await measureAppend('without content', { content: 'nothing' })
  await measureAppend('one in flight', {}, 1, Math.min(entries, 2000))
  await measureVerify()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function optionsOf(name: string): LedgerOptions {
  return {
    storage: { type: 'sqlite', file: join(folder, name, 'ledger.db'), keys: join(folder, name, 'keys.db') },
    signingKey: join(folder, 'key.pem'),
    origin: 'ledger.example/bench',
    node: 'bench',
    version: '1',
  }
}

function draft(at: number): EntryDraft {
  return {
    kind: 'decision',
    at: 1_795_000_000_000 + at,
    call: `0198f1c2-7d1e-7c3a-9a51-${String(at).padStart(12, '0')}`,
    operation: 'shop.refundOrder',
    principal: { id: `user-${at % 500}`, kind: 'user', tenant: 'north', roles: ['clerk'] },
    effect: at % 20 === 0 ? 'deny' : 'allow',
    reasons: [],
    charter: { name: 'shop', digest: 'sha256:6f0b…' },
    mode: 'enforce',
    reserved: true,
    objects: [{ type: 'order', key: `order-${at}` }],
    content: { request: { path: { id: `order-${at}` }, body: { amount: '12.00', reason: 'damaged on arrival' } } },
  }
}

function sync(bytes: number): void {
  const file = openSync(join(folder, 'raw'), 'a')
  const times = Array.from({ length: 300 }, () => {
    writeSync(file, Buffer.alloc(bytes))
    const start = performance.now()
    fdatasyncSync(file)
    return performance.now() - start
  }).sort((a, b) => a - b)
  closeSync(file)
  const at = (part: number): string => (times[Math.floor(times.length * part)] ?? 0).toFixed(2)
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  console.log(
    `raw fdatasync of ${bytes} B: mean ${mean.toFixed(2)} ms, median ${at(0.5)}, 95 % ${at(0.95)}, 99 % ${at(0.99)}`,
  )
}

async function measureAppend(
  name: string,
  more: Partial<LedgerOptions>,
  lanes = inFlight,
  count = entries,
): Promise<void> {
  const ledger = await openLedger({ ...optionsOf(name.replaceAll(' ', '-')), ...more })
  await appendAll(ledger, lanes, Math.min(2000, count))
  const [start, all, main] = [performance.now(), process.cpuUsage(), process.threadCpuUsage()]
  const waits = await appendAll(ledger, lanes, count)
  const seconds = (performance.now() - start) / 1000
  const [total, own] = [process.cpuUsage(all), process.threadCpuUsage(main)]
  const micros = (cpu: NodeJS.CpuUsage): number => (cpu.user + cpu.system) / count
  const wait = (part: number): string => (waits.sort((a, b) => a - b)[Math.floor(count * part)] ?? 0).toFixed(1)
  console.log(
    `append, ${name}, ${lanes} in flight: ${Math.round(count / seconds)} durable entries/s, wait median ${wait(0.5)} ms, 99 % ${wait(0.99)}; ` +
      `CPU ${micros(own).toFixed(1)} µs main thread, ${(micros(total) - micros(own)).toFixed(1)} µs others`,
  )
  await ledger.close()
}

async function appendAll(ledger: Ledger, lanes: number, count: number): Promise<number[]> {
  const waits: number[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const own = draft(next++)
      const start = performance.now()
      await ledger.append(own)
      waits.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return waits
}

async function measureVerify(): Promise<void> {
  const options = optionsOf('verify')
  await fillLedger(options, { count: verified, draft })
  const ledger = await openLedger(options)
  const note = (await ledger.checkpoint()) ?? ''
  await timed(`verify ${verified} entries from the database`, () =>
    report(readerItems(ledger.reader), ledger.publicKey, note),
  )
  await timed(
    'prove one entry',
    async () => `${(await proveEntry(ledger.reader, Math.floor(verified / 3)))?.length} characters`,
  )
  const file = join(folder, 'export.ndjson')
  await timed(
    'export it to a file',
    async () => void (await pipeline(exportLedger(ledger.reader), createWriteStream(file))),
  )
  await ledger.close()
  const pieces = createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 18 })
  await timed(`verify ${verified} entries from that file`, () => report(exportItems(pieces), ledger.publicKey, note))
}

async function report(items: AsyncIterable<VerifyItem>, publicKey: string, note: string): Promise<string> {
  const found = await verifyLedger({ items, publicKey, checkpoints: [note] })
  return `${found.covered} covered, ${found.problems.length} problems`
}

async function timed(name: string, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  const said = await work()
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(2)} s${said === undefined ? '' : ` (${said})`}`)
}
