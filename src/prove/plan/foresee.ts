/** Wishes on new objects that only a later move can fulfil: that move is given them, and what bounds it there is wished of earlier steps. */
import type { Node } from '../../cel/ast.ts'
import { parseCel } from '../../cel/parse-cel.ts'
import { printCel } from '../../cel/print.ts'
import { comparisons } from '../../cel/traverse.ts'
import type { Charter, Slot, Use, UseId } from '../../charter/charter.ts'
import { callVariables } from '../../charter/linker.ts'
import { showsMember, takesArgument } from './argument.ts'
import { unfitMoves } from './at-odds.ts'
import type { Stage } from './cast.ts'
import { type Demanded, demandedOf } from './demanded.ts'
import { useById } from './graph.ts'
import { rewritten, writtenPath } from './instance.ts'
import type { Scenario, Step, Var, VarSpec, Wish } from './scenario.ts'

/** How many bounds are followed: an amount within another one, and that within what the object is for. */
const deepestBound = 3

/** A scenario with its wishes in place, and the moves in it that those rule out. */
export interface Foreseen {
  readonly scenario: Scenario
  readonly unfit: ReadonlySet<UseId>
}

/**
 * A scenario in which each wish, and what rules of later steps ask of its objects, stands where it can be fulfilled: on the moves of
 * the object that take such an argument, or on what it is made from and has the member from.
 *
 * @param without - A constraint that need not hold.
 */
export function foresee(stage: Pick<Stage, 'charter' | 'members'>, scenario: Scenario, without?: string): Foreseen {
  const { charter } = stage
  const wished: Demanded[] = []
  const vars = new Map<Var, VarSpec>(
    Object.entries(scenario.vars).map(([name, spec]) => [
      name,
      spec.supply === 'made' ? { ...spec, wishes: [] } : spec,
    ]),
  )
  const steps = [...scenario.steps]
  /** Gives whether arguments settle what is wished; what moves bring about by themselves is no reason to go around any. */
  const place = (name: Var, wish: Wish, depth: number): boolean => {
    const spec = vars.get(name)
    if (spec === undefined) return false
    const members = spec.supply === 'found' ? [] : membersRead(wish)
    const taking = members.flatMap((member) => stepsTaking(charter, scenario.steps, name, member))
    const from = taking.length > 0 || depth >= deepestBound ? [] : sourcesOf(charter, scenario, name, members)
    const copied = from.map(({ slot, member, source }) => {
      const earlier = reread(wish, [slot, member], member)
      return earlier !== undefined && place(source, { ...earlier, slot }, depth + 1)
    })
    const isSettled = taking.length > 0 || copied.includes(true)
    if (isSettled) wished.push({ name, wish })
    const isHere = from.length === 0 && (taking.length === 0 || taking.some(({ step }) => step.makes === name))
    const isKept = isSettled || spec.supply === 'found' || scenario.vars[name]?.wishes.includes(wish) === true
    if (isHere && isKept) vars.set(name, { ...spec, wishes: [...spec.wishes, wish] })
    for (const { step, use, index, member, argument } of taking) {
      const asked = reread(wish, ['request', argument], member)
      if (asked === undefined) continue
      const { wishes } = steps[index] ?? step
      if (step.makes !== name) steps[index] = { ...step, wishes: [...wishes, { ...asked, slot: 'object' }] }
      if (!wish.want || members.length > 1 || depth >= deepestBound) continue
      for (const [slot, of] of boundsOf(use, argument)) {
        const bounded = slot === 'object' ? step.object : step.refs[slot]
        const earlier = of === member && slot === 'object' ? undefined : reread(wish, [slot, of], member)
        if (bounded !== undefined && earlier !== undefined) place(bounded, { ...earlier, slot }, depth + 1)
      }
    }
    return isSettled
  }
  for (const [name, { supply, wishes }] of Object.entries(scenario.vars))
    if (supply === 'made') for (const wish of wishes) place(name, wish, 0)
  for (const { name, wish } of demandedOf(stage, scenario, without)) place(name, wish, 0)
  const placed = { ...scenario, vars: Object.fromEntries(vars), steps }
  return { scenario: placed, unfit: unfitMoves(charter, scenario, wished) }
}

/** The members of its object that a wish is about; none where it is about anything else as well. */
function membersRead({ rule, slot }: Wish): string[] {
  const read = rule.reads.filter(([root]) => root !== 'now')
  return read.every((path) => path[0] === slot) ? [...new Set(read.flatMap(([, member]) => member ?? []))] : []
}

/** What a new object may have its members from: the objects named where it is made that show a member of that name. */
function sourcesOf(
  charter: Charter,
  { steps, vars }: Scenario,
  name: Var,
  members: readonly string[],
): { slot: Slot; member: string; source: Var }[] {
  const maker = steps.find((step) => step.makes === name)
  const [member] = members
  if (maker === undefined || member === undefined || members.length > 1) return []
  const named = [
    ...(maker.object === undefined ? [] : [['object', maker.object] as const]),
    ...Object.entries(maker.refs),
  ]
  const shown = named.find(([, source]) => showsMember(charter, charter.objects.get(vars[source]?.type ?? ''), member))
  return shown === undefined ? [] : [{ slot: shown[0], member, source: shown[1] }]
}

interface Taking {
  readonly step: Step
  readonly use: Use
  readonly index: number
  readonly member: string
  /** What the request calls it. */
  readonly argument: string
}

/**
 * The steps on an object, before the act, that take an argument of a name. Where what makes the object takes it, a later call may mean
 * something else by that name, as the amount of one receipt, unless it edits.
 */
function stepsTaking(charter: Charter, steps: readonly Step[], name: Var, member: string): Taking[] {
  const taking = steps.slice(0, -1).flatMap((step, index) => {
    const use = useById(charter, step.use)
    const isOn = (step.object ?? step.makes) === name
    const argument = isOn && use !== undefined ? argumentFor(charter, use, member) : undefined
    return use === undefined || argument === undefined ? [] : [{ step, use, index, member, argument }]
  })
  const isMade = taking.some(({ step }) => step.makes === name)
  return taking.filter(({ step, use }) => !isMade || step.makes === name || isEdit(charter, use))
}

/** What a use calls a member that it sets: the same, or that without the state it leads to, as `amount` for `approvedAmount`. */
function argumentFor(charter: Charter, use: Use, member: string): string | undefined {
  if (takesArgument(charter, use, member)) return member
  if (use.creates) return undefined
  const words = member.split(/[_-]|(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase())
  const rest = words.filter((word) => !use.to.some((state) => state.toLowerCase() === word))
  const argument = rest.length === 1 && words.length === 2 ? rest[0] : undefined
  return argument !== undefined && takesArgument(charter, use, argument) ? argument : undefined
}

function isEdit(charter: Charter, use: Use): boolean {
  const method = charter.operations.get(use.operation)?.shape.method
  return method === 'PATCH' || method === 'PUT'
}

/** The members of objects that the rules of a use compare an argument with. */
function boundsOf(use: Use, member: string): (readonly [Slot, string])[] {
  return use.constraints.flatMap((constraint) => {
    if (constraint.kind !== 'when') return []
    return comparisons(constraint.rule).flatMap(({ left, right, op }) => {
      const sides = [writtenPath(left), writtenPath(right)]
      const isArgument = (path: readonly string[] | undefined) => path?.join('.') === `request.${member}`
      const [slot, of, ...below] = sides.find((path) => !isArgument(path)) ?? []
      const isBound = sides.some(isArgument) && ['<=', '<', '>=', '>', '=='].includes(op)
      return isBound && slot !== undefined && of !== undefined && below.length === 0 && slot !== 'request'
        ? [[slot, of] as const]
        : []
    })
  })
}

/** The same wish with another member in the place of one of its own. */
function reread(
  { rule, want, slot }: Wish,
  path: readonly [root: string, member: string],
  own: string,
): Wish | undefined {
  const [root, field] = path
  const { start, end } = rule.ast
  const target: Node = { kind: 'ident', name: root, start, end }
  const other = rewritten(rule.ast, (node) => {
    if (writtenPath(node)?.join('\n') === `${slot}\n${own}`)
      return { kind: 'select', target, field, optional: false, start, end }
    return node.kind === 'ident' && node.name === slot ? { ...node, name: 'object' } : undefined
  })
  const parsed = parseCel(printCel(other), [...callVariables, root])
  return parsed.ok ? { rule: parsed.expression, want, slot, soft: true } : undefined
}
