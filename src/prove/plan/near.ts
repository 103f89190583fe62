/** Who is of one tenant with others, as far as is known. */
import { type Member, sameTenant } from './cast.ts'

/** Members in such an order that those come last who are of no tenant of any of some others. */
export function nearFirst(members: readonly Member[], others: readonly Member[]): Member[] {
  const homes = others.filter(({ principal }) => principal.tenant !== undefined)
  const isFar = (member: Member) => homes.length > 0 && homes.every((each) => !sameTenant(each, member))
  return members.toSorted((left, right) => Number(isFar(left)) - Number(isFar(right)))
}
