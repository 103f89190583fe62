/** Wishes on new objects that only a later move can fulfil: that move is given them, and what bounds it there is wished of earlier steps. */
import type { Node } from '../../cel/ast.ts'
import { parseCel } from '../../cel/parse-cel.ts'
import { printCel } from '../../cel/print.ts'
import { comparisons } from '../../cel/traverse.ts'
import type { Charter, Slot, Use } from '../../charter/charter.ts'
import { callVariables } from '../../charter/linker.ts'
import { takesArgument } from './argument.ts'
import { useById } from './graph.ts'
import { rewritten, writtenPath } from './instance.ts'
import type { Scenario, Step, Var, VarSpec, Wish } from './scenario.ts'

/** How many bounds are followed: an amount within another one, and that within what the object is for. */
const deepestBound = 3

/** A scenario in which each wish stands where it can be fulfilled: on the moves of its object that take such an argument. */
export function foreseen(charter: Charter, scenario: Scenario): Scenario {
  const vars = new Map<Var, VarSpec>(
    Object.entries(scenario.vars).map(([name, spec]) => [
      name,
      spec.supply === 'made' ? { ...spec, wishes: [] } : spec,
    ]),
  )
  const steps = [...scenario.steps]
  const place = (name: Var, wish: Wish, depth: number): void => {
    const spec = vars.get(name)
    if (spec === undefined) return
    const member = memberRead(wish)
    const taking =
      spec.supply === 'found' || member === undefined ? [] : stepsTaking(charter, scenario.steps, name, member)
    if (taking.length === 0 || taking.some(({ step }) => step.makes === name))
      vars.set(name, { ...spec, wishes: [...spec.wishes, wish] })
    for (const { step, use, index } of taking) {
      const asked = member === undefined ? undefined : reread(wish, ['request', member])
      if (asked === undefined || member === undefined) continue
      const { wishes } = steps[index] ?? step
      if (step.makes !== name) steps[index] = { ...step, wishes: [...wishes, { ...asked, slot: 'object' }] }
      if (!wish.want || depth >= deepestBound) continue
      for (const [slot, of] of boundsOf(use, member)) {
        const bounded = slot === 'object' ? step.object : step.refs[slot]
        const earlier = of === member && slot === 'object' ? undefined : reread(wish, [slot, of])
        if (bounded !== undefined && earlier !== undefined) place(bounded, { ...earlier, slot }, depth + 1)
      }
    }
  }
  for (const [name, { supply, wishes }] of Object.entries(scenario.vars))
    if (supply === 'made') for (const wish of wishes) place(name, wish, 0)
  return { ...scenario, vars: Object.fromEntries(vars), steps }
}

/** The one member of its object that a wish is about. */
function memberRead({ rule, slot }: Wish): string | undefined {
  const [read, ...others] = rule.reads
  return others.length === 0 && read?.length === 2 && read[0] === slot ? read[1] : undefined
}

interface Taking {
  readonly step: Step
  readonly use: Use
  readonly index: number
}

/** The steps on an object, before the act, that take an argument of a name. */
function stepsTaking(charter: Charter, steps: readonly Step[], name: Var, member: string): Taking[] {
  return steps.slice(0, -1).flatMap((step, index) => {
    const use = useById(charter, step.use)
    const isOn = (step.object ?? step.makes) === name
    return isOn && use !== undefined && takesArgument(charter, use, member) ? [{ step, use, index }] : []
  })
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

/** The same wish about something else. */
function reread({ rule, want, slot }: Wish, path: readonly [root: string, member: string]): Wish | undefined {
  const [root, field] = path
  const { start, end } = rule.ast
  const target: Node = { kind: 'ident', name: root, start, end }
  const read = rule.reads[0]?.join('.')
  const other = rewritten(rule.ast, (node) =>
    writtenPath(node)?.join('.') === read ? { kind: 'select', target, field, optional: false, start, end } : undefined,
  )
  const parsed = parseCel(printCel(other), [...callVariables, root])
  return parsed.ok ? { rule: parsed.expression, want, slot, soft: true } : undefined
}
