// npm run bench -- guard [--rounds 5] [--seconds 3] [--memory MINUTES] [--no-proxy]: what a call costs in the guard, everything durable;
// beside Microsoft's AGT in process; then through the gateway beside other proxies (bench/guard/proxy.ts), and asked over loopback beside Cerbos
// (bench/guard/asked.ts); or memory under load.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Cost, diskSync, openSite, type Site, spend } from './guard/decision.ts'
import { governance, installPeers } from './peers/peers.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    memory: { type: 'string', default: '0' },
    'no-proxy': { type: 'boolean', default: false },
  },
})

function median(numbers: readonly number[]): number {
  return [...numbers].sort((left, right) => left - right)[numbers.length >> 1] ?? Number.NaN
}

function medianCost(costs: readonly Cost[]): Cost {
  const of = (name: keyof Cost): number => median(costs.map((cost) => cost[name]))
  return { perSecond: of('perSecond'), mainCpu: of('mainCpu'), allCpu: of('allCpu'), p50: of('p50'), p99: of('p99') }
}

function say(name: string, { perSecond, mainCpu, allCpu, p50, p99 }: Cost): void {
  const cpu = `CPU ${allCpu.toFixed(0)} µs (deciding thread ${mainCpu.toFixed(0)})`
  console.log(
    `${name.padEnd(32)} ${perSecond.toFixed(0).padStart(6)}/s  ${cpu}  p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms`,
  )
}

/** About two seconds of them. */
const callsARound = 19_200

async function measureDecision(site: Site): Promise<void> {
  await spend(site, 64, 3 * callsARound)
  const syncs: number[] = []
  const many: Cost[] = []
  const one: Cost[] = []
  for (let round = 0; round < Number(values.rounds); round += 1) {
    syncs.push(diskSync(site.folder, 200).p50)
    many.push(await spend(site, 64, callsARound))
    one.push(await spend(site, 1, 300))
  }
  console.log(`full decision, store and ledger on disk; medians of ${values.rounds} rounds`)
  say('64 in flight', medianCost(many))
  say('1 in flight', medianCost(one))
  console.log(`${'one fdatasync of this disk'.padEnd(32)} p50 ${median(syncs).toFixed(2)} ms`)
}

/** Policy alone: it keeps no state, and its record is in memory. */
async function measureAgt(): Promise<void> {
  installPeers()
  const operations = ['api.spend']
  const calls = [{ operation: 'api.spend', role: 'clerk', state: 'paid', amount: 1 }]
  for (const bounds of [[], Array.from({ length: 99 }, (_, index) => 1000 + index)]) {
    const [run] = await governance({ operations, bounds }, calls)
    for (let turn = 0; turn < 2000; turn += 1) run?.()
    const before = process.threadCpuUsage()
    for (let turn = 0; turn < 5000; turn += 1) run?.()
    const { user, system } = process.threadCpuUsage(before)
    const name = `AGT, ${bounds.length + 1} rules, no state`
    console.log(`${name.padEnd(32)} CPU ${((user + system) / 5000).toFixed(1)} µs`)
  }
}

async function measureMemory(site: Site, minutes: number): Promise<void> {
  console.log('minutes, calls, heap in use and resident, in MiB')
  const began = performance.now()
  for (let calls = 0, next = 0; performance.now() - began < minutes * 60_000; ) {
    await spend(site, 64, 3200)
    calls += 3200
    const passed = (performance.now() - began) / 60_000
    if (passed < next) continue
    next = passed + 0.5
    globalThis.gc?.()
    const { heapUsed, rss } = process.memoryUsage()
    console.log(`${passed.toFixed(1)}  ${calls}  ${(heapUsed / 2 ** 20).toFixed(1)}  ${(rss / 2 ** 20).toFixed(0)}`)
  }
}

const site = await openSite()
try {
  if (Number(values.memory) > 0) await measureMemory(site, Number(values.memory))
  else {
    await measureDecision(site)
    await measureAgt()
  }
} finally {
  await site.close()
}
if (Number(values.memory) === 0 && !values['no-proxy']) {
  for (const part of ['proxy.ts', 'asked.ts'])
    spawnSync(process.execPath, [join(import.meta.dirname, 'guard', part), values.seconds], { stdio: 'inherit' })
}
