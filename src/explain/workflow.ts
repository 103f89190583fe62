/** A workflow as a graph: the operations it may use, and the orders the charter has for them. Pure. */
import type { ValueRule } from '../charter/agent.ts'
import type { Charter, Constraint, Operation, OperationId, OrderTemplate, Use, UseId } from '../charter/charter.ts'
import { groupBy } from '../charter/group-by.ts'
import type { Workflow } from '../charter/workflow.ts'
import { joinWords, whoWords } from '../constraint/words.ts'
import type { Sentence } from './explanation.ts'
import { type Mark, marksOf } from './mark.ts'
import { describeWorkflow } from './workflow-words.ts'

/** One operation of a workflow. */
export interface WorkflowStep {
  readonly operation: OperationId
  /** What it does to objects, a line for each way to use it. */
  readonly does: readonly string[]
  readonly who: string
  readonly marks: readonly Mark[]
  readonly uses: readonly UseId[]
}

/**
 * Why one operation comes before another: a rule says so (`before`, `after`, `never`, `apart`), it brings an object into a state the other
 * needs (`state`), or its answer is where the other takes an argument from (`value`).
 */
export type OrderKind = 'before' | 'after' | 'never' | 'apart' | 'state' | 'value'

export interface StepOrder {
  readonly from: OperationId
  readonly to: OperationId
  readonly kind: OrderKind
  /** A few words. They stand on the line, except for arguments. */
  readonly text: string
  /** The constraints it comes from; none where lifecycles say it. */
  readonly constraints: readonly string[]
}

export interface DrawnWorkflow {
  readonly workflow: string
  readonly steps: readonly WorkflowStep[]
  readonly orders: readonly StepOrder[]
  /** What is demanded of its runs. */
  readonly says: readonly Sentence[]
}

/** Of several orders of two operations, the one their line shows: what is demanded before what merely leads on. */
export function leadingKind(orders: readonly StepOrder[]): OrderKind {
  const kinds: readonly OrderKind[] = ['never', 'before', 'after', 'apart', 'state', 'value']
  return kinds.find((kind) => orders.some((order) => order.kind === kind)) ?? 'value'
}

/** The workflows of a charter, in file order. */
export function workflowsOf(charter: Charter): DrawnWorkflow[] {
  return [...charter.workflows.values()].map((workflow) => {
    const known = [...workflow.operations].flatMap((id) => charter.operations.get(id) ?? [])
    const steps = known.map((operation) => stepOf(charter, workflow, operation))
    const orders = [...orderRules(charter, workflow, steps), ...stateOrders(known), ...valueOrders(workflow, known)]
    return { workflow: workflow.name, steps, orders, says: describeWorkflow(charter, workflow) }
  })
}

/** Whether a constraint is demanded of calls of this workflow. */
function isDemanded({ workflow }: Constraint, { name }: Workflow): boolean {
  return workflow === undefined || workflow === name
}

function stepOf(charter: Charter, workflow: Workflow, operation: Operation): WorkflowStep {
  const { id, uses } = operation
  const demanded = uses.flatMap(({ constraints }) => constraints.filter((each) => isDemanded(each, workflow)))
  const choices = uses.flatMap((use) => {
    const by = use.constraints.find((each) => each.kind === 'by' && each.slot === 'object')
    return by?.kind === 'by' ? [whoWords(by.choices).replaceAll('`', '')] : []
  })
  return {
    operation: id,
    does: [...new Set([...uses.map((use) => doesWords(charter, operation, use)), takesWords(demanded)])].filter(
      (words) => words !== '',
    ),
    who: [...new Set(choices)].join('; ') || 'nobody',
    marks: [...marksOf({ constraints: demanded }), ...demanded.flatMap(absenceMark)],
    uses: uses.map((use) => use.id),
  }
}

function absenceMark(constraint: Constraint): readonly Mark[] {
  if (constraint.kind !== 'order' || constraint.template !== 'absence') return []
  return [{ kind: 'limit', text: constraint.moreThan === 0 ? 'never' : `at most ${constraint.moreThan} times` }]
}

function doesWords(charter: Charter, { writes, lists }: Operation, use: Use): string {
  const type = use.object?.type
  if (type === undefined) return lists === undefined ? '' : `lists ${lists.object}`
  if (use.creates) return `makes ${type}${use.to.length === 0 ? '' : ` ${joinWords(use.to)}`}`
  if (use.to.length === 0) return `${writes ? 'changes' : 'looks at'} ${type}`
  const all = charter.objects.get(type)?.states ?? []
  const from = use.from.length === 0 || use.from.length === all.length ? '' : `${joinWords(use.from)} `
  return `${type} ${from}→ ${joinWords(use.to)}`
}

/** Arguments that have to come from somewhere: lines lead there. */
function takesWords(demanded: readonly Constraint[]): string {
  const taken = demanded.flatMap((each) =>
    each.kind === 'values' && each.rule.from.some((source) => 'operation' in source) ? [argumentOf(each.rule)] : [],
  )
  return taken.length === 0 ? '' : `takes ${joinWords([...new Set(taken)], 'and')}`
}

function argumentOf({ at }: ValueRule): string {
  return at.filter((part) => part !== '*').at(-1) ?? 'all it is given'
}

type OrderRule = Extract<Constraint, { kind: 'order' }>

const ruleWords: Readonly<Record<Exclude<OrderTemplate, 'absence'>, readonly [OrderKind, string]>> = {
  precedence: ['before', 'must come first'],
  'alternate-precedence': ['before', 'must come first each time'],
  'chain-precedence': ['before', 'must come directly before'],
  succession: ['before', 'must come first and be followed'],
  response: ['after', 'must be followed'],
  'not-succession': ['never', 'never after it'],
  'not-co-existence': ['never', 'never both'],
}

/** Rules speak of operations or of moves; of those, of each operation that makes the move. */
function orderRules(charter: Charter, workflow: Workflow, steps: readonly WorkflowStep[]): readonly StepOrder[] {
  const named = (name: string): readonly OperationId[] =>
    steps.filter(({ operation, uses }) => operation === name || uses.includes(name)).map(({ operation }) => operation)
  const between = (names: readonly [string, string], kind: OrderKind, text: string, id: string): StepOrder[] =>
    pairsOf(named(names[0]), named(names[1])).map(([from, to]) => ({ from, to, kind, text, constraints: [id] }))
  return charter.rules
    .filter((rule) => isDemanded(rule, workflow))
    .flatMap((rule) => {
      if (rule.kind === 'order') return ofTemplate(rule, between)
      if (rule.kind !== 'separation' || !('operations' in rule.of)) return []
      const [first = '', ...others] = rule.of.operations
      return others.flatMap((other) => between([first, other], 'apart', 'by somebody else', rule.id))
    })
}

function ofTemplate(
  { template, operations: [first, second], id }: OrderRule,
  between: (names: readonly [string, string], kind: OrderKind, text: string, id: string) => StepOrder[],
): readonly StepOrder[] {
  if (template === 'absence' || second === undefined) return []
  const [kind, text] = ruleWords[template]
  return between([first, second], kind, text, id)
}

/** One brings an object into a state in which the other may be used, out of one in which it may not. */
function stateOrders(operations: readonly Operation[]): readonly StepOrder[] {
  const moves = operations.flatMap(({ id, uses }) => uses.map((use) => ({ id, use })))
  const found = pairsOf(moves, moves).flatMap(([one, other]) => {
    const type = one.use.object?.type
    if (one.id === other.id || type === undefined || type !== other.use.object?.type || other.use.creates) return []
    if (!one.use.creates && one.use.from.every((state) => other.use.from.includes(state))) return []
    const states = one.use.to.filter((state) => other.use.from.includes(state))
    return states.map((state) => ({ from: one.id, to: other.id, type, state }))
  })
  const alike = groupBy(found, ({ from, to, type }) => JSON.stringify([from, to, type]))
  return [...alike.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { from, to, type } = first
    const text = `${type} ${joinWords([...new Set(group.map(({ state }) => state))])}`
    return [{ from, to, kind: 'state' as const, text, constraints: [] }]
  })
}

/** Arguments that may be taken from what another operation of the workflow answered. */
function valueOrders(workflow: Workflow, operations: readonly Operation[]): readonly StepOrder[] {
  const inside = new Set(operations.map(({ id }) => id))
  const found = operations.flatMap(({ id, uses }) =>
    uses.flatMap(({ constraints }) =>
      constraints.flatMap((each) => {
        if (each.kind !== 'values' || !isDemanded(each, workflow)) return []
        return each.rule.from.flatMap((source) =>
          'operation' in source && source.operation !== id && inside.has(source.operation)
            ? [{ from: source.operation, to: id, argument: argumentOf(each.rule), constraint: each.id }]
            : [],
        )
      }),
    ),
  )
  const alike = groupBy(found, ({ from, to }) => JSON.stringify([from, to]))
  return [...alike.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const constraints = [...new Set(group.map(({ constraint }) => constraint))]
    const text = [...new Set(group.map(({ argument }) => argument))].join(', ')
    return [{ from: first.from, to: first.to, kind: 'value' as const, text, constraints }]
  })
}

function pairsOf<A, B>(left: readonly A[], right: readonly B[]): readonly (readonly [A, B])[] {
  return left.flatMap((one) => right.map((other) => [one, other] as const))
}
