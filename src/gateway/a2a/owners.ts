/** Whose tasks and contexts are whose: the same at every node, and after a restart. */
import type { Keeping, KeptName } from '../../guard/keeping.ts'

/** Remembers who was given a task or context, so that nobody else can go on with it. */
export interface Owners {
  /** The owner of one; undefined when nobody was given it, or it was forgotten. */
  ownerOf(kind: 'task' | 'context', source: string, id: string): Promise<string | undefined>
  /** Gives it to somebody. @returns false when it is somebody else's. */
  give(kind: 'task' | 'context', source: string, id: string, owner: string): Promise<boolean>
}

const dayMs = 24 * 60 * 60_000
/** What nobody went on with for so long is nobody's. */
const keptMs = 30 * dayMs
const most = 100_000

/** Keeps them with the guard. An owner never changes, so that what was read once is believed for a day, and put off no more often. */
export function keptOwners(keeping: Keeping, now: () => number = Date.now): Owners {
  const known = new Map<string, { readonly owner: string; readonly until: number }>()
  const give: Owners['give'] = async (kind, source, id, owner) => {
    const name: KeptName = [`a2a ${kind}`, source, id]
    const key = JSON.stringify(name)
    const before = known.get(key)
    if (before !== undefined && before.until > now()) return before.owner === owner
    const given = await keeping.change(name, (found) => {
      const holder = found?.holder ?? owner
      return { value: holder, ...(holder === owner ? { keep: { holder, content: null, forMs: keptMs } } : {}) }
    })
    if (known.size >= most) known.clear()
    known.set(key, { owner: given, until: now() + dayMs })
    return given === owner
  }
  return {
    give,
    async ownerOf(kind, source, id) {
      const name: KeptName = [`a2a ${kind}`, source, id]
      const before = known.get(JSON.stringify(name))
      if (before !== undefined && before.until > now()) return before.owner
      const found = await keeping.get(name)
      if (found !== undefined) await give(kind, source, id, found.holder)
      return found?.holder
    },
  }
}
