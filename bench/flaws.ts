// npm run bench -- flaws [NAME…]: proves the examples without flaws, then with each flaw alone, and compares with what is expected.
import { EXPECTED as bankExpected } from '../examples/bank-payments/expected.ts'
import { loadBank, loadShop } from '../examples/products.ts'
import type { Missed, Proven } from '../examples/shared/expected.ts'
import { type Example, proveExample } from '../examples/shared/prove.ts'
import { EXPECTED as shopExpected } from '../examples/shop-orders/expected.ts'
import type { Finding } from '../src/prove/finding.ts'

type Verdict = 'proven' | 'missed' | 'missed, as known' | 'proven beyond what is known' | 'WRONG'

const wanted = process.argv.slice(2)
const bank = await loadBank()
const shop = await loadShop()
const wrong = [...(await measure(bank, bankExpected)), ...(await measure(shop, shopExpected))]
process.exitCode = wrong.length === 0 ? 0 : 1

async function measure(example: Example, expected: Readonly<Record<string, Proven | Missed>>): Promise<string[]> {
  const tally = new Map<Verdict, string[]>()
  if (wanted.length === 0) await proveClean(example)
  for (const [flaw, each] of Object.entries(expected)) {
    if (wanted.length > 0 && !wanted.includes(flaw)) continue
    const { outcome } = await proveExample(example, { flaws: [flaw], ...(await operationsOf(example, each)) })
    const verdict = judge(example, outcome.findings, each)
    tally.set(verdict, [...(tally.get(verdict) ?? []), flaw])
    const seen = outcome.findings.map((finding) => `${finding.class} at ${finding.operation}`).join(', ')
    console.log(
      `${verdict.padEnd(8)}  ${flaw}  ${(outcome.ms / 1000).toFixed(1)} s  ${outcome.requests} requests  ${seen}`,
    )
  }
  console.log(`${example.name}: ${[...tally].map(([verdict, flaws]) => `${flaws.length} ${verdict}`).join(', ')}`)
  return [...(tally.get('WRONG') ?? []), ...(tally.get('missed') ?? [])]
}

async function proveClean(example: Example): Promise<void> {
  const { outcome } = await proveExample(example, { flaws: [] })
  const of = (verdict: string): number => outcome.cells.filter((cell) => cell.verdict === verdict).length
  console.log(
    `${example.name} without flaws: ${outcome.findings.length} findings, ${of('held')} held, ${of('not-reached')} not reached, ${outcome.requests} requests, ${(outcome.ms / 1000).toFixed(1)} s`,
  )
  if (outcome.findings.length > 0) process.exitCode = 1
}

/** A flaw that is not expected to be proven is looked for everywhere. */
async function operationsOf(example: Example, each: Proven | Missed): Promise<{ only?: string[] }> {
  return 'missed' in each ? {} : { only: named(example, [...(each.after ?? []), ...each.operations]) }
}

function named(example: Example, operations: readonly string[]): string[] {
  const [source = ''] = example.charter.sources.keys()
  return operations.map((operation) => `${source}.${operation}`)
}

function judge(example: Example, findings: readonly Finding[], each: Proven | Missed): Verdict {
  if ('missed' in each) return findings.length === 0 ? 'missed, as known' : 'proven beyond what is known'
  if (findings.length === 0) return 'missed'
  const operations = named(example, each.operations)
  const right = findings.every(
    (finding) => each.classes.includes(finding.class) && operations.includes(finding.operation),
  )
  return right && (findings.length === 1 || each.each === true) ? 'proven' : 'WRONG'
}
