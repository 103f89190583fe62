// npm start: proves a small bank with some of its checks left out, then puts a guard in front of it, and says where to go next.
import { mkdirSync, writeFileSync } from 'node:fs'
import { styleText } from 'node:util'
import type { Finding } from '../src/prove/finding.ts'
import { printHtml } from '../src/prove/report/html.ts'
import { openProgress } from '../src/prove/report/progress.ts'
import { bySeverity } from '../src/prove/report/show.ts'
import { type Paint, printFinding } from '../src/prove/report/terminal.ts'
import { FLAWS, type FlawName } from './bank-payments/flaws.ts'
import { loadBank } from './products.ts'
import { tryGuarded } from './shared/guarded-show.ts'
import { type Example, proveExample, type Trial } from './shared/prove.ts'

const flaws: readonly FlawName[] = ['approve-own', 'cross-tenant-reversal', 'idempotency-ignored', 'reversal-race']
const report = '.lockstep/bank-payments.html'

const screen = process.stdout.isTTY === true
const write = (text: string): void => void process.stdout.write(text)
const paint: Paint = (style, text) => styleText(style, text, { stream: process.stdout })
const say = (text = ''): void => write(`${text}\n`)

const bank = await loadBank()

say(paint('bold', 'A bank with four checks left out'))
for (const flaw of flaws) say(`  - ${FLAWS[flaw].sentence}`)
say('Lockstep knows none of this. It has the charter, the OpenAPI description and eleven identities.')
say()
const findings = await showFindings(bank)
await showGuarded(bank, findings)
await showClean(bank, findings)
showNext()

async function showFindings(example: Example): Promise<readonly Finding[]> {
  const { outcome, context } = await proveExample(example, { flaws, listen: progress() })
  const [first, ...others] = bySeverity(outcome.findings)
  say()
  if (first !== undefined) say(context.redact(printFinding(first, context, paint)))
  say()
  say(paint('bold', 'The others'))
  for (const { severity, title, proof } of others)
    say(context.redact(`  ${severity.padEnd(8)}  ${title}\n            ${proof.sentence}`))
  mkdirSync('.lockstep', { recursive: true, mode: 0o700 })
  writeFileSync(report, printHtml(outcome, context))
  say()
  say(`All of it, with drawings and coverage: ${paint('bold', report)}`)
  say()
  return bySeverity(outcome.findings)
}

async function showGuarded(example: Example, findings: readonly Finding[]): Promise<void> {
  say(paint('bold', 'The same flawed bank with a guard in front, which has the charter and nothing else'))
  const { attempts, report: record } = await tryGuarded(example, flaws, findings)
  for (const { finding, verdict, said } of attempts)
    say(`  ${verdict === 'fixed' ? 'blocked ' : verdict.padEnd(8)}  ${finding.title}\n            ${said}`)
  const sound = record.problems.length === 0 ? 'nothing was changed' : `${record.problems.length} problems`
  say(`  On the record: ${record.size} entries under a signed checkpoint; verified with the public key alone: ${sound}`)
  say()
}

async function showClean(example: Example, findings: readonly Finding[]): Promise<void> {
  say(paint('bold', 'The same operations of the bank with every check in place'))
  const only = [...new Set(findings.map((finding) => finding.operation))]
  const { outcome } = await proveExample(example, { flaws: [], only })
  const held = outcome.cells.filter((cell) => cell.verdict === 'held').length
  const result = `${outcome.findings.length} findings; ${held} attempts held, ${outcome.requests} requests, ${(outcome.ms / 1000).toFixed(1)} s`
  say(`  ${result}`)
  say()
}

function showNext(): void {
  say(paint('bold', 'Next'))
  say('  npx lockstep explain examples/bank-payments/charter.yaml   the process in sentences and pictures')
  say('  npx lockstep test examples/bank-payments                   what the charter decides, case by case')
  say('  npx lockstep guard examples/bank-payments/guard.yaml       the guard itself (docs/guard.md)')
  say('  npx lockstep draft YOUR-OPENAPI.yaml                       a first charter for your own API')
}

function progress(): NonNullable<Trial['listen']> {
  let requests = 0
  const { tell } = openProgress({
    write,
    screen,
    columns: process.stdout.columns ?? 80,
    paint,
    redact: (text) => text,
    requests: () => requests,
  })
  return (event, used) => {
    requests = used.requests
    // A log does not want a line for every step of a demonstration.
    if (screen || event.kind === 'finding' || event.kind === 'planned') tell(event)
  }
}
