import { askFor } from './facts.ts'
import { withLearnt } from './learnt.ts'
import { readAs } from './read-as.ts'
import type { Ready } from './reserve.ts'
import type { Runtime } from './runtime.ts'
import type { Change } from './store.ts'
import type { Look } from './truth.ts'

/**
 * Looks again at the objects that a limit counts only while they are in some state: they may have left it without any call, as a
 * reservation that runs out does.
 */
export async function refreshCounted(runtime: Runtime, ready: Ready, look: Look): Promise<void> {
  const { charter } = ready.force
  const { whileQueries } = askFor(charter, ready.call, ready.objects, ready.question)
  if (whileQueries.length === 0) return
  const { marked } = await runtime.store.read({ marked: whileQueries })
  const refs = [...new Map(marked.flat().map((ref) => [`${ref.type}/${ref.key}`, ref])).values()]
  const { objects } = await runtime.store.read({ objects: refs })
  const changes = await Promise.all(
    refs.map(async (ref, index): Promise<readonly Change[]> => {
      const type = charter.objects.get(ref.type)
      if (type?.truth !== 'read') return []
      const value = await runtime.truth.read(ref, look)
      if (value === undefined) return []
      const now = runtime.now()
      // Who made it, and what only an answer told, is not seen again.
      const tracked = objects[index]
      const fact =
        value === null
          ? { ...ref, value: null, state: type.gone ?? 'gone' }
          : readAs(type, withLearnt(value, tracked?.value), { tracked, now })
      const due = tracked?.due === undefined ? {} : { due: tracked.due }
      return [{ kind: 'object', object: { ...fact, ...ref, ...due, seenAt: now } }]
    }),
  )
  const all = changes.flat()
  if (all.length > 0) await runtime.store.transact([], (transaction) => transaction.write(all))
}
