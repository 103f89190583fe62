import type { Member } from './cast.ts'
import type { BuildOptions } from './wants.ts'

/** Members that may be cast, whoever leads first. */
export function inOrder(members: readonly Member[], { notCast, lead }: BuildOptions): readonly Member[] {
  const [first] = lead === undefined ? [] : members.filter((member) => member.name === lead)
  const all = first === undefined ? members : [first, ...members.filter((member) => member !== first)]
  return all.filter((member) => notCast?.has(member.name) !== true)
}
