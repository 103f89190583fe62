/** One node at a time does what is to be done once. Clocks of nodes may differ by less than the lease is long. */
import type { Shelf } from '../shelf.ts'

export interface Lease {
  /** Takes or keeps it. @returns false while another node has it. */
  hold(): Promise<boolean>
  /** Who has it. */
  holder(): Promise<string | undefined>
  drop(): Promise<void>
}

const kind = 'lease'

export function makeLease(
  shelf: Shelf,
  {
    id,
    node,
    ms,
    now,
  }: { readonly id: string; readonly node: string; readonly ms: number; readonly now: () => number },
): Lease {
  const take = (version: number): Promise<boolean> =>
    shelf.put({ kind, id, at: now(), expires: now() + ms, content: { node } }, version)
  const nodeIn = (content: unknown): string | undefined => (content as { readonly node?: string } | undefined)?.node
  return {
    async hold() {
      const item = await shelf.get(kind, id)
      if (item === undefined) return take(0)
      if (nodeIn(item.content) !== node) return false
      return now() - item.at < ms / 3 ? true : take(item.version)
    },
    holder: async () => nodeIn((await shelf.get(kind, id))?.content),
    async drop() {
      if (nodeIn((await shelf.get(kind, id))?.content) === node) await shelf.drop(kind, id)
    },
  }
}
