/** What the record says of use, by name. Pure. */
import type { Tally } from '../../../overview/query.ts'

/** Calls of one thing, or of one thing by or in another. */
export interface Use {
  readonly calls: number
  readonly refused: number
  readonly last?: number
}

const none: Use = { calls: 0, refused: 0 }

/** Calls of each name. */
export function usesOf(tallies: readonly Tally[]): (name: string, beside?: string) => Use {
  const all = new Map<string, Use>()
  const add = (key: string, { effect, n, last }: Tally): void => {
    const before = all.get(key) ?? none
    const calls = before.calls + n
    all.set(key, {
      calls,
      refused: before.refused + (effect === 'deny' ? n : 0),
      last: Math.max(before.last ?? 0, last),
    })
  }
  for (const tally of tallies) {
    add(keyOf(tally.name), tally)
    add(keyOf(tally.name, tally.beside), tally)
  }
  return (name, beside) => all.get(keyOf(name, beside)) ?? none
}

function keyOf(name: string, beside?: string): string {
  return JSON.stringify(beside === undefined ? [name] : [name, beside])
}

/** Whether it was let through at all lately. */
export function isUnused({ last, calls, refused }: Use, since: number): boolean {
  return last === undefined || last < since || calls === refused
}

/** Names that were seen. */
export function namesIn(
  tallies: readonly Tally[],
  of: 'name' | 'beside',
  where: Partial<Tally> = {},
): readonly string[] {
  const found = tallies.filter((tally) => where.name === undefined || tally.name === where.name)
  return [...new Set(found.map((tally) => tally[of]))].filter((name) => name !== '').toSorted()
}
