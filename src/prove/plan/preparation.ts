/** What may be done before a use so that its rules over facts hold: moves of the objects they speak of, and things made below those. */
import { type ComprehensionNode, childrenOf, type Node } from '../../cel/ast.ts'
import { type Expression, parseCel } from '../../cel/parse-cel.ts'
import { printCel } from '../../cel/print.ts'
import { literalsIn } from '../../cel/traverse.ts'
import { bare } from '../../charter/bare.ts'
import type { Charter, Constraint, ConstraintId, ObjectType, Slot, Use, UseId } from '../../charter/charter.ts'
import { callVariables } from '../../charter/linker.ts'
import { takesArgument } from './argument.ts'
import { companionsOf, usesOf } from './graph.ts'
import { namedObjects } from './implicit-ref.ts'
import { rewritten, writtenPath } from './instance.ts'
import type { Wish } from './scenario.ts'

/** Something to be done to an object right before a use, so that a rule of that use holds. */
export interface Preparation {
  readonly constraint: ConstraintId
  readonly slot: Slot
  /** A move of the object. */
  readonly use?: UseId
  /** What there must be below the object: so many of a type, in one of some states. */
  readonly below?: { readonly type: string; readonly states: readonly string[]; readonly count: number }
  /** What is asked of the arguments of the move, or of what is made. */
  readonly wishes: readonly Wish[]
}

/** An object that a rule speaks of, as it was when the use could not be made. */
export interface Situation {
  readonly slot: Slot
  readonly type: ObjectType
  readonly state: string | undefined
  /** Moves that were made of it already, and with which wishes. */
  readonly done: readonly { readonly use: UseId; readonly wishes: readonly Wish[] }[]
  /** States it was in before, each with the move it left them by. */
  readonly passed: readonly { readonly states: readonly string[]; readonly next: Use }[]
}

const mostMoves = 4
const mostBelow = 2
const mostOfOne = 4

/** What decides over a demand: a rule, or how much a limit leaves room for. */
export function measureOf(constraint: Extract<Constraint, { kind: 'when' | 'limit' }>): Expression {
  return constraint.kind === 'when' ? constraint.rule : constraint.atMost
}

/** The ways to make a rule of a use true, or to make room below a limit, the likeliest first; each is what must be done together. */
export function preparationsOf(
  charter: Charter,
  use: Use,
  constraint: Extract<Constraint, { kind: 'when' | 'limit' }>,
  situation: Situation,
): Preparation[] {
  const measure = measureOf(constraint)
  const asked = askedBy(measure.ast, situation.slot)
  const { id } = constraint
  const named = measure.reads.flatMap(([root, member]) => (root === situation.slot && member ? [bare(member)] : []))
  const moves = movesFor(charter, use, { ...asked, named }, situation).map((each) => ({ ...each, constraint: id }))
  const things = belowFor(charter, asked, situation).map((each) => ({ ...each, constraint: id }))
  return [...things, ...moves]
}

/** What an object must point to in some state (`$object#/declarationId`), where that is made below it. */
export function pointedAtFor(
  charter: Charter,
  use: Use,
  { id, slot, states }: Extract<Constraint, { kind: 'from' }>,
): Preparation[] {
  const ref = use.refs.find((each) => each.slot === slot)
  const type = charter.objects.get(use.object?.type ?? '')
  const makers = charter.objects.get(ref?.object ?? '')?.transitions.filter((each) => each.creates) ?? []
  if (ref?.key.from !== 'object' || type === undefined || !makers.some((each) => isBelow(charter, each, type)))
    return []
  return [{ constraint: id, slot: 'object', below: { type: ref.object, states, count: 1 }, wishes: [] }]
}

/** Whether a preparation was chosen for what the rule says, and not only because it is possible. */
export function isMeant({ below, wishes }: Preparation): boolean {
  return below !== undefined || wishes.length > 0
}

/** Whether two preparations are the same thing to do. */
export function samePreparation(left: Preparation, right: Preparation): boolean {
  const key = ({ constraint: _, wishes, ...rest }: Preparation): string =>
    JSON.stringify({ ...rest, wishes: wishes.map(({ rule }) => rule.source) })
  return key(left) === key(right)
}

/** The moves that grant an approval a use lacks. */
export function grantsFor(
  charter: Charter,
  use: Use,
  { id, approval }: Extract<Constraint, { kind: 'approval' }>,
): Preparation[] {
  const grant = charter.approvals.get(approval)?.grant
  const uses = grant === undefined ? [] : usesOf(charter, grant, use.object?.type)
  return uses
    .filter((each) => each.object?.type === use.object?.type)
    .map((each) => ({ constraint: id, slot: 'object', use: each.id, wishes: [] }))
}

/** What a rule asks of an object and of the elements of its lists. */
interface Asked {
  /** Comparisons that shall come true: by the member they are about, with the other side of it. */
  readonly members: readonly {
    readonly name: string
    readonly node: Node
    readonly path: string
    /** What any element, or every one, or the object itself must be like. */
    readonly of: 'some' | 'all' | 'object'
  }[]
  /** Members that the rule reads of elements. */
  readonly read: ReadonlySet<string>
  readonly lists: ReadonlySet<string>
  /** How many elements there must be; 0 where it is about those that are there. */
  readonly count: number
}

function askedBy(root: Node, slot: Slot): Asked {
  const members: Asked['members'][number][] = []
  const read = new Set<string>()
  const lists = new Set<string>()
  let count = 0
  const listOf = (node: Node): string | undefined => {
    const path = writtenPath(node)
    return path !== undefined && path[0] === slot && path.length > 1 ? path.at(-1) : undefined
  }
  const compare = (node: Node, root: string, of: Asked['members'][number]['of']): void => {
    if (node.kind !== 'binary') return
    for (const side of [node.left, node.right]) {
      const path = writtenPath(side)
      const other = side === node.left ? node.right : node.left
      const [start, name] = path ?? []
      if (start === root && name !== undefined && path?.length === 2 && other.kind === 'literal')
        members.push({ name, node, path: path.join('\n'), of })
    }
  }
  const readsIn = (node: Node, variable: string): void => {
    const path = writtenPath(node)
    if (path !== undefined && path[0] === variable && path[1] !== undefined) read.add(path[1])
    for (const child of childrenOf(node)) readsIn(child, variable)
  }
  const walk = (node: ComprehensionNode): void => {
    const list = listOf(node.range)
    if (list === undefined) return
    lists.add(list)
    const { predicate, variable } = node
    if (node.macro !== 'all') count = Math.max(count, 1)
    if (predicate === undefined) return
    readsIn(predicate, variable)
    for (const part of partsOf(predicate)) compare(part, variable, node.macro === 'all' ? 'all' : 'some')
  }
  const visit = (node: Node): void => {
    if (node.kind === 'comprehension') walk(node)
    else compare(node, slot, 'object')
    if (node.kind === 'binary')
      count = Math.max(
        count,
        sizeAsked(node, (list) => lists.add(list), listOf),
      )
    for (const child of childrenOf(node)) visit(child)
  }
  for (const part of partsOf(root)) visit(part)
  return { members, read, lists, count: Math.min(count, mostOfOne) }
}

/** The conditions that must all, or of which any may, hold; what is denied is left out. */
function partsOf(node: Node): Node[] {
  return node.kind === 'and' || node.kind === 'or' ? [...partsOf(node.left), ...partsOf(node.right)] : [node]
}

/** How long `size(list)` must be by a comparison; 0 when that is not what it says. */
function sizeAsked(
  { left, right, op }: Extract<Node, { kind: 'binary' }>,
  note: (list: string) => void,
  listOf: (node: Node) => string | undefined,
): number {
  const of = (side: Node): string | undefined =>
    side.kind === 'call' && side.name === 'size' ? listOf(side.target ?? side.args[0] ?? side) : undefined
  const [list, limit] = of(left) === undefined ? [of(right), left] : [of(left), right]
  if (list === undefined) return 0
  note(list)
  const number = limit.kind === 'literal' ? Number(limit.value) : 1
  return Number.isFinite(number) ? number + (op === '>' || op === '<' ? 1 : 0) : 0
}

/**
 * Moves of the object that leave it where the use may be made; those that take what the rule asks for come first, then those that lead to
 * what it is called after, as `paid` for `paidCents`.
 */
function movesFor(
  charter: Charter,
  use: Use,
  asked: Asked & { readonly named: readonly string[] },
  situation: Situation,
): Omit<Preparation, 'constraint'>[] {
  const { slot, done } = situation
  const fresh = { ...situation, done: [] }
  const moves = [...possibleMoves(charter, use, fresh), ...earlierMoves(charter, use, fresh)]
  const found = moves.flatMap((move) => {
    const wishes = wishesFor(charter, move, asked, 'request')
    const isDone = done.some((each) => each.use === move.id && wishes.every((wish) => has(each.wishes, wish)))
    const isNamed = move.to.some((state) => asked.named.some((name) => name.startsWith(bare(state))))
    const worth = 2 * wishes.length + Number(isNamed)
    return isDone || isAgainst(move, wishes) ? [] : [{ slot, use: move.id, wishes, worth }]
  })
  return found
    .toSorted((left, right) => right.worth - left.worth)
    .slice(0, mostMoves)
    .map(({ worth: _, ...each }) => each)
}

/** Moves that can be made no longer, and could be before: what led on from there leads on from where they lead as well. */
function earlierMoves(charter: Charter, use: Use, situation: Situation): Use[] {
  const { type, state, passed } = situation
  const late = type.transitions.filter((move) => move.from.length > 0 && !mayStart(move, state))
  return late.filter((move) =>
    passed.some(
      ({ states, next }) =>
        isMove(charter, use, move) &&
        next.id !== move.id &&
        states.some((each) => move.from.includes(each)) &&
        move.to.every((each) => mayStart(next, each)),
    ),
  )
}

/** Whether a move may be made of what is there, for the sake of another use. */
function isMove(charter: Charter, use: Use, move: Use): boolean {
  const writes = charter.operations.get(move.operation)?.writes === true
  return !move.creates && move.kind !== 'along' && move.id !== use.id && writes
}

/** Moves of the object in a slot that were not made yet and leave it where the use may be made. */
export function possibleMoves(charter: Charter, use: Use, { slot, type, state, done }: Situation): Use[] {
  const stays = (move: Use) =>
    slot !== 'object' || use.from.length === 0 || move.to.every((each) => use.from.includes(each))
  return type.transitions.filter(
    (move) =>
      isMove(charter, use, move) && mayStart(move, state) && stays(move) && !done.some((each) => each.use === move.id),
  )
}

/** Types that are made below the object, where the rule speaks of a list of it; those named like the list first. */
function belowFor(charter: Charter, asked: Asked, { slot, type, state }: Situation): Omit<Preparation, 'constraint'>[] {
  if (asked.lists.size === 0) return []
  const found = [...charter.objects.values()].flatMap((child) => {
    if (child === type) return []
    const makers = child.transitions.filter((each) => each.creates && isBelow(charter, each, type))
    const isNamed = [...asked.lists].some((list) => isLike(list, child.name))
    const states = statesAsked(child, asked)
    const [first] = makers
    const wishes = first === undefined ? [] : wishesFor(charter, first, asked, 'object')
    const worth = (isNamed ? 2 : 0) + (wishes.length > 0 ? 2 : 0)
    // What can no longer be made may still be moved on.
    const isLate = states.length === 0 && !makers.some((each) => maySideMove(charter, each, type, state))
    if (makers.length === 0 || worth === 0 || isLate) return []
    const below = { type: child.name, states, count: asked.count }
    const anyOf = wishes.length > 0 && states.length > 0 ? [{ slot, below, wishes: [], worth: worth - 1 }] : []
    return [{ slot, below, wishes, worth }, ...anyOf]
  })
  return found
    .toSorted((left, right) => right.worth - left.worth)
    .slice(0, mostBelow)
    .map(({ worth: _, ...each }) => each)
}

/** Whether what a use makes is made below objects of a type. */
export function isBelow(charter: Charter, maker: Use, type: ObjectType): boolean {
  return namedObjects(charter, maker).some((ref) => ref.object === type.name && ref.key.from === 'request')
}

/** Whether the same call may be made as what it does to the object beside making another one. */
export function maySideMove(charter: Charter, maker: Use, type: ObjectType, state: string | undefined): boolean {
  const own = companionsOf(charter, maker).filter((each) => each.object?.type === type.name)
  return own.length === 0 || own.some((each) => mayStart(each, state))
}

function mayStart({ from }: Use, state: string | undefined): boolean {
  return from.length === 0 || state === undefined || from.includes(state)
}

/** The states in which elements are as the rule asks: those it names, and those that the members it reads decide. */
function statesAsked({ state, states }: ObjectType, { members, read }: Asked): readonly string[] {
  if (state?.kind === 'at') {
    const values = members.flatMap(({ name, node }) =>
      state.pointer.join('/') === name && node.kind === 'binary' ? literalsOf(node) : [],
    )
    return states.filter((each) => values.includes(each))
  }
  const decided = state?.cases.filter(({ rule }) => rule.reads.some(([, member]) => read.has(member ?? ''))) ?? []
  return decided.slice(0, 1).map((each) => each.state)
}

function literalsOf({ left, right }: Extract<Node, { kind: 'binary' }>): unknown[] {
  return [left, right].flatMap((side) => (side.kind === 'literal' ? [side.value] : []))
}

/** What a rule asks of members, in the words of a use that takes arguments of those names. */
function wishesFor(charter: Charter, use: Use, asked: Asked, root: 'request' | 'object'): Wish[] {
  return asked.members.flatMap(({ name, node, path, of }): Wish[] => {
    // One more that is as all should be does not make the others so.
    if (of === 'all' || !takesArgument(charter, use, name)) return []
    const { start, end } = node
    const target: Node = { kind: 'ident', name: root, start, end }
    const source = rewritten(node, (each) =>
      writtenPath(each)?.join('\n') === path
        ? { kind: 'select', target, field: name, optional: false, start, end }
        : undefined,
    )
    const parsed = parseCel(printCel(source), [...callVariables, 'object'])
    return parsed.ok ? [{ rule: parsed.expression, want: true, slot: 'object', soft: true }] : []
  })
}

/** Whether the rules of a move forbid the arguments that are wished for. */
function isAgainst(move: Use, wishes: readonly Wish[]): boolean {
  return wishes.some(({ rule }) => {
    const [read] = rule.reads
    const value = literalsIn(rule.ast)[0]
    if (read?.[1] === undefined || value === undefined) return false
    const scope = { request: { [read[1]]: value } }
    return move.constraints.some((each) => each.kind === 'when' && each.rule.evaluate(scope) === false)
  })
}

/** Whether wishes hold one that says the same. */
export function has(wishes: readonly Wish[], wish: Wish): boolean {
  return wishes.some(({ rule }) => rule.source === wish.rule.source)
}

/** Whether a list is called after what is in it. */
function isLike(list: string, type: string): boolean {
  const [one, other] = [bare(list), bare(type)]
  const stem = one.replace(/(ies|es|s)$/, '')
  return stem.length > 2 && (other.startsWith(stem) || other.endsWith(stem))
}
