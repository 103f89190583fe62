import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { asFailure, isBusy } from './failure.ts'
import type { Syncing } from './syncing.ts'

/** Work that waits for its turn. */
interface Member {
  /** Whether it must be durable before `tell`, if it wrote. */
  readonly patient: boolean
  wrote: boolean
  run(keep: () => void): Promise<void>
  /** Hands over what `run` made. */
  tell(): void
  reject(error: unknown): void
}

/** How work is run, and whether what it wrote can be dropped without the rest of the commit. */
interface Apart {
  readonly drops: boolean
  run(member: Member): Promise<void>
}

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
  /** Whether nothing runs or waits, so that no transaction is open. */
  isIdle(): boolean
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
        let tell = (): void => undefined
        waiting.push({
          patient: !early,
          wrote: false,
          async run(keep) {
            const value = await work(keep)
            tell = () => resolve(value)
          },
          tell: () => tell(),
          reject,
        })
        draining ??= drain()
      }),
    isIdle: () => draining === undefined,
    async idle() {
      while (draining !== undefined) await draining
    },
  }
}

interface Steps extends GroupOptions {
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
  const kept: Member[] = []
  const dropped: (() => void)[] = []
  try {
    await begin(steps)
    for (const [turn, member] of members.entries()) {
      try {
        member.wrote = false
        await apart.run(member)
        kept.push(member)
      } catch (error) {
        // It wrote, with no savepoint to go back to.
        if (member.wrote && !apart.drops) {
          if (db.inTransaction) db.exec('ROLLBACK')
          return members
        }
        dropped.push(() => member.reject(asFailure(error)))
      }
      if (!db.inTransaction) {
        for (const tell of dropped) tell()
        return [...kept, ...members.slice(turn + 1)]
      }
    }
    steps.commit.run()
    if (kept.some(({ wrote }) => wrote)) steps.syncing.wrote()
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    for (const member of members) member.reject(asFailure(error))
    return []
  }
  for (const tell of dropped) tell()
  for (const member of kept) if (!waitsForSync(member)) member.tell()
  tellOnceDurable(steps.syncing, kept.filter(waitsForSync))
  return []
}

function waitsForSync({ wrote, patient }: Member): boolean {
  return wrote && patient
}

function tellOnceDurable(syncing: Syncing, kept: readonly Member[]): void {
  if (kept.length === 0) return
  syncing.flush().then(
    () => {
      for (const member of kept) member.tell()
    },
    (error: unknown) => {
      for (const member of kept) member.reject(error)
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

const withoutSavepoint: Apart = {
  drops: false,
  run: (member) =>
    member.run(() => {
      member.wrote = true
    }),
}

// The savepoint is set at the first write: work that only reads has nothing to be dropped.
function prepareSavepoint(db: Database): Apart {
  const set = db.prepare('SAVEPOINT member')
  const release = db.prepare('RELEASE member')
  const rollback = db.prepare('ROLLBACK TO member')
  const run = async (member: Member): Promise<void> => {
    const keep = (): void => {
      if (!member.wrote) set.run()
      member.wrote = true
    }
    try {
      await member.run(keep)
      if (member.wrote) release.run()
    } catch (error) {
      if (member.wrote && db.inTransaction) {
        rollback.run()
        release.run()
      }
      throw error
    }
  }
  return { drops: true, run }
}
