/**
 * Calls `stop` at the first Ctrl-C (or a polite end from outside) and ends the process at the second.
 *
 * @returns What takes the handlers away again.
 */
export function onInterrupt(stop: () => void): () => void {
  let asked = false
  const handle = (): void => {
    if (asked) process.exit(1)
    asked = true
    stop()
  }
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.on(signal, handle)
  return () => {
    for (const signal of signals) process.off(signal, handle)
  }
}
