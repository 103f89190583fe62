import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { asFailure, isBusy } from './failure.ts'
import type { Syncing } from './syncing.ts'

/** Work that waits for its turn; `run` throws when it is to be dropped. */
interface Member {
  readonly run: (apart: Apart) => Promise<Outcome>
  readonly reject: (error: unknown) => void
}

/** What came of it, and how to tell whoever waits. */
interface Outcome {
  /** Whether it must be durable before that. */
  readonly patient: boolean
  readonly tell: () => void
}

/** Runs work so that what it wrote can be dropped. Throws `Tainted` when it failed, and what it wrote is dropped with the whole commit only. */
type Apart = <T>(work: (keep: () => void) => Promise<T>) => Promise<T>

/** Runs work one after another, as much as is waiting within one commit. */
export interface Group {
  /**
   * Resolves with what `work` made, after the commit; unless `early`, once it is durable. What it wrote is dropped when it rejects. It may
   * be run twice.
   *
   * @throws {StoreError} when the engine failed; nothing was kept, unless it is `unreachable`.
   */
  run<T>(work: (keep: () => void) => Promise<T>, early: boolean): Promise<T>
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>
}

export interface GroupOptions {
  /** How long to wait for another process that writes, before the work fails. */
  readonly busyTimeoutMs: number
  readonly syncing: Syncing
}

const maxMembers = 64
const retryMs = 5

/** Opens the group commit of a connection. */
export function openGroup(db: Database, options: GroupOptions): Group {
  const waiting: Member[] = []
  const savepoint = prepareSavepoint(db)
  const steps: Steps = {
    ...options,
    wrote: false,
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
  }
  let draining: Promise<void> | undefined

  const drain = async (): Promise<void> => {
    // One turn of the loop, so that calls that arrived together are committed together.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      // What arrives during a sync goes into one commit.
      await options.syncing.idle()
      // Savepoints cost as much as the work: they are set only once something failed.
      let left = await commitTogether(db, steps, waiting.splice(0, maxMembers), withoutSavepoint)
      while (left.length > 0) left = await commitTogether(db, steps, left, savepoint)
    }
    draining = undefined
  }

  return {
    run: (work, early) =>
      new Promise((resolve, reject) => {
        const run = async (apart: Apart): Promise<Outcome> => {
          let wrote = false
          const value = await apart((keep) =>
            work(() => {
              wrote = true
              steps.wrote = true
              keep()
            }),
          )
          return { patient: wrote && !early, tell: () => resolve(value) }
        }
        waiting.push({ run, reject })
        draining ??= drain()
      }),
    async idle() {
      while (draining !== undefined) await draining
    },
  }
}

interface Steps extends GroupOptions {
  /** Whether the commit that is being made has anything to keep. */
  wrote: boolean
  readonly begin: { run(): unknown }
  readonly commit: { run(): unknown }
}

// Returns the members to be run once more: all of them when one failed that could not be dropped alone; or all but the one that made
// the engine give the whole transaction up.
async function commitTogether(
  db: Database,
  steps: Steps,
  members: readonly Member[],
  apart: Apart,
): Promise<readonly Member[]> {
  const kept: Kept[] = []
  const dropped: (() => void)[] = []
  try {
    await begin(steps)
    steps.wrote = false
    for (const [turn, member] of members.entries()) {
      try {
        kept.push({ member, outcome: await member.run(apart) })
      } catch (error) {
        if (error instanceof Tainted) {
          if (db.inTransaction) db.exec('ROLLBACK')
          return members
        }
        dropped.push(() => member.reject(asFailure(error)))
      }
      if (!db.inTransaction) {
        for (const tell of dropped) tell()
        return [...kept.map((entry) => entry.member), ...members.slice(turn + 1)]
      }
    }
    steps.commit.run()
    if (steps.wrote) steps.syncing.wrote()
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    for (const member of members) member.reject(asFailure(error))
    return []
  }
  for (const tell of dropped) tell()
  for (const { outcome } of kept) if (!outcome.patient) outcome.tell()
  tellOnceDurable(
    steps.syncing,
    kept.filter(({ outcome }) => outcome.patient),
  )
  return []
}

interface Kept {
  readonly member: Member
  readonly outcome: Outcome
}

function tellOnceDurable(syncing: Syncing, kept: readonly Kept[]): void {
  if (kept.length === 0) return
  syncing.flush().then(
    () => {
      for (const { outcome } of kept) outcome.tell()
    },
    (error: unknown) => {
      for (const { member } of kept) member.reject(error)
    },
  )
}

async function begin({ begin: statement, busyTimeoutMs }: Steps): Promise<void> {
  const until = performance.now() + busyTimeoutMs
  for (;;) {
    try {
      statement.run()
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error
    }
    await delay(retryMs)
  }
}

/** Work failed after it had written, with no savepoint to go back to. */
class Tainted extends Error {}

async function withoutSavepoint<T>(work: (keep: () => void) => Promise<T>): Promise<T> {
  let wrote = false
  try {
    return await work(() => {
      wrote = true
    })
  } catch (error) {
    throw wrote ? new Tainted('it wrote before', { cause: error }) : error
  }
}

// The savepoint is set at the first write: work that only reads has nothing to be dropped.
function prepareSavepoint(db: Database): Apart {
  const set = db.prepare('SAVEPOINT member')
  const release = db.prepare('RELEASE member')
  const rollback = db.prepare('ROLLBACK TO member')
  return async (work) => {
    let wrote = false
    const keep = (): void => {
      if (!wrote) set.run()
      wrote = true
    }
    try {
      const value = await work(keep)
      if (wrote) release.run()
      return value
    } catch (error) {
      if (wrote && db.inTransaction) {
        rollback.run()
        release.run()
      }
      throw error
    }
  }
}
