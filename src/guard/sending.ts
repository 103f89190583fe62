/** What a call takes away of the classed data of its run: looked at and noted in one transaction, before it is sent. */
import type { Call, CallRequest } from '../charter/charter.ts'
import { noteCall } from '../classify/call.ts'
import type { ClassSeen } from '../constraint/facts.ts'
import type { Decision } from '../decide/decision.ts'
import { type Carrying, carriedClasses } from '../session/carried.ts'
import { covered } from './carried-data.ts'
import { type Entry, type KnownRun, takeIn } from './known-run.ts'
import type { Runtime } from './runtime.ts'
import type { Change, Query, Rows } from './store.ts'

/** A call of a run that remembers values of classes. Halves of one that are sent at the same moment are seen as two halves. */
export interface Sending {
  /** Nobody else sends anything in the run while this is held. */
  readonly key: string
  /** What has to be read in the transaction. */
  query(): NonNullable<Query['seen']>
  /** What the call carries, by all the run has seen and sent so far. */
  look(rows: Pick<Rows, 'seen'>): readonly ClassSeen[]
  /**
   * What has to be written as the call is let through: that it takes this away, and what was put in the place of what may not go.
   *
   * After `look`, in the same transaction.
   */
  leave(decision: Decision, mode: 'enforce' | 'observe'): Left
  /** To be called when the transaction failed: what was read in it may never have been. */
  failed(): void
}

export interface Left {
  readonly changes: readonly Change[]
  /** What is to be sent instead. */
  readonly instead?: CallRequest
}

/**
 * Looks at a call outside of any transaction first; within, only what is new is asked for, and looked through only when others sent or
 * learned something meanwhile. Undefined where the run remembers nothing that could be taken away in pieces.
 */
export function sendingOf(
  call: Call,
  carrying: Carrying & { readonly run?: KnownRun },
  { failed, first }: { readonly failed: () => void; readonly first: readonly ClassSeen[] },
): Sending | undefined {
  const { run: known } = carrying
  const run = call.run?.id
  if (known?.classes === undefined || known.classes.values === 0 || run === undefined) return undefined
  // The work of a transaction may run twice: tokens of the first time are as good, and are not drawn again.
  const tokens: Entry[] = []
  let looked = { classes: first, upTo: known.classed }
  const look: Sending['look'] = ({ seen }) => {
    takeIn(known, seen[0] ?? [])
    if (looked.upTo !== known.classed) looked = { classes: carriedClasses(carrying), upTo: known.classed }
    return looked.classes
  }
  const leave: Sending['leave'] = (decision, mode) => {
    const cover = mode === 'observe' ? undefined : covered(carrying, decision)
    tokens.push(...(cover?.entries ?? []).map((token) => ({ token })))
    const entries = [...tokens, ...notesOf(known, call)]
    return {
      changes: entries.length === 0 ? [] : [{ kind: 'saw', run, at: call.at, entries: entries.map(known.seal.seal) }],
      ...(cover === undefined ? {} : { instead: cover.request }),
    }
  }
  return { key: `run ${run}`, query: () => [{ run, after: known.number }], look, leave, failed }
}

function notesOf({ classes }: KnownRun, call: Call): readonly Entry[] {
  const classed = classes === undefined ? [] : noteCall(classes, call)
  return classed.length === 0 ? [] : [{ classed }]
}

/**
 * Notes what a call takes away that is sent before it is decided.
 *
 * @returns false when it carries something: then it has to be decided before, and nothing was noted.
 * @throws {StoreError} when it cannot be noted; nothing may be sent then.
 */
export async function noteBefore({ store }: Runtime, sending: Sending, decision: Decision): Promise<boolean> {
  try {
    return await store.transact(
      [sending.key],
      async (transaction) => {
        if (sending.look(await transaction.read({ seen: sending.query() })).length > 0) return false
        await transaction.write(sending.leave(decision, 'enforce').changes)
        return true
      },
      { early: true },
    )
  } catch (error) {
    sending.failed()
    throw error
  }
}
