// Whether a guard with the charter alone blocks every flaw of the examples, each by itself, and loses no rightful call.
import { EXPECTED as bankExpected } from '../examples/bank-payments/expected.ts'
import { loadBank, loadShop } from '../examples/products.ts'
import type { Missed, Proven } from '../examples/shared/expected.ts'
import { type Example, proveExample } from '../examples/shared/prove.ts'
import { EXPECTED as shopExpected } from '../examples/shop-orders/expected.ts'
import type { Outcome } from '../src/prove/finding.ts'

const products: readonly (readonly [Example, Readonly<Record<string, Proven | Missed>>])[] = [
  [await loadBank(), bankExpected],
  [await loadShop(), shopExpected],
]

for (const [example, expected] of products) {
  const direct = await proveExample(example, { flaws: [] })
  const guarded = await proveExample(example, { flaws: [], guarded: true })
  console.log(
    `${example.name}, sound: direct ${counted(direct.outcome)}; through the guard ${counted(guarded.outcome)}`,
  )
  const all = await proveExample(example, { flaws: Object.keys(expected), guarded: true })
  console.log(`${example.name}, all flaws at once, through the guard: ${counted(all.outcome)}`)
  const [source = ''] = example.charter.sources.keys()
  let blocked = 0
  for (const [flaw, wanted] of Object.entries(expected)) {
    if ('missed' in wanted) continue
    const only = [...(wanted.after ?? []), ...wanted.operations].map((operation) => `${source}.${operation}`)
    const { outcome } = await proveExample(example, { flaws: [flaw], only, guarded: true })
    if (outcome.findings.length === 0) blocked += 1
    else console.log(`  ${flaw}: ${outcome.findings.map((finding) => finding.title).join('; ')}`)
  }
  console.log(`${example.name}: ${blocked} of ${Object.keys(expected).length} flaws blocked, each alone`)
}

function counted({ cells, findings, requests, ms }: Outcome): string {
  const held = cells.filter((cell) => cell.verdict === 'held').length
  const reached = cells.length - cells.filter((cell) => cell.verdict === 'not-reached').length
  return `${findings.length} findings, ${held} held of ${reached} reached of ${cells.length}, ${requests} requests, ${(ms / 1000).toFixed(0)} s`
}
