/** Uses before, after or more often than the charter's order allows. */
import { isNamed } from '../../../charter/named.ts'
import { Builder } from '../build.ts'
import { slotVar } from '../demanded.ts'
import { useById, usesOf } from '../graph.ts'
import { putBefore } from '../prepare.ts'
import type { Scenario, Step, Var } from '../scenario.ts'
import { type BuildOptions, possible, Unbuildable } from '../wants.ts'
import { asTheNext, forgettings } from './again.ts'
import type { ConstraintOf, Draft } from './draft.ts'

/** The order broken in the way its template rules out; a response that is due later cannot be broken by a call. */
export function planOrder(draft: Draft, constraint: ConstraintOf<'order'>, control: Scenario): void {
  const [first, second] = constraint.operations
  switch (constraint.template) {
    case 'precedence':
    case 'alternate-precedence':
    case 'chain-precedence':
    case 'succession':
      draft.add(constraint.id, { kind: 'order', flaw: 'left-out' }, 'step-skipped', () => {
        const [abuse, ...instead] = leftOut(draft, constraint, control)
        return { abuse, instead }
      })
      break
    case 'not-succession':
    case 'not-co-existence':
      draft.add(constraint.id, { kind: 'order', flaw: 'afterwards' }, 'use-after-end', () => {
        const [abuse, ...instead] = afterwards(draft, isNamed(first, draft.use) ? (second ?? first) : first, constraint)
        return { abuse, instead }
      })
      break
    case 'absence':
      draft.add(constraint.id, { kind: 'order', flaw: 'too-often' }, 'step-repeated', () => ({ abuse: control }))
      if (constraint.moreThan !== 1) break
      for (const way of forgettings(draft, constraint.per, control))
        draft.add(constraint.id, { kind: 'again', ...way }, 'step-repeated', () => ({
          abuse: asTheNext(draft, control, way),
        }))
      break
    case 'response':
      break
  }
}

/** The act without the step that must come before it: with all that was prepared for that step, or with nothing of it. */
function leftOut(
  draft: Draft,
  { id, operations }: ConstraintOf<'order'>,
  control: Scenario,
): [Scenario, ...Scenario[]] {
  const without = draft.build({ without: id })
  const kept = control.steps.filter((step, index) => {
    const use = useById(draft.stage.charter, step.use)
    const makes = step.makes !== undefined && control.steps.slice(index + 1).some((each) => names(each, step.makes))
    return use === undefined || !isNamed(operations[0], use) || step === control.steps.at(-1) || makes
  })
  return kept.length > without.steps.length ? [{ ...control, steps: kept }, without] : [without]
}

function names({ object, refs }: Step, name: Var | undefined): boolean {
  return object === name || Object.values(refs).includes(name ?? '')
}

/**
 * The operation that forbids the act right before it, by whoever may do that, on what both share or on something made for it; else with
 * objects that are there, one kind after the other. Throws `Unbuildable`.
 */
function afterwards(draft: Draft, operation: string, constraint: ConstraintOf<'order'>): [Scenario, ...Scenario[]] {
  const { charter } = draft.stage
  const plain = put(draft, operation, constraint, {})
  const types = new Set(Object.values(plain.vars).map(({ type }) => type))
  const listed = [...types].filter((type) => charter.objects.get(type)?.list !== undefined)
  const instead = listed.flatMap(
    (type) => possible(() => put(draft, operation, constraint, { found: new Set([type]) })) ?? [],
  )
  return [plain, ...instead.filter((each) => !sameCalls(each, plain)).slice(0, mostOthers)]
}

const mostOthers = 3

function put(
  draft: Draft,
  operation: string,
  { per }: ConstraintOf<'order'>,
  choices: Partial<BuildOptions>,
): Scenario {
  const { stage, use, options } = draft
  const [first] = usesOf(stage.charter, operation, use.object?.type)
  const builder = new Builder(stage, { ...options, ...choices })
  builder.addAct(use, draft.base)
  const act = builder.steps.at(-1)
  const member = stage.members.find(({ name }) => name === act?.as)
  if (first === undefined || act === undefined || member === undefined)
    throw new Unbuildable(`\`${operation}\` is not covered`)
  const shared = per.flatMap((slot) => slotVar(stage.charter, builder, act, slot) ?? [])[0]
  builder.steps.pop()
  putBefore(builder, first, { member, depth: 0, shared, perCaller: per.includes('principal') })
  builder.steps.push(act)
  return draft.finish(builder)
}

function sameCalls(left: Scenario, right: Scenario): boolean {
  const calls = ({ steps, vars }: Scenario) =>
    JSON.stringify([steps.map(({ use, as }) => [use, as]), Object.keys(vars)])
  return calls(left) === calls(right)
}
