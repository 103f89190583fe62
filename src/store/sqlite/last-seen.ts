import type { Database } from 'better-sqlite3'

/** The last entries of what runs have seen, as far as this connection knows, so that nothing is read where nothing is new. */
export interface LastSeen {
  /** Whether nothing can have come after entry `number` of `run`. */
  isLast(run: string, number: number): boolean
  /** Entry `number` of `run` was read or written by this connection, and was the last one. Too high a number is no harm. */
  note(run: string, number: number): void
}

const mostRuns = 4096

export function openLastSeen(db: Database): LastSeen {
  // Changes when another connection has committed, not with what this one writes.
  const version = db.prepare<[], number>('PRAGMA data_version').pluck()
  const last = new Map<string, number>()
  let known: number | undefined
  const look = (): void => {
    const now = version.get()
    if (now !== known || last.size > mostRuns) last.clear()
    known = now
  }
  return {
    isLast(run, number) {
      look()
      return (last.get(run) ?? Number.POSITIVE_INFINITY) <= number
    },
    note(run, number) {
      last.set(run, number)
    },
  }
}
