/** Makes durable what was committed, with one sync at a time for everybody who waits for one. */
export interface Syncing {
  /** Something was committed. */
  wrote(): void
  /**
   * Resolves once all that was committed before is durable.
   *
   * @throws what the sync threw.
   */
  flush(): Promise<void>
  /** Resolves when no sync is on its way, however it ended. */
  idle(): Promise<void>
}

/** @param sync - Undefined where commits need none. */
export function openSyncing(sync: (() => Promise<void>) | undefined): Syncing {
  let committed = 0
  let durable = 0
  let running: Promise<void> | undefined

  const start = async (run: () => Promise<void>): Promise<void> => {
    const reached = committed
    try {
      await run()
      durable = reached
    } finally {
      running = undefined
    }
  }
  return {
    wrote() {
      committed += 1
    },
    async flush() {
      if (sync === undefined) return
      const wanted = committed
      while (durable < wanted) {
        running ??= start(sync)
        await running
      }
    },
    async idle() {
      await running?.catch(() => undefined)
    },
  }
}
