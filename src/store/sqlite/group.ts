import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { asFailure, isBusy } from './failure.ts'

/** Work that waits for its turn; `run` throws when it is to be dropped. */
interface Member {
  readonly run: () => Promise<Outcome>
  readonly reject: (error: unknown) => void
}

/** Tells whoever waits. Called once everything is on disk. */
type Outcome = () => void

/** Runs work one after another, as much as is waiting within one commit. */
export interface Group {
  /**
   * Resolves with what `work` made, after the commit. What it wrote is dropped when it rejects.
   *
   * @throws {StoreError} when the engine failed; nothing was kept.
   */
  run<T>(work: (keep: () => void) => Promise<T>): Promise<T>
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>
}

const maxMembers = 64
const retryMs = 5

/**
 * Opens the group commit of a connection.
 *
 * @param busyTimeoutMs - How long to wait for another process that writes, before the work fails.
 */
export function openGroup(db: Database, busyTimeoutMs: number): Group {
  const waiting: Member[] = []
  const savepoint = prepareSavepoint(db)
  const steps = { begin: db.prepare('BEGIN IMMEDIATE'), commit: db.prepare('COMMIT') }
  let draining: Promise<void> | undefined

  const drain = async (): Promise<void> => {
    // One turn of the loop, so that calls that arrived together are committed together.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const taken = waiting.splice(0, maxMembers)
      const left = await commitTogether(db, steps, taken, busyTimeoutMs)
      waiting.unshift(...left)
    }
    draining = undefined
  }

  return {
    run: (work) =>
      new Promise((resolve, reject) => {
        const run = async (): Promise<Outcome> => {
          const value = await savepoint(work)
          return () => resolve(value)
        }
        waiting.push({ run, reject })
        draining ??= drain()
      }),
    async idle() {
      while (draining !== undefined) await draining
    },
  }
}

interface Steps {
  readonly begin: { run(): unknown }
  readonly commit: { run(): unknown }
}

// Returns the members to be run once more: all but the one that made the engine give the whole transaction up.
async function commitTogether(
  db: Database,
  steps: Steps,
  members: readonly Member[],
  busyTimeoutMs: number,
): Promise<readonly Member[]> {
  const kept: { readonly member: Member; readonly tell: Outcome }[] = []
  const dropped: Outcome[] = []
  try {
    await begin(steps.begin, busyTimeoutMs)
    for (const [turn, member] of members.entries()) {
      try {
        kept.push({ member, tell: await member.run() })
      } catch (error) {
        dropped.push(() => member.reject(asFailure(error)))
      }
      if (!db.inTransaction) {
        for (const tell of dropped) tell()
        return [...kept.map((entry) => entry.member), ...members.slice(turn + 1)]
      }
    }
    steps.commit.run()
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    for (const member of members) member.reject(asFailure(error))
    return []
  }
  for (const tell of [...kept.map((entry) => entry.tell), ...dropped]) tell()
  return []
}

async function begin(statement: Steps['begin'], busyTimeoutMs: number): Promise<void> {
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

// The savepoint is set at the first write: work that only reads has nothing to be dropped.
function prepareSavepoint(db: Database): <T>(work: (keep: () => void) => Promise<T>) => Promise<T> {
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
