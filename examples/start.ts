// npm start: proves a small bank with some of its checks left out, puts a guard in front of it, then one between an agent and its tools; and
// leaves the bank running, with the console in the browser.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { styleText } from 'node:util'
import { ensureConsole } from '../scripts/console.ts'
import { onInterrupt } from '../src/cli/prove/interrupt.ts'
import type { Finding } from '../src/prove/finding.ts'
import { printHtml } from '../src/prove/report/html.ts'
import { printFindings } from '../src/prove/report/json.ts'
import { openProgress } from '../src/prove/report/progress.ts'
import { bySeverity } from '../src/prove/report/show.ts'
import { type Paint, printFinding } from '../src/prove/report/terminal.ts'
import { wrap } from '../src/prove/report/text.ts'
import type { Effect } from './agents-support-desk/records.ts'
import { LURE, serve } from './agents-support-desk/show.ts'
import { type Live, openLive } from './bank-live/live.ts'
import { FLAWS, type FlawName } from './bank-payments/flaws.ts'
import { loadBank } from './products.ts'
import { tryGuarded } from './shared/guarded-show.ts'
import { type Example, proveExample, type Trial } from './shared/prove.ts'

const flaws: readonly FlawName[] = ['approve-own', 'cross-tenant-reversal', 'idempotency-ignored', 'reversal-race']
/** Those the flaws are at, so that it takes less than a minute; `lockstep prove` proves all 32. */
const only = ['bank.createTransfer', 'bank.approveTransfer', 'bank.reverseTransfer']
const report = '.lockstep/bank-payments.html'

const screen = process.stdout.isTTY === true
/** Without anybody who looks on, it ends by itself. */
const stays = screen && process.env['CI'] === undefined
/** Where the console is, unless something else is there. */
const usualPort = 8087
const write = (text: string): void => void process.stdout.write(text)
const paint: Paint = (style, text) => styleText(style, text, { stream: process.stdout })
const say = (text = ''): void => write(`${text}\n`)

const built = ensureConsole()
// Whoever waits for it is told; until then it is nobody's failure.
built.catch(() => undefined)
const bank = await loadBank({ named: true })

say(paint('bold', 'A bank with four checks left out'))
for (const flaw of flaws) say(`  - ${FLAWS[flaw].sentence}`)
say('Lockstep knows none of this. It has the charter, the OpenAPI description and eleven identities,')
say(`and is asked about ${only.length} operations.`)
say()
const { findings, stored } = await showFindings(bank)
await showGuarded(bank, findings)
await showClean(bank, findings)
await showAgent()
showNext()
await showConsole(stored)

interface Shown {
  readonly findings: readonly Finding[]
  /** As `findings.json`. */
  readonly stored: string
}

async function showFindings(example: Example): Promise<Shown> {
  const { outcome, context } = await proveExample(example, { flaws, only, listen: progress() })
  const [first, ...others] = bySeverity(outcome.findings)
  say()
  if (first !== undefined) say(context.redact(printFinding(first, context, paint)))
  say()
  say(paint('bold', 'The others'))
  for (const { severity, title, proof } of others)
    say(context.redact(`  ${severity.padEnd(8)}  ${title}\n${below(12, proof.sentence)}`))
  mkdirSync('.lockstep', { recursive: true, mode: 0o700 })
  writeFileSync(report, printHtml(outcome, context))
  say()
  say(`All of it, with drawings and coverage: ${paint('bold', report)}`)
  say()
  return { findings: bySeverity(outcome.findings), stored: printFindings(outcome, context) }
}

async function showGuarded(example: Example, findings: readonly Finding[]): Promise<void> {
  say(paint('bold', 'The same flawed bank with a guard in front, which has the charter and nothing else'))
  const { attempts, report: record } = await tryGuarded(example, flaws, findings)
  for (const { finding, verdict, said } of attempts)
    say(`  ${verdict === 'fixed' ? 'blocked ' : verdict.padEnd(8)}  ${finding.title}\n${below(12, said)}`)
  const sound = record.problems.length === 0 ? 'nothing was changed' : `${record.problems.length} problems`
  say(`  On the record: ${record.size} entries under a signed checkpoint;`)
  say(`                 verified with the public key alone: ${sound}`)
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

async function showAgent(): Promise<void> {
  say(paint('bold', 'A support desk whose tools are called by an agent that obeys whatever it reads'))
  say('  Its task: give the price of a broken lamp back, and mail the customer. The ticket ends with')
  for (const line of LURE.split(/(?<=\.) /)) say(paint('dim', `    ${line}`))
  const [bare, guarded, honest] = [
    await serve({ lured: true, guarded: false }),
    await serve({ lured: true, guarded: true }),
    await serve({ lured: false, guarded: true }),
  ]
  say(`  ${paint('red', 'without a guard')}   ${effectWords(bare.effects)}`)
  say(`  ${paint('green', 'behind the guard')}  ${effectWords(guarded.effects)}`)
  for (const { tool, says } of guarded.refusals) say(`    blocked  ${tool}\n${below(13, says.replace(/^.*?: /, ''))}`)
  say(`  ${paint('green', 'an honest ticket')}  ${effectWords(honest.effects)}`)
  say()
}

/** Lines of a text, so far to the right. */
function below(indent: number, text: string): string {
  return wrap(text, 96 - indent)
    .map((line) => ' '.repeat(indent) + line)
    .join('\n')
}

function effectWords(effects: readonly Effect[]): string {
  const words = effects.map((each) =>
    each.kind === 'refund'
      ? `${each.amount} to ${each.account}`
      : each.kind === 'mail'
        ? `mail to ${each.to.join()}`
        : '',
  )
  return words.length === 0 ? 'nothing left the house' : words.join(', ')
}

function showNext(): void {
  say(paint('bold', 'Next'))
  say('  npx lockstep explain examples/bank-payments/charter.yaml   the process in sentences and pictures')
  say('  npx lockstep test examples/bank-payments                   what the charter decides, case by case')
  say('  npx lockstep guard examples/bank-payments/guard.yaml       the guard itself (docs/guard.md)')
  say('  node examples/agents-support-desk/check.ts                 every way we know to lead that agent astray')
  say('  npx lockstep draft YOUR-OPENAPI.yaml                       a first charter for your own API')
}

async function showConsole(findings: string): Promise<void> {
  say()
  say(paint('bold', 'The flawed bank at work, in the browser'))
  await built
  const live = await openLive({
    flaws,
    folder: '.lockstep/live',
    findings,
    consolePort: stays ? await freeOr0(usualPort) : 0,
    ...(stays ? { paceMs: 2500 } : {}),
    fail: (why) => say(paint('dim', `  ${why}`)),
  })
  const { length: questions } = await live.serving.core.guard.approvals.list(['pending'])
  say('  Customers, clerks, a partner and an agent use it through the guard; some try what they should not.')
  say(`  What was proven is there, and ${questions} calls wait for somebody to approve them: you.`)
  if (stays) await stay(live)
  else await answersOnce(live)
  await live.close()
}

async function stay(live: Live): Promise<void> {
  say()
  say(`  ${paint('bold', await live.link())}`)
  say()
  say(paint('dim', '  The link signs in once, within 15 minutes. Ctrl-C ends it all.'))
  await new Promise<void>((resolve) => onInterrupt(resolve))
}

/** Nobody is there to look at it, so it only shows that it is there. */
async function answersOnce(live: Live): Promise<void> {
  const { status } = await fetch(live.url)
  if (status !== 200) throw new Error(`the console answers ${status}`)
  say('  The console answers. It ends here, as nobody looks on: run `npm start` in a terminal to sign in.')
}

/** The port, or any other where it is taken. */
function freeOr0(port: number): Promise<number> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', () => resolve(0))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)))
  })
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
