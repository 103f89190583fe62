/** What people have by who they are, as it was before anything was done: it says who had best make a call that asks something of it. */
import type { Charter, ObjectFact, Slot, Use } from '../../charter/charter.ts'
import type { Member, Stage } from './cast.ts'
import { besidesOf } from './implicit-ref.ts'

/** What is known of people's own, by `ownAs`. */
export type Own = ReadonlyMap<string, ObjectFact>

/** Under what somebody's own object of a type is remembered. */
export function ownAs(type: string, member: string): string {
  return `${type}|${member}`
}

/** Members in an order in which those come first whose own is as a use asks for; those of whom nothing is known are as good. */
export function fittingFirst(stage: Stage, use: Use, members: readonly Member[]): Member[] {
  const { own } = stage
  if (own === undefined || own.size === 0) return [...members]
  const against = new Map(members.map((member) => [member, misfits(stage.charter, own, use, member)]))
  return members.toSorted((left, right) => (against.get(left) ?? 0) - (against.get(right) ?? 0))
}

/** How many demands on what is the caller's own are broken as it is, be they of the use or of what else the call moves. */
function misfits(charter: Charter, own: Own, use: Use, member: Member): number {
  return [use, ...besidesOf(charter, use)].reduce((sum, each) => sum + misfitsOf(own, each, member), 0)
}

function misfitsOf(own: Own, use: Use, member: Member): number {
  const facts = ownFacts(own, use, member)
  if (facts.size === 0) return 0
  const caller = { principal: member.principal, claims: member.principal.claims ?? {} }
  const known = { ...caller, ...Object.fromEntries([...facts].map(([slot, fact]) => [slot, fact.value])) }
  return use.constraints.filter((each) => {
    if (each.kind === 'from') {
      const state = facts.get(each.slot)?.state
      return state !== undefined && !each.states.includes(state)
    }
    if (each.kind !== 'when') return false
    const roots = each.rule.reads.map(([root = '']) => root)
    const isOwn = roots.some((root) => facts.has(root)) && roots.every((root) => root in known)
    return isOwn && each.rule.evaluate(known) === false
  }).length
}

/** What a use finds by who makes it. */
function ownFacts(own: Own, { object, refs, creates }: Use, { name }: Member): ReadonlyMap<Slot, ObjectFact> {
  const acted = object === undefined || creates ? [] : [{ slot: 'object', object: object.type, key: object.key }]
  return new Map(
    [...acted, ...refs].flatMap(({ slot, object: type, key }) => {
      const fact = key.from === 'principal' ? own.get(ownAs(type, name)) : undefined
      return fact === undefined ? [] : [[slot, fact] as const]
    }),
  )
}
