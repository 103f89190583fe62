import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import { journalOf } from '../../src/guard/ledger-journal.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { answered, user, Wallets, walletCharter } from '../../test/guard/wallet.ts'

/** A guard with everything on disk in a folder of its own, in front of an API that answers at once. */
export interface Site {
  readonly guard: Guard
  readonly folder: string
  close(): Promise<void>
}

/** What one call costs; CPU in microseconds, of the thread that decides and of the whole process (the ledger's thread, syncs, garbage). */
export interface Cost {
  readonly perSecond: number
  readonly mainCpu: number
  readonly allCpu: number
  readonly p50: number
  readonly p99: number
}

const wallets = 1000
const folderOf = (): string => mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'guard-bench-'))

export async function openSite(): Promise<Site> {
  const folder = folderOf()
  const api = new Wallets()
  api.latency = () => Promise.resolve()
  for (let index = 0; index < wallets; index += 1) {
    api.add(`w${index}`, { owner: 'ann', state: 'open', limit: 1e12 })
  }
  const store = openSqliteStore(join(folder, 'store.db'))
  const ledger = await openLedger({
    storage: { type: 'sqlite', file: join(folder, 'ledger.db'), keys: join(folder, 'keys.db') },
    signingKey: join(folder, 'key.pem'),
    origin: 'ledger.example/bench',
    node: 'bench',
    version: '1',
  })
  const guard = await createGuard(walletCharter(), { version: '1', journal: journalOf(ledger), truth: api, store })
  return {
    guard,
    folder,
    async close() {
      await guard.close()
      await ledger.close()
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Sends calls that move money under a limit, so many at a time. */
export async function spend({ guard }: Site, inFlight: number, total: number): Promise<Cost> {
  const times: number[] = []
  const answer = answered(200, { id: 'w1', state: 'open' })
  const client = async (own: number): Promise<void> => {
    for (let call = own; call < total; call += inFlight) {
      const incoming = {
        operation: 'api.spend',
        principal: user('ann'),
        request: { path: { id: `w${(call * 131) % wallets}` }, body: { amount: 1 } },
      }
      const began = performance.now()
      const { kind } = await guard.call(incoming, async () => answer)
      times.push(performance.now() - began)
      if (kind !== 'answered') throw new Error(`a call was ${kind}`)
    }
  }
  const [began, all, main] = [performance.now(), process.cpuUsage(), process.threadCpuUsage()]
  await Promise.all(Array.from({ length: inFlight }, (_, own) => client(own)))
  const took = performance.now() - began
  const [allUsed, mainUsed] = [process.cpuUsage(all), process.threadCpuUsage(main)]
  times.sort((left, right) => left - right)
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN
  return {
    perSecond: (total / took) * 1000,
    mainCpu: (mainUsed.user + mainUsed.system) / total,
    allCpu: (allUsed.user + allUsed.system) / total,
    p50: at(0.5),
    p99: at(0.99),
  }
}

/** Milliseconds of one fdatasync after 4 KiB on the same disk. */
export function diskSync(folder: string, count: number): { readonly p50: number; readonly p99: number } {
  const file = openSync(join(folder, 'raw'), 'a')
  const times = Array.from({ length: count }, () => {
    writeSync(file, Buffer.alloc(4096))
    const began = performance.now()
    fdatasyncSync(file)
    return performance.now() - began
  }).sort((left, right) => left - right)
  closeSync(file)
  return { p50: times[Math.floor(count * 0.5)] ?? Number.NaN, p99: times[Math.floor(count * 0.99)] ?? Number.NaN }
}
