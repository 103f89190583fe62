// npm run bench -- prove [EXAMPLE or RACE…] [--runs N] [--full]: how long proofs take, how short transcripts are, and whether the same comes out twice.
import { parseArgs } from 'node:util'
import { loadBank, loadShop } from '../examples/products.ts'
import { type Example, withRun } from '../examples/shared/prove.ts'
import { proveAll, type Wanted } from '../examples/shared/stage.ts'
import type { OpenRun } from '../src/cli/prove/open-run.ts'
import type { Outcome } from '../src/prove/finding.ts'
import { verifyCase } from '../src/prove/run/verify.ts'

interface Race {
  readonly flaw: string
  readonly only: readonly string[]
}

interface Subject {
  readonly example: Example
  /** One missing check each, chosen so that none hides another. */
  readonly flaws: readonly string[]
  /** What the same seed must find again, in every run. */
  readonly few: readonly string[]
  readonly races: readonly Race[]
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '20' }, full: { type: 'boolean', default: false } },
})
const runs = Number(values.runs)
const asked = (name: string): boolean => positionals.length === 0 || positionals.includes(name)

const bank: Subject = {
  example: await loadBank(),
  flaws: [
    'no-owner-check-revoke-consent',
    'list-accounts-by-any-owner',
    'cross-tenant-freeze',
    'deposit-by-anyone',
    'risk-score-visible',
    'activate-unverified',
    'verify-replay',
    'approve-own',
    'negative-amount',
    'double-execute-race',
  ],
  few: ['bank.revokeConsent', 'bank.freezeAccount', 'bank.activateBeneficiary', 'bank.verifyBeneficiary'],
  races: [
    { flaw: 'overdraft-race', only: ['bank.executeTransfer'] },
    { flaw: 'double-execute-race', only: ['bank.executeTransfer'] },
    { flaw: 'reversal-race', only: ['bank.reverseTransfer'] },
  ],
}

const shop: Subject = {
  example: await loadShop(),
  flaws: [
    'pack-unpaid',
    'pay-twice',
    'gift-card-race',
    'amount-unchecked',
    'coupon-stacked',
    'hold-unlimited',
    'trial-again',
    'premium-after-cancel',
    'order-readable',
    'roles-open',
  ],
  few: ['shop.packOrder', 'shop.redeemGiftCard', 'shop.createHold', 'shop.setUserRole'],
  races: [
    { flaw: 'coupon-race', only: ['shop.applyCoupon'] },
    { flaw: 'gift-card-race', only: ['shop.redeemGiftCard'] },
    { flaw: 'refund-race', only: ['shop.payOrder', 'shop.executeRefund'] },
  ],
}

for (const subject of [bank, shop]) {
  const whole = asked(subject.example.name)
  if (whole) await measure(subject)
  for (const race of subject.races) if (whole || asked(race.flaw)) await raceAgain(subject.example, race)
}

async function measure(subject: Subject): Promise<void> {
  const { example, flaws } = subject
  console.log(`${example.name}: ${example.charter.operations.size} operations, ${flaws.length} flaws`)
  const outcome = await withRun(example, flaws, (run) => wholeRun(subject, run))
  await withRun(example, flaws, (run) => verifyAll(run, outcome))
  await oneByOne(subject)
  await sameSeed(subject)
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const from = performance.now()
  const result = await work()
  return [result, (performance.now() - from) / 1000]
}

function tell(what: string, value: string, aim?: { readonly text: string; readonly met: boolean }): void {
  const told = aim === undefined ? '' : `  (aim ${aim.text}: ${aim.met ? 'met' : 'MISSED'})`
  console.log(`  ${what.padEnd(46)} ${value}${told}`)
  if (aim?.met === false) process.exitCode = 1
}

async function wholeRun({ flaws }: Subject, run: OpenRun): Promise<Outcome> {
  const [outcome, seconds] = await timed(() => proveAll(run))
  const { findings, cells, requests } = outcome
  const count = (verdict: string): number => cells.filter((cell) => cell.verdict === verdict).length
  const lengths = findings.map(({ proof }) => proof.transcript.length)
  const sent = findings.map(({ proof }) => proof.transcript.filter(({ purpose }) => purpose !== 'observe').length)
  tell('full run', `${seconds.toFixed(1)} s`, { text: '≤ 90 s', met: seconds <= 90 })
  tell('requests', String(requests))
  tell('findings', `${findings.length} with ${flaws.length} flaws`)
  tell('cells', `${count('proven')} proven, ${count('held')} held, ${count('not-reached')} not reached`)
  tell('transcript, median requests', `${median(lengths)}, longest ${Math.max(...lengths)}`, {
    text: '≤ 6',
    met: median(lengths) <= 6,
  })
  tell('  of those not reads of the observer', `${median(sent)}, longest ${Math.max(...sent)}`)
  return outcome
}

async function verifyAll(run: OpenRun, { findings }: Outcome): Promise<void> {
  const seconds: number[] = []
  let open = 0
  for (const { proof } of findings) {
    const [{ verdict }, took] = await timed(() => verifyCase(run.lab, proof.case, proof.case))
    seconds.push(took)
    if (verdict === 'open') open += 1
  }
  const most = Math.max(...seconds)
  const text = `median ${median(seconds).toFixed(2)} s, slowest ${most.toFixed(2)} s`
  tell('verify a finding', text, { text: '≤ 5 s', met: most <= 5 })
  tell('  still open, as they are', `${open} of ${findings.length}`, { text: 'all', met: open === findings.length })
}

/** What `--changed-since` does when one operation changed, for every operation in turn. */
async function oneByOne({ example, flaws }: Subject): Promise<void> {
  const seconds = new Map<string, number>()
  for (const only of example.charter.operations.keys()) {
    const [, took] = await timed(() => withRun(example, flaws, (run) => proveAll(run, { only: [only] })))
    seconds.set(only, took)
  }
  const [slowest = '', most = 0] = [...seconds].toSorted(([, left], [, right]) => right - left)[0] ?? []
  const text = `median ${median([...seconds.values()]).toFixed(1)} s, slowest ${most.toFixed(1)} s (${slowest})`
  tell('one changed operation', text, { text: '≤ 15 s', met: most <= 15 })
}

async function sameSeed({ example, flaws, few }: Subject): Promise<void> {
  const wanted: Wanted = values.full ? {} : { only: few }
  const seen = new Map<string, number>()
  for (let index = 0; index < runs; index++) {
    const { findings } = await withRun(example, flaws, (run) => proveAll(run, wanted))
    const key = findings
      .map(({ fingerprint }) => fingerprint)
      .sort()
      .join(' ')
    seen.set(key, (seen.get(key) ?? 0) + 1)
  }
  const most = Math.max(...seen.values())
  const where = values.full ? 'all operations' : `${few.length} operations`
  tell(`same seed, same fingerprints (${where})`, `${most} of ${runs} runs`, { text: 'all', met: most === runs })
}

async function raceAgain(example: Example, { flaw, only }: Race): Promise<void> {
  let found = 0
  const [, seconds] = await timed(async () => {
    for (let index = 0; index < runs; index++) {
      const { findings } = await withRun(example, [flaw], (run) => proveAll(run, { only }))
      if (findings.some((each) => each.class === 'race')) found += 1
    }
  })
  const text = `found in ${found} of ${runs} runs, ${(seconds / runs).toFixed(1)} s a run`
  tell(`race alone: ${flaw}`, text, { text: '≥ 95 %', met: found / runs >= 0.95 })
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right)
  const middle = sorted.length / 2
  return sorted.length === 0 ? 0 : ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2
}
