import type { Demand, Use, UseId } from '../../charter/charter.ts'
import { endpointOf } from '../../charter/source/description.ts'
import { type ClassId, findingClass, findingClasses } from '../../constraint/class.ts'
import { describeDemand } from '../../constraint/kinds.ts'
import type { Finding, Proof, Sent } from '../finding.ts'
import type { Stage } from '../plan/cast.ts'
import type { AbuseCase, Step } from '../plan/scenario.ts'
import { isDecidedAnew } from '../plan/tactic/leads.ts'
import { isSameAddress } from '../transport/exchange.ts'
import type { Lab } from './lab.ts'
import type { Control, Trial } from './trial.ts'
import { causeOf, causeOfKept, main, sentenceOf } from './words.ts'

interface Evidence {
  readonly trial: Trial
  readonly control: Pick<Control, 'sent'>
  readonly repeated: Proof['repeated']
}

/** Findings so far: one for each missing check, however many cases show it. */
export class Findings {
  private readonly found = new Map<string, Finding>()
  /** Every way to name the missing check of a finding. */
  private readonly aliases = new Map<string, string>()
  private readonly lab: Lab

  constructor(lab: Lab) {
    this.lab = lab
  }

  list(): Finding[] {
    const order = ['critical', 'high', 'medium', 'low']
    return [...this.found.values()].toSorted(
      (left, right) => order.indexOf(left.severity) - order.indexOf(right.severity),
    )
  }

  private known(use: Use, constraint: Demand, abuse: AbuseCase): string | undefined {
    return allKeys(use, constraint, abuse)
      .map((key) => this.aliases.get(key))
      .find((key) => key !== undefined)
  }

  knows(use: Use, constraint: Demand, abuse: AbuseCase, trial: Trial): boolean {
    return this.keyOf(use, constraint, abuse, trial) !== undefined
  }

  private keyOf(use: Use, constraint: Demand, abuse: AbuseCase, { undecided }: Trial): string | undefined {
    return undecided === undefined ? this.known(use, constraint, abuse) : this.aliases.get(undecidedKey(undecided.id))
  }

  /** A finding that makes a case moot: what works one after the other need not be raced for. */
  coveredBy(use: Use, constraint: Demand, abuse: AbuseCase): string | undefined {
    if (abuse.tactic.kind !== 'race') return undefined
    // The state of another object keeps nobody from calling again.
    const sequential = use.constraints.filter(
      (each) =>
        ['once', 'limit', 'idempotency'].includes(each.kind) ||
        (each.kind === 'from' && each.slot === 'object') ||
        each === constraint,
    )
    for (const each of sequential) {
      const key = this.known(use, each, { ...abuse, tactic: { kind: 'again' } })
      if (key !== undefined) return this.found.get(key)?.fingerprint
    }
    return undefined
  }

  addTo(use: Use, constraint: Demand, abuse: AbuseCase, trial: Trial): void {
    const key = this.keyOf(use, constraint, abuse, trial)
    const finding = this.found.get(key ?? '')
    if (key === undefined || finding === undefined) return
    for (const each of trial.undecided === undefined ? allKeys(use, constraint, abuse) : []) this.aliases.set(each, key)
    const seen = { case: abuse.id, class: abuse.finding, sentence: sentenceOf(this.lab, abuse, use, trial) }
    this.found.set(key, { ...finding, alsoSeen: [...finding.alsoSeen, seen] })
  }

  add(use: Use, constraint: Demand, abuse: AbuseCase, evidence: Evidence): Finding {
    const { undecided } = evidence.trial
    const finding = findingOf(this.lab, use, constraint, abuse, evidence)
    const [first, ...further] = undecided === undefined ? allKeys(use, constraint, abuse) : [undecidedKey(undecided.id)]
    this.found.set(first, finding)
    for (const key of [first, ...further]) this.aliases.set(key, first)
    return finding
  }
}

/** A move that takes nothing back, in whatever comes of it. */
function undecidedKey(change: UseId): string {
  return `${change}|undecided`
}

/** The missing check of a case, also by what else forbids the very same. */
function allKeys(use: Use, constraint: Demand, abuse: AbuseCase): [string, ...string[]] {
  const also = use.constraints.filter(({ id }) => abuse.together?.includes(id))
  return [
    ...causeKeys(use, constraint, abuse),
    ...keptBy(use, abuse),
    ...also.flatMap((each) => causeKeys(use, each, abuse)),
  ]
}

/** The change that an approval outlives, where a case is about one. */
function keptBy(use: Use, { tactic, abuse }: AbuseCase): string[] {
  if (tactic.kind === 'leads') return [undecidedKey(use.id)]
  if (tactic.kind !== 'approval' || (tactic.flaw !== 'changed' && tactic.flaw !== 'carried-over')) return []
  const act = abuse.steps.at(-1)
  const isChange = (step: Step) => step.object === act?.object && (step.extra.length > 0 || step.variant !== undefined)
  const change = tactic.through ?? abuse.steps.slice(0, -1).findLast(isChange)?.use
  return change === undefined ? [] : [undecidedKey(change)]
}

/** What identifies the missing check that a case shows: the same operation and fact, or the same line of the charter. */
function causeKeys(use: Use, constraint: Demand, abuse: AbuseCase): [string, ...string[]] {
  const { operation } = use
  if (abuse.tactic.kind === 'race') return [`${operation}|race|${abuse.tactic.across ?? ''}`]
  if (abuse.tactic.kind === 'revived') return [`${operation}|revived`]
  if (abuse.tactic.kind === 'ended') return [`${operation}|ended`]
  switch (constraint.kind) {
    case 'seen-by':
      return [`${constraint.object}|seen-by`]
    case 'set-by':
      return [`${operation}|set-by`]
    case 'by':
      return constraint.slot === 'object'
        ? [`${operation}|by`]
        : [`${operation}|by|${constraint.slot}`, `${lineOf(constraint)}|by`]
    case 'from':
    case 'there':
      return constraint.slot === 'object'
        ? [`${operation}|from`]
        : [`${operation}|from|${constraint.slot}`, `${lineOf(constraint)}|from`]
    case 'once':
      // An object that moves on is protected from repetition by its state: both are one check.
      return movesOn(use) && constraint.per.includes('object') ? [`${operation}|from`] : [`${operation}|once`]
    case 'when':
      return [`${operation}|when|${constraint.rule.source}`, `${lineOf(constraint)}|when|${constraint.rule.source}`]
    default:
      return [constraint.id]
  }
}

function movesOn(use: Use): boolean {
  return use.constraints.some((each) => each.kind === 'from' && each.slot === 'object')
}

/** The same line of the charter, used in several places, is one demand. */
function lineOf({ position }: Demand): string {
  return `${position.file}:${position.line}:${position.column}`
}

function findingOf(lab: Lab, use: Use, constraint: Demand, abuse: AbuseCase, evidence: Evidence): Finding {
  const { undecided } = evidence.trial
  const { operation } = undecided ?? use
  const finding = undecided === undefined ? abuse.finding : classOfKept(lab.stage, undecided, abuse)
  const shape = lab.charter.operations.get(operation)?.shape
  const known = findingClass(classId(finding))
  const sentence = sentenceOf(lab, abuse, use, evidence.trial)
  const money = evidence.trial.changes.some((change) => /amount|balance|total|price|credit/i.test(change.pointer))
  const severity = money && known.severity === 'high' ? 'critical' : known.severity
  return {
    fingerprint: fingerprintOf([finding, operation, constraint.id]),
    class: finding,
    severity,
    because: money ? `${known.meaning.replace(/\.$/, '')}; money moved.` : known.meaning,
    title: `${known.title} at ${shape === undefined ? operation : endpointOf(shape)}`,
    operation,
    endpoint: shape === undefined ? '' : endpointOf(shape),
    constraint: constraint.id,
    position: constraint.position,
    rule: describeDemand(constraint, lab.charter),
    ...(undecided === undefined
      ? causeOf(lab.charter, use, constraint, abuse.tactic)
      : causeOfKept(lab.charter, undecided, finding)),
    proof: proofOf(abuse, evidence, sentence),
    alsoSeen: [],
  }
}

/** What a move keeps others had decided, or else it does what they never did. */
function classOfKept({ charter, members }: Stage, use: Use, { abuse }: AbuseCase): ClassId {
  const as = abuse.steps.find((step) => step.use === use.id)?.as
  const mover = members.find(({ name }) => name === as)
  const type = charter.objects.get(use.object?.type ?? '')
  if (mover === undefined || type === undefined) return 'approval-changed'
  const isKept = use.from.some((state) => isDecidedAnew(charter, type, { use, state, mover }))
  return isKept ? 'approval-changed' : 'approval-missing'
}

function proofOf(abuse: AbuseCase, { trial, control, repeated }: Evidence, sentence: string): Proof {
  const observers = trial.sent.filter((sent) => sent.purpose === 'observe').map((sent) => sent.as)
  return {
    case: abuse,
    transcript: essential(trial),
    changes: trial.changes,
    disclosed: trial.disclosed,
    observer: observers[0] ?? '-',
    repeated,
    control: control.sent,
    sentence,
    ...(trial.overrun === undefined ? {} : { overrun: trial.overrun }),
  }
}

/** The transcript with only those looks that show the effect: the object changed most tellingly, before and after. */
function essential(trial: Trial): readonly Sent[] {
  const telling = main(trial.changes)
  const looks = trial.sent.filter((sent) => sent.purpose === 'observe')
  const shows = (sent: Sent) =>
    telling !== undefined && sent.exchange.response !== undefined && bodyShows(sent, telling.before, telling.after)
  const wanted = looks.find(shows)?.exchange.request
  const kept = looks.filter(({ exchange }) => wanted !== undefined && isSameAddress(exchange.request, wanted))
  const ends = new Set([kept[0], kept.at(-1)])
  return trial.sent.filter((sent) => sent.purpose !== 'observe' || ends.has(sent))
}

function bodyShows(sent: Sent, before: unknown, after: unknown): boolean {
  const body = sent.exchange.response?.body ?? ''
  return [before, after].some((value) => value !== undefined && value !== null && body.includes(String(value)))
}

function classId(text: string): ClassId {
  const found = [...findingClasses.keys()].find((id) => id === text)
  if (found === undefined) throw new TypeError(`no finding class ${text}`)
  return found
}

/** Sixteen hexadecimal digits of FNV-1a (64 bits): short, stable, no secret. */
export function fingerprintOf(parts: readonly string[]): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(parts.join('\u0000')))
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  return hash.toString(16).padStart(16, '0')
}
