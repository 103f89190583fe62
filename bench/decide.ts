// npm run bench -- decide: microseconds for one decision, beside engines of others on rules of the same meaning, in one run.
import type { Call, Charter } from '../src/charter/charter.ts'
import { linkCharter } from '../src/charter/link.ts'
import { parseCharter } from '../src/charter/parse.ts'
import type { Facts } from '../src/constraint/facts.ts'
import { decide } from '../src/decide/decide.ts'
import { type BenchCall, type BenchRules, casbin, cedar, type Engine, governance, installPeers } from './peers/peers.ts'

const sizes = [1, 10, 100, 1000]
const engines: readonly (readonly [name: string, engine: Engine])[] = [
  ['lockstep', async (rules, calls) => lockstep(rules, calls)],
  ['cedar', cedar],
  ['casbin', casbin],
  ['agent-governance', governance],
]

function charterOf({ operations, bounds }: BenchRules): Charter {
  const names = operations.map((id) => id.replace('api.', ''))
  const demands = { by: 'clerk', from: 'paid', when: [500, ...bounds].map((bound) => `request.amount <= ${bound}`) }
  const raw = {
    lockstep: 1,
    name: 'bench',
    sources: [
      {
        name: 'api',
        type: 'inline',
        operations: {
          read: { method: 'GET', path: '/orders/{id}' },
          ...Object.fromEntries(
            names.map((name) => [name, { method: 'POST', path: `/orders/{id}/${name}`, body: { amount: 'money' } }]),
          ),
        },
      },
    ],
    actors: { clerk: {} },
    objects: { order: { state: '/status', read: 'api.read', states: ['placed', 'paid'] } },
    operations: { 'api.read': { by: 'clerk' }, ...Object.fromEntries(operations.map((id) => [id, demands])) },
  }
  // JSON is YAML.
  const parsed = parseCharter([{ file: 'bench.yaml', text: JSON.stringify(raw) }])
  if (parsed.charter === undefined) throw new Error(JSON.stringify(parsed.diagnostics))
  const { charter, diagnostics } = linkCharter(parsed.charter, new Map())
  if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics))
  return charter
}

function lockstep(rules: BenchRules, calls: readonly BenchCall[]): readonly (() => boolean)[] {
  const charter = charterOf(rules)
  return calls.map(({ operation, role, state, amount }) => {
    const call: Call = {
      operation,
      principal: { id: 'ann', roles: [role] },
      request: { path: { id: 'o1' }, body: { amount } },
      at: 0,
    }
    const facts: Facts = {
      objects: { object: { type: 'order', key: 'o1', state, value: { id: 'o1', status: state } } },
      counters: {},
      history: {},
      grants: {},
    }
    return () => decide(charter, facts, call).effect === 'allow'
  })
}

/** Calls over the whole breadth of the operations; every fourth is to be denied, each for another reason. */
function callsFor({ operations }: BenchRules): readonly BenchCall[] {
  return Array.from({ length: 64 }, (_, index): BenchCall => {
    const operation = operations[(index * 37) % operations.length] ?? 'api.op0'
    const wrong = index % 4 === 3 ? (index >> 2) % 3 : undefined
    return {
      operation,
      role: wrong === 0 ? 'customer' : 'clerk',
      state: wrong === 1 ? 'placed' : 'paid',
      amount: wrong === 2 ? 501 : 400,
    }
  })
}

interface Measured {
  readonly p50: number
  readonly p99: number
}

/** Microseconds a call, from batches long enough for the clock. */
function measure(runs: readonly (() => boolean)[]): Measured {
  const started = performance.now()
  let warmed = 0
  while (warmed < 20_000 && performance.now() - started < 300) for (const run of runs) warmed += run() ? 1 : 1
  const batch = Math.max(1, Math.floor((0.2 * warmed) / (performance.now() - started) / runs.length))
  const samples: number[] = []
  const until = performance.now() + 700
  while (samples.length < 1000 && performance.now() < until) {
    const before = performance.now()
    for (let turn = 0; turn < batch; turn++) for (const run of runs) run()
    samples.push(((performance.now() - before) * 1000) / (batch * runs.length))
  }
  samples.sort((left, right) => left - right)
  const at = (part: number): number =>
    samples[Math.min(samples.length - 1, Math.floor(samples.length * part))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99) }
}

async function compare(title: string, rules: BenchRules): Promise<void> {
  const calls = callsFor(rules)
  const prepared = await Promise.all(engines.map(async ([name, engine]) => [name, await engine(rules, calls)] as const))
  const answers = prepared.map(([, runs]) => runs.map((run) => run()).join())
  // Engines that decide differently do not do the same work.
  const odd = prepared.filter((_, index) => answers[index] !== answers[0]).map(([name]) => name)
  if (odd.length > 0) throw new Error(`${title}: ${odd.join(', ')} decide otherwise`)
  let ours = Number.NaN
  for (const [name, runs] of prepared) {
    const { p50, p99 } = measure(runs)
    if (name === 'lockstep') ours = p50
    const ratio = name === 'lockstep' ? '' : `${(p50 / ours).toFixed(0)} times ours`
    console.log(
      [
        title.padEnd(24),
        name.padEnd(18),
        p50.toFixed(2).padStart(12),
        p99.toFixed(2).padStart(12),
        ratio.padStart(18),
      ].join(''),
    )
  }
}

const operationsUpTo = (count: number): string[] => Array.from({ length: count }, (_, index) => `api.op${index}`)

installPeers()
console.log(['rules'.padEnd(24), 'engine'.padEnd(18), 'p50 µs'.padStart(12), 'p99 µs'.padStart(12)].join(''))
for (const size of sizes) await compare(`${size} operations`, { operations: operationsUpTo(size), bounds: [] })
for (const size of sizes) {
  await compare(`${size} rules on one`, {
    operations: ['api.op0'],
    bounds: Array.from({ length: size - 1 }, (_, index) => 501 + index),
  })
}
