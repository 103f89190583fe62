/** Uses before, after or more often than the charter's order allows. */
import { useById, usesOf } from '../graph.ts'
import type { Scenario, Step, Var } from '../scenario.ts'
import { Unbuildable } from '../wants.ts'
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
      draft.add(constraint.id, { kind: 'order', flaw: 'afterwards' }, 'use-after-end', () => ({
        abuse: afterwards(draft, draft.use.operation === first ? (second ?? first) : first, control),
      }))
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
    return use?.operation !== operations[0] || step === control.steps.at(-1) || makes
  })
  return kept.length > without.steps.length ? [{ ...control, steps: kept }, without] : [without]
}

function names({ object, refs }: Step, name: Var | undefined): boolean {
  return object === name || Object.values(refs).includes(name ?? '')
}

/** Puts the operation that forbids the act right before it, by whoever may do that. */
function afterwards(draft: Draft, operation: string, control: Scenario): Scenario {
  const [use] = usesOf(draft.stage.charter, operation, draft.use.object?.type)
  const act = control.steps.at(-1)
  if (use === undefined || act === undefined) throw new Unbuildable(`\`${operation}\` is not covered`)
  const object = use.object?.type === control.vars[act.object ?? '']?.type && !use.creates ? act.object : undefined
  const as = draft.stage.members.some((member) => member.name === act.as) ? act.as : (control.steps[0]?.as ?? act.as)
  const step = {
    use: use.id,
    as,
    refs: act.refs,
    wishes: [],
    purpose: 'setup' as const,
    extra: [],
    ...(object === undefined ? {} : { object }),
  }
  return { ...control, steps: [...control.steps.slice(0, -1), step, act] }
}
