/** Rules that say nothing but in which state an object has to be: they can be planned for like `from`. */
import type { Node } from '../../cel/ast.ts'
import type { Expression } from '../../cel/parse-cel.ts'
import type { Charter, ObjectType, Principal, Slot, Use } from '../../charter/charter.ts'
import { readObject } from '../../charter/object-fact.ts'
import { type Pointer, setPointer } from '../../charter/pointer.ts'
import { slotType } from '../../constraint/slot.ts'
import { writtenPath } from './instance.ts'

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
 * @param owner - Whose the object of the use is: nor need it ask the owner.
 */
export function stateRuleOf(
  charter: Charter,
  use: Use,
  rule: Expression,
  caller?: Principal,
  owner?: Principal,
): StateRule | undefined {
  const isCaller = ([root]: readonly string[]) => caller !== undefined && (root === 'principal' || root === 'claims')
  const read = rule.reads.filter((path) => !isCaller(path))
  const [root = ''] = read[0] ?? []
  const slot = root === 'state' ? 'object' : root
  const type = slotType(charter, use, slot)
  if (type?.state === undefined) return undefined
  const theirs = slot === 'object' && owner?.id !== undefined && Array.isArray(type.owner) ? type.owner : undefined
  const isOwner = (path: readonly string[]) => theirs !== undefined && path.slice(1).join('/') === theirs.join('/')
  if (read.every(isOwner) || read.some((path) => !isState(type, root, path) && !isOwner(path))) return undefined
  const known = caller === undefined ? {} : { principal: caller, claims: caller.claims ?? {} }
  const shownIn = (state: string): unknown => {
    const value = shown(type, state)
    return theirs === undefined || value === undefined ? value : setPointer(value, theirs, owner?.id)
  }
  const states = type.states.filter(
    (state) => rule.evaluate({ ...known, [root]: root === 'state' ? state : shownIn(state) }) === true,
  )
  return states.length === 0 || states.length === type.states.length ? undefined : { slot, type, states }
}

function isState({ state }: ObjectType, root: string, path: readonly string[]): boolean {
  if (path[0] !== root) return false
  const member = path.slice(1).join('/')
  if (root === 'state' || state === undefined) return root === 'state'
  return state.kind === 'at'
    ? member === state.pointer.join('/')
    : state.cases.some(({ rule }) => saidBy(rule).some(({ at }) => at.join('/') === member))
}

/** An object that shows nothing but a state: where a rule decides that, what this says by itself that there must be. */
function shown(type: ObjectType, state: string): unknown {
  if (type.state?.kind !== 'at') {
    const rule = type.state?.cases.find((each) => each.state === state)?.rule
    const said = rule === undefined ? [] : saidBy(rule)
    const value = said.reduce<unknown>((inner, { at, is }) => setPointer(inner, at, is), {})
    const isAll = rule?.reads.every((path) => said.some(({ at }) => at.join('/') === path.slice(1).join('/')))
    const isSo = said.length > 0 && (isAll === false || readObject(type, value, { now: 0 }).state === state)
    return isSo ? value : undefined
  }
  const { pointer, values } = type.state
  const raw = [...(values ?? [])].find(([, each]) => each === state)?.[0] ?? state
  const value = setPointer({}, pointer, raw)
  return readObject(type, value, { now: 0 }).state === state ? value : undefined
}

/** What a rule says that members of an object are, in each of the parts that must all hold. */
function saidBy({ ast }: Expression): { readonly at: Pointer; readonly is: unknown }[] {
  const partsOf = (node: Node): Node[] =>
    node.kind === 'and' ? [...partsOf(node.left), ...partsOf(node.right)] : [node]
  return partsOf(ast).flatMap((node) => {
    if (node.kind !== 'binary' || node.op !== '==') return []
    const [path, is] = node.left.kind === 'literal' ? [node.right, node.left] : [node.left, node.right]
    const [root, ...at] = writtenPath(path) ?? []
    return root === 'object' && at.length > 0 && is.kind === 'literal' ? [{ at, is: is.value }] : []
  })
}

/** The states a use may start from, by `from` and by rules that speak of nothing but the state, and of who makes it. */
export function startsOf(
  charter: Charter,
  use: Use,
  without: string | undefined,
  caller?: Principal,
  owner?: Principal,
): readonly string[] {
  return use.constraints.reduce((starts, each) => {
    const rule =
      each.kind === 'when' && each.id !== without ? stateRuleOf(charter, use, each.rule, caller, owner) : undefined
    if (rule?.slot !== 'object') return starts
    const both = starts.length === 0 ? rule.states : starts.filter((state) => rule.states.includes(state))
    return both.length === 0 ? starts : both
  }, use.from)
}
