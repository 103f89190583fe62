/** Facts under which a rule is false, brought about by the arguments of earlier steps. */
import { childrenOf, type Node } from '../../../cel/ast.ts'
import { parseCel } from '../../../cel/parse-cel.ts'
import { printCel } from '../../../cel/print.ts'
import { comparisons } from '../../../cel/traverse.ts'
import type { Use } from '../../../charter/charter.ts'
import { callVariables } from '../../../charter/linker.ts'
import { takesArgument } from '../argument.ts'
import { Builder } from '../build.ts'
import { useById } from '../graph.ts'
import { rewritten, writtenPath } from '../instance.ts'
import type { Scenario, Step, Var, Wish } from '../scenario.ts'
import { Unbuildable } from '../wants.ts'
import type { ConstraintOf, Draft } from './draft.ts'
import { sharedSlot, withLittleOf } from './little.ts'

type When = ConstraintOf<'when'>

/** A side of a comparison, or a yes or no, that reads an object of the scenario, and the argument of that name which may have put it there. */
interface Fact {
  readonly comparison: Node
  /** What the comparison must give for the rule to be false. */
  readonly want: boolean
  readonly path: readonly string[]
  readonly name: string
  readonly object: Var
}

/** The scenario with steps that are made anyway turned so that the rule comes out false, where arguments of theirs can do that. */
export function turned(draft: Draft, constraint: When, scenario: Scenario): Scenario {
  const facts = factsOf(draft, constraint, scenario)
  const act = scenario.steps.at(-1)
  const steps = scenario.steps.map((step) => {
    if (step === act) return step
    const isKnown = (wish: Wish) =>
      step.wishes.some(({ rule, want }) => rule.source === wish.rule.source && want === wish.want)
    const wishes = facts.flatMap((fact) => wishFor(draft, fact, scenario, step)).filter((wish) => !isKnown(wish))
    return wishes.length === 0 ? step : { ...step, wishes: [...step.wishes, ...wishes] }
  })
  if (steps.every((step, index) => step === scenario.steps[index])) return scenario
  const slot = sharedSlot(constraint)
  const scene = { ...scenario, steps }
  return slot === undefined ? scene : withLittleOf(draft, { slot, shared: constraint }, scene)
}

/**
 * Uses that can change a fact of an object made for the case, and leave it where it is: an edit after it was found to be in order.
 * What was found is left alone, since others need it.
 */
export function changersOf(draft: Draft, constraint: When, scenario: Scenario): Use[] {
  const { charter } = draft.stage
  const made = factsOf(draft, constraint, scenario).filter(({ object }) => scenario.vars[object]?.supply === 'made')
  const uses = [...charter.operations.values()].flatMap((each) => (each.writes ? each.uses : []))
  return uses.filter(
    (use) =>
      !use.creates &&
      use.operation !== draft.use.operation &&
      !scenario.steps.some((step) => step.use === use.id) &&
      staysFit(draft, use) &&
      made.some(
        ({ object, name }) =>
          use.object?.type === scenario.vars[object]?.type && takesArgument(draft.stage.charter, use, name),
      ),
  )
}

/** The scenario with a change of a fact right before the act. Throws `Unbuildable`. */
export function changedBefore(draft: Draft, constraint: When, use: Use): Scenario {
  const builder = new Builder(draft.stage, draft.options)
  builder.addAct(draft.use, draft.base)
  const plain = builder.scenario()
  const facts = factsOf(draft, constraint, plain)
  const object = facts.find((fact) => plain.vars[fact.object]?.type === use.object?.type)?.object
  const act = builder.steps.pop()
  if (object === undefined || act === undefined) throw new Unbuildable(`no step makes the ${use.object?.type}`)
  builder.step(use, {
    member: builder.casting.pick(use, object),
    object,
    wants: {},
    purpose: 'setup',
    depth: 0,
  })
  builder.steps.push(act)
  return turned(draft, constraint, builder.scenario())
}

function staysFit({ use: wanted }: Draft, use: Use): boolean {
  if (use.object?.type !== wanted.object?.type) return use.to.length === 0
  const usable =
    use.from.length === 0 || wanted.from.length === 0 || use.from.some((each) => wanted.from.includes(each))
  return usable && use.to.every((each) => wanted.from.includes(each))
}

function factsOf(draft: Draft, constraint: When, scenario: Scenario): Fact[] {
  const wanted = wantedFalse(constraint.rule.ast, false)
  const compared = comparisons(constraint.rule).flatMap((comparison) => {
    const want = wanted.get(comparison)
    return want === undefined ? [] : [{ comparison, want, sides: [comparison.left, comparison.right] }]
  })
  const plain = [...wanted].flatMap(([node, want]) => {
    const said =
      writtenPath(node) === undefined ? undefined : parseCel(`${printCel(node)} == ${want}`, [...wordsOf(draft)])
    return said?.ok === true ? [{ comparison: said.expression.ast, want: true, sides: [node] }] : []
  })
  return [...compared, ...plain].flatMap(({ comparison, want, sides }) =>
    sides.flatMap(pathsIn).flatMap((path): Fact[] => {
      const name = path.findLast((token) => !/^\d+$/.test(token))
      const object = varOf(draft, scenario, path[0] ?? '')
      return name === undefined || object === undefined ? [] : [{ comparison, want, path, name, object }]
    }),
  )
}

function wordsOf({ use }: Draft): readonly string[] {
  return [...callVariables, ...use.refs.map(({ slot }) => slot)]
}

/** Members that a node reads, each as it is written out. */
function pathsIn(node: Node): (readonly string[])[] {
  const path = writtenPath(node)
  if (path !== undefined) return path.length < 2 ? [] : [path]
  return childrenOf(node).flatMap(pathsIn)
}

/** Parts of a condition, and what each must give for the whole to give something. */
function wantedFalse(node: Node, want: boolean): Map<Node, boolean> {
  if (node.kind === 'not') return wantedFalse(node.operand, !want)
  if (node.kind !== 'and' && node.kind !== 'or') return new Map([[node, want]])
  return new Map([...wantedFalse(node.left, want), ...wantedFalse(node.right, want)])
}

/** The object of the scenario a name stands for in the act. */
function varOf({ use }: Draft, { steps, vars }: Scenario, root: string): Var | undefined {
  const act = steps.at(-1)
  if (root === 'object') return act?.object
  const type = use.refs.find((ref) => ref.slot === root)?.object
  if (type === undefined) return undefined
  return act?.refs[root] ?? Object.keys(vars).find((name) => vars[name]?.type === type)
}

/** That an earlier step on the object is given such an argument, in the words of that step. */
function wishFor(draft: Draft, fact: Fact, scenario: Scenario, step: Step): Wish[] {
  const use = useById(draft.stage.charter, step.use)
  if (
    use === undefined ||
    (step.object ?? step.makes) !== fact.object ||
    !takesArgument(draft.stage.charter, use, fact.name)
  )
    return []
  const path = fact.path.join('\n')
  const { start, end } = fact.comparison
  const request: Node = { kind: 'ident', name: 'request', start, end }
  let lost = false
  const source = rewritten(fact.comparison, (node) => {
    if (writtenPath(node)?.join('\n') === path)
      return { kind: 'select', target: request, field: fact.name, optional: false, start, end }
    if (node.kind !== 'ident') return undefined
    const object = varOf(draft, scenario, node.name)
    const slot = object === undefined ? node.name : slotOf(step, object)
    lost ||= slot === undefined
    return slot === undefined ? undefined : { ...node, name: slot }
  })
  const parsed = parseCel(printCel(source), [...callVariables, ...Object.keys(step.refs)])
  return lost || !parsed.ok ? [] : [{ rule: parsed.expression, want: fact.want, slot: 'object', soft: true }]
}

function slotOf(step: Step, object: Var): string | undefined {
  if ((step.object ?? step.makes) === object) return 'object'
  return Object.keys(step.refs).find((slot) => step.refs[slot] === object)
}
