/** What a running guard forgets from time to time, so that its store and ledger do not grow without end. */
import type { Charter } from '../../charter/charter.ts'
import type { Core } from './core.ts'

const everyMs = 60 * 60_000
const dayMs = 24 * 60 * 60_000

/** Forgets once an hour. @returns how to stop. */
export function keepUp({ store, ledger, guard }: Core, repeatMs: number, fail: (why: string) => void): () => void {
  const once = async (): Promise<void> => {
    const charter = guard.charter()
    const { before, marksOf } = forgettable(charter, repeatMs, Date.now())
    await store.transact([], (transaction) => transaction.write([{ kind: 'forget', before, marksOf }]))
    const retainMs = retention(charter)
    if (retainMs !== undefined) await ledger.prune(Date.now() - retainMs, { id: 'guard' })
  }
  const timer = setInterval(() => {
    once().catch((error: unknown) => fail(error instanceof Error ? error.message : 'upkeep failed'))
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** What no rule with a window looks at any more, with a day to spare. Pure. */
export function forgettable(
  charter: Charter,
  repeatMs: number,
  now: number,
): { readonly before: number; readonly marksOf: readonly string[] } {
  const windows = new Map<string, number>()
  for (const { uses } of charter.operations.values())
    for (const { constraints } of uses)
      for (const each of constraints)
        if ((each.kind === 'limit' || each.kind === 'rate') && each.withinMs !== undefined)
          windows.set(each.id, each.withinMs)
  return { before: now - Math.max(repeatMs, ...windows.values()) - dayMs, marksOf: [...windows.keys()] }
}

/** How long the ledger keeps texts: as long as the workflow that asks for the longest; for ever while an operation has no limit. Pure. */
export function retention(charter: Charter): number | undefined {
  const flows = [...charter.workflows.values()]
  const isKept = [...charter.operations.keys()].some((id) => {
    const listing = flows.filter((flow) => flow.operations.has(id))
    return listing.length === 0 || listing.some(({ retainMs }) => retainMs === undefined)
  })
  return isKept || flows.length === 0 ? undefined : Math.max(...flows.map((flow) => flow.retainMs ?? 0))
}
