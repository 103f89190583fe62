/** The life of a finding over many runs: open, fixed, accepted for a while, back again. Pure. */

import type { StoredFinding } from '../../prove/report/json.ts'
import type { Moved } from '../../prove/report/moved.ts'
import { classOf, idsOf } from '../../prove/report/show.ts'
import type { ProofRun } from './run.ts'
import type { VerificationWay } from './verification.ts'

export const findingStates = ['open', 'came-back', 'accepted', 'fixed'] as const
export type FindingState = (typeof findingStates)[number]

/** Who lives with it until when. `until` is the last day it holds, in UTC. */
export interface Acceptance {
  readonly owner: string
  readonly until: string
  readonly because: string
  readonly by: string
  readonly at: number
}

export const momentKinds = [
  'found',
  'seen',
  'came-back',
  'held',
  'held-elsewhere',
  'not-reached',
  'verified-fixed',
  'verified-open',
  'verified-unclear',
  'guarded-fixed',
  'guarded-open',
  'guarded-unclear',
  'accepted',
  'acceptance-withdrawn',
] as const

/** Something that happened to a finding. `run` is the run of prove that told it. */
export interface Moment {
  readonly at: number
  readonly what: (typeof momentKinds)[number]
  readonly by: string
  readonly why?: string
  readonly run?: string
}

/** A finding without its proof, and what became of it. Times in milliseconds since 1970. */
export interface Life {
  readonly fingerprint: string
  readonly title: string
  readonly class: string
  readonly classTitle: string
  readonly ids: readonly string[]
  readonly severity: StoredFinding['severity']
  readonly operation: string
  readonly endpoint: string
  readonly constraint: string
  readonly use: string
  readonly sentence: string
  /** How bad it is, and why, in plain words. */
  readonly because: string
  /** From which state to which it brought an object; absent in what an earlier version kept. */
  readonly moved?: Moved
  /** The check that is missing, without where: findings that share it have one cause. */
  readonly cause: string
  readonly first: number
  readonly last: number
  readonly runs: number
  /** Where it was seen last. */
  readonly target: string
  readonly there: boolean
  readonly cameBack: boolean
  readonly acceptance?: Acceptance
  /** The oldest first; of many, the first and the latest. */
  readonly history: readonly Moment[]
}

const mostMoments = 200

/** Where it stands on a day, as `2026-12-31`: an acceptance that is over counts no more. */
export function stateOf({ there, cameBack, acceptance }: Life, today: string): FindingState {
  if (!there) return 'fixed'
  if (acceptance !== undefined && acceptance.until >= today) return 'accepted'
  return cameBack ? 'came-back' : 'open'
}

/** A finding with the states it was seen between. */
export type FoundFinding = StoredFinding & { readonly moved?: Moved }

/** What a run that found it makes of it. An older run than the last one known only tells when it was there first. */
export function found(life: Life | undefined, finding: FoundFinding, run: ProofRun): Life {
  const at = run.startedAt
  const shown = described(finding)
  const told = { at, by: run.by, run: run.id }
  if (life === undefined)
    return {
      ...shown,
      first: at,
      last: at,
      runs: 1,
      target: run.target,
      there: true,
      cameBack: false,
      history: [{ ...told, what: 'found' }],
    }
  if (at < life.last) return { ...life, first: Math.min(life.first, at), runs: life.runs + 1 }
  const { acceptance, ...before } = life
  const isBack = !life.there
  return {
    ...before,
    ...shown,
    last: at,
    runs: life.runs + 1,
    target: run.target,
    there: true,
    cameBack: isBack || life.cameBack,
    // What somebody accepted was fixed since: the one that is there now nobody has accepted.
    ...(acceptance === undefined || isBack ? {} : { acceptance }),
    history: added(life.history, { ...told, what: isBack ? 'came-back' : 'seen' }),
  }
}

/**
 * What a run makes of it that did not find it. It is fixed when the run tried its constraint where it was seen last, and all of it held.
 *
 * @param verdict - Of the cells of its use and constraint; absent when the run has none.
 */
export function missed(life: Life, verdict: 'held' | 'not-reached' | undefined, run: ProofRun): Life {
  if (verdict === undefined || !life.there || run.startedAt < life.last) return life
  const told = { at: run.startedAt, by: run.by, run: run.id }
  if (verdict === 'not-reached') return { ...life, history: added(life.history, { ...told, what: 'not-reached' }) }
  if (run.target !== life.target)
    return { ...life, history: added(life.history, { ...told, what: 'held-elsewhere', why: run.target }) }
  return ended(life, { ...told, what: 'held' })
}

export interface VerifiedAs {
  readonly way: VerificationWay
  readonly verdict: 'fixed' | 'open' | 'unclear'
  readonly why: string
  readonly by: string
  readonly at: number
}

/** What trying just it again makes of it. That the guard refuses it mends nothing behind it. */
export function verified(life: Life, { way, verdict, why, by, at }: VerifiedAs): Life {
  if (way === 'guarded') return { ...life, history: added(life.history, { at, by, why, what: `guarded-${verdict}` }) }
  const told = { at, by, why, what: `verified-${verdict}` as const }
  if (verdict === 'fixed') return ended(life, told)
  const history = added(life.history, told)
  if (verdict === 'unclear') return { ...life, history }
  return { ...life, there: true, cameBack: life.cameBack || !life.there, last: Math.max(life.last, at), history }
}

/** Somebody lives with it for a while. */
export function accepted(life: Life, acceptance: Acceptance): Life {
  const { at, by, owner, until, because } = acceptance
  const why = `${owner} until ${until}: ${because}`
  return { ...life, acceptance, history: added(life.history, { at, by, what: 'accepted', why }) }
}

/** Nobody lives with it any more. */
export function withdrawn(life: Life, by: string, at: number): Life {
  const { acceptance: _, ...rest } = life
  return { ...rest, history: added(life.history, { at, by, what: 'acceptance-withdrawn' }) }
}

function ended(life: Life, moment: Moment): Life {
  const { acceptance: _, ...rest } = life
  return { ...rest, there: false, history: added(life.history, moment) }
}

function added(history: readonly Moment[], moment: Moment): readonly Moment[] {
  const [first, ...rest] = [...history, moment]
  return first === undefined ? [] : [first, ...rest.slice(1 - mostMoments)]
}

function described(finding: FoundFinding) {
  const { fingerprint, title, severity, because, operation, endpoint, constraint, proof, moved } = finding
  // The ids are those of this version's lists, whatever the report says.
  const known = classOf({ class: finding.class })
  return {
    fingerprint,
    title,
    class: finding.class,
    classTitle: known?.title ?? finding.class,
    ids: idsOf({ class: finding.class }),
    severity,
    operation,
    endpoint,
    constraint,
    use: proof.case.use,
    sentence: proof.sentence,
    because,
    ...(moved === undefined ? {} : { moved }),
    cause: causeOf(finding),
  }
}

/** A cause reads "`POST /pay` (shop.pay) does not check …". */
function causeOf({ rootCause, endpoint, operation }: StoredFinding): string {
  const where = `\`${endpoint}\` (${operation}) `
  const what = rootCause.startsWith(where) ? rootCause.slice(where.length) : rootCause
  return what.replace(/^./, (letter) => letter.toUpperCase())
}
