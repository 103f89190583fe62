/** Who wants to know that switches or holds may have changed, and the look that is taken at the store meanwhile. */
export interface Watchers {
  /** Adds a listener; the store is looked at as long as there is one. Returns how to remove it. */
  watch(listener: () => void): () => void
  /** Tells every listener, after what runs now. */
  notify(): void
  close(): void
}

/**
 * Keeps listeners, and tells them whenever `look` answers something else than the last time.
 *
 * @param look - Reads a number that every change of switches or holds makes another; undefined when it could not be read.
 */
export function openWatchers(look: () => Promise<number | undefined>, everyMs: number): Watchers {
  const listeners = new Set<{ readonly listener: () => void }>()
  let timer: NodeJS.Timeout | undefined
  let seen: number | undefined
  let looking = false
  const notify = (): void => {
    for (const { listener } of listeners) setImmediate(listener)
  }
  const compare = async (): Promise<void> => {
    if (looking) return
    looking = true
    const now = await look()
    looking = false
    if (now === undefined) return
    if (seen !== undefined && now !== seen) notify()
    seen = now
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
    seen = undefined
  }
  return {
    watch(listener) {
      const entry = { listener }
      listeners.add(entry)
      if (timer === undefined) {
        timer = setInterval(() => void compare(), everyMs)
        timer.unref()
        void compare()
      }
      return () => {
        listeners.delete(entry)
        if (listeners.size === 0) stop()
      }
    },
    notify,
    close() {
      listeners.clear()
      stop()
    },
  }
}
