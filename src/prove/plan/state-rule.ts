/** Rules that say nothing but in which state an object has to be: they can be planned for like `from`. */
import type { Expression } from '../../cel/parse-cel.ts'
import type { Charter, ObjectType, Principal, Slot, Use } from '../../charter/charter.ts'
import { readObject } from '../../charter/object-fact.ts'
import { slotType } from '../../constraint/slot.ts'

/** An object that a rule speaks of, and the states in which the rule holds. */
export interface StateRule {
  readonly slot: Slot
  readonly type: ObjectType
  readonly states: readonly string[]
}

/**
 * The states a rule asks for; undefined when it reads anything else, or is the same in every state.
 *
 * @param caller - Who makes the use: a rule may ask some for a state and not others.
 */
export function stateRuleOf(charter: Charter, use: Use, rule: Expression, caller?: Principal): StateRule | undefined {
  const isCaller = ([root]: readonly string[]) => caller !== undefined && (root === 'principal' || root === 'claims')
  const read = rule.reads.filter((path) => !isCaller(path))
  const [root = ''] = read[0] ?? []
  const slot = root === 'state' ? 'object' : root
  const type = slotType(charter, use, slot)
  if (type?.state?.kind !== 'at' || read.some((path) => !isState(type, root, path))) return undefined
  const known = caller === undefined ? {} : { principal: caller, claims: caller.claims ?? {} }
  const states = type.states.filter(
    (state) => rule.evaluate({ ...known, [root]: root === 'state' ? state : shown(type, state) }) === true,
  )
  return states.length === 0 || states.length === type.states.length ? undefined : { slot, type, states }
}

function isState(type: ObjectType, root: string, path: readonly string[]): boolean {
  if (path[0] !== root) return false
  return root === 'state' || (type.state?.kind === 'at' && path.slice(1).join('/') === type.state.pointer.join('/'))
}

/** An object that shows nothing but a state. */
function shown(type: ObjectType, state: string): unknown {
  if (type.state?.kind !== 'at') return undefined
  const { pointer, values } = type.state
  const raw = [...(values ?? [])].find(([, each]) => each === state)?.[0] ?? state
  const value = pointer.reduceRight<unknown>((inner, token) => ({ [token]: inner }), raw)
  return readObject(type, value, { now: 0 }).state === state ? value : undefined
}

/** The states a use may start from, by `from` and by rules that speak of nothing but the state, and of who makes it. */
export function startsOf(
  charter: Charter,
  use: Use,
  without: string | undefined,
  caller?: Principal,
): readonly string[] {
  return use.constraints.reduce((starts, each) => {
    const rule = each.kind === 'when' && each.id !== without ? stateRuleOf(charter, use, each.rule, caller) : undefined
    if (rule?.slot !== 'object') return starts
    const both = starts.length === 0 ? rule.states : starts.filter((state) => rule.states.includes(state))
    return both.length === 0 ? starts : both
  }, use.from)
}
