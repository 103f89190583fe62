import { StoreError } from '../../guard/store.ts'

/** Lets work that shares a lock run one after another within this node. */
export interface Turns {
  /**
   * Runs `work` when everything before it that shares a lock with it is over.
   *
   * @throws {StoreError} when its turn did not come in time; it did not run.
   */
  take<T>(locks: readonly bigint[], work: () => Promise<T>): Promise<T>
}

/**
 * Opens the queue of a node: without it everybody who waits for one object would hold a connection meanwhile, and nobody else got one.
 *
 * Places are given in order of arrival, all locks of one work at once, so that no two wait for each other.
 */
export function openTurns(timeoutMs: number): Turns {
  const last = new Map<bigint, Promise<void>>()
  return {
    async take(locks, work) {
      const before = locks.map((lock) => last.get(lock)).filter((turn) => turn !== undefined)
      let finish = (): void => undefined
      const finished = new Promise<void>((resolve) => {
        finish = resolve
      })
      // Whoever gives up leaves its place only when those before it did: a place is never jumped.
      const turn = Promise.all([...before, finished]).then(() => undefined)
      for (const lock of locks) last.set(lock, turn)
      try {
        if (before.length > 0) await inTime(Promise.all(before), timeoutMs)
        return await work()
      } finally {
        finish()
        void turn.then(() => {
          for (const lock of locks) if (last.get(lock) === turn) last.delete(lock)
        })
      }
    },
  }
}

async function inTime(turn: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreError('busy', 'others used the same for too long')), timeoutMs)
  })
  try {
    await Promise.race([turn, late])
  } finally {
    clearTimeout(timer)
  }
}
