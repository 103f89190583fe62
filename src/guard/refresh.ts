import { askFor } from './facts.ts'
import { readAs } from './gather.ts'
import type { Ready } from './reserve.ts'
import type { Runtime } from './runtime.ts'
import type { Change } from './store.ts'
import type { Look } from './truth.ts'

/**
 * Looks again at the objects that a limit counts only while they are in some state: they may have left it without any call, as a
 * reservation that runs out does.
 */
export async function refreshCounted(runtime: Runtime, ready: Ready, look: Look): Promise<void> {
  const { charter, traitsOf } = ready.force
  if (!traitsOf(ready.call.operation).refreshes) return
  const { whileQueries } = askFor(charter, ready.call, ready.objects, ready.question)
  if (whileQueries.length === 0) return
  const { marked } = await runtime.store.transact([], (transaction) => transaction.read({ marked: whileQueries }))
  const refs = [...new Map(marked.flat().map((ref) => [`${ref.type}/${ref.key}`, ref])).values()]
  const changes = await Promise.all(
    refs.map(async (ref): Promise<readonly Change[]> => {
      const type = charter.objects.get(ref.type)
      if (type?.truth !== 'read') return []
      const value = await runtime.truth.read(ref, look)
      if (value === undefined) return []
      const now = runtime.now()
      const fact = value === null ? { ...ref, value: null, state: type.gone ?? 'gone' } : readAs(type, value, { now })
      return [{ kind: 'object', object: { ...fact, ...ref, seenAt: now } }]
    }),
  )
  const all = changes.flat()
  if (all.length > 0) await runtime.store.transact([], (transaction) => transaction.write(all))
}
