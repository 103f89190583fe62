/** Trying one finding again from the console: one at a time, whichever node does it. */
import { Problem } from '../../gateway/control/problem.ts'
import type { StoredFinding } from '../../prove/report/json.ts'
import type { Shelf } from '../shelf.ts'
import type { FindingStore } from './store.ts'

export const verificationStages = ['signing-in', 'rightful', 'abuse', 'cleaning-up', 'done'] as const
export type VerificationStage = (typeof verificationStages)[number]

/** At the target itself, or with the guard in front of it. */
export const verificationWays = ['direct', 'guarded'] as const
export type VerificationWay = (typeof verificationWays)[number]

/** How far it is. */
export interface Progress {
  readonly stage: VerificationStage
  /** Sent so far. */
  readonly requests: number
}

/** The one that goes on, or the last one that did. */
export interface Verification extends Progress {
  readonly fingerprint: string
  readonly way: VerificationWay
  readonly by: string
  readonly at: number
  readonly verdict?: 'fixed' | 'open' | 'unclear'
  readonly why?: string
}

/** Tries a finding again; made by whoever knows the target. Never throws for what the target does. */
export interface Verifier {
  /** After so long it is over, whatever happens. */
  readonly longestMs: number
  verify(
    finding: StoredFinding,
    trial: {
      readonly way: VerificationWay
      readonly tell: (progress: Progress) => void
      readonly signal: AbortSignal
    },
  ): Promise<{ readonly verdict: 'fixed' | 'open' | 'unclear'; readonly why: string }>
}

export interface Verifications {
  /** @throws {Problem} 404 when it is unknown or nothing says where the target is, 409 while another one goes on. */
  start(fingerprint: string, asked: Pick<Verification, 'by' | 'way'>): Promise<void>
  current(): Promise<Verification | undefined>
  /** Ends the one this node does. */
  close(): Promise<void>
}

export interface VerificationOptions {
  readonly shelf: Shelf
  readonly findings: Pick<FindingStore, 'proof' | 'verified'>
  /** Absent when the guard file does not say where the target is. */
  readonly verifier: Verifier | undefined
  readonly onFailure: (why: string) => void
  readonly now?: () => number
}

const kind = 'verification'
const id = 'current'
/** What became of the last one is shown so long. */
const shownMs = 10 * 60_000

export function makeVerifications(options: VerificationOptions): Verifications {
  const { shelf, findings, verifier, onFailure, now = Date.now } = options
  const ending = new AbortController()
  let running: Promise<void> = Promise.resolve()
  const carryOut = async (by: Verifier, finding: StoredFinding, begun: Verification): Promise<void> => {
    let last = begun
    const keep = keeper(shelf, now)
    const tell = (progress: Progress): void => {
      last = { ...begun, ...progress }
      void keep(last, begun.at + by.longestMs)
    }
    const { way } = begun
    const result = await by.verify(finding, { way, tell, signal: ending.signal }).catch((error: unknown) => ({
      verdict: 'unclear' as const,
      why: error instanceof Error ? error.message : 'it could not be tried',
    }))
    try {
      await findings.verified(begun.fingerprint, { ...result, way, by: begun.by })
    } finally {
      await keep({ ...last, ...result, stage: 'done' }, now() + shownMs)
    }
  }
  return {
    async start(fingerprint, { by, way }) {
      if (verifier === undefined)
        throw new Problem(404, 'no-target', 'the guard file does not say where findings may be tried: `console.prove`')
      const finding = await findings.proof(fingerprint)
      if (finding === undefined) throw new Problem(404, 'unknown', 'there is no such finding')
      const begun: Verification = { fingerprint, way, by, at: now(), stage: 'signing-in', requests: 0 }
      await begin(shelf, begun, begun.at + verifier.longestMs)
      running = carryOut(verifier, finding, begun).catch((error: unknown) =>
        onFailure(error instanceof Error ? error.message : 'a finding could not be tried'),
      )
    },
    current: async () => (await shelf.get(kind, id))?.content as Verification | undefined,
    async close() {
      ending.abort()
      await running
    },
  }
}

/** Kept where every node sees it. Should this node die, it is over after a while by itself. */
async function begin(shelf: Shelf, begun: Verification, expires: number): Promise<void> {
  const before = await shelf.get(kind, id)
  const isFree = before === undefined || (before.content as Verification).stage === 'done'
  const item = { kind, id, at: begun.at, expires, content: begun }
  if (!isFree || !(await shelf.put(item, before?.version ?? 0)))
    throw new Problem(409, 'busy', 'another finding is being tried: one at a time')
}

/** Keeps one state after the other, in order. */
function keeper(shelf: Shelf, now: () => number): (verification: Verification, expires: number) => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return (content, expires) => {
    last = last
      .catch(() => undefined)
      .then(async () => void (await shelf.put({ kind, id, at: now(), expires, content })))
    return last
  }
}
