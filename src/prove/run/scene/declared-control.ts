/**
 * What the charter declares a use to do stands in for a rightful call that the API itself makes impossible: it moves on at the first of
 * several approvals and refuses the others, so that nobody can ever be approved as often as is demanded.
 */
import type { Charter } from '../../../charter/charter.ts'
import { useById, usesOf } from '../../plan/graph.ts'
import type { AbuseCase, Scenario } from '../../plan/scenario.ts'
import type { Control } from '../trial.ts'
import { Unreached } from '../unreached.ts'

/**
 * The control of a case with fewer approvals than are needed, by the declared state the use leads to; undefined where that does not
 * tell enough.
 *
 * The object must be made by the case itself, so that no approval is unknown, and nothing but the approval may have been wanting.
 */
export function declaredControl(charter: Charter, abuse: AbuseCase, failed: Control | Unreached): Control | undefined {
  const { tactic, control } = abuse
  const use = useById(charter, abuse.use)
  const act = control.steps.at(-1)
  const spec = control.vars[act?.object ?? '']
  const type = charter.objects.get(spec?.type ?? '')
  if (tactic.kind !== 'approval' || tactic.flaw !== 'short' || !(failed instanceof Unreached)) return undefined
  if (use === undefined || type?.read === undefined || type.state === undefined || spec?.supply !== 'made')
    return undefined
  if (use.to.length === 0 || use.from.length === 0 || use.to.some((state) => use.from.includes(state))) return undefined
  const { mishap } = failed
  const approvals = new Set(use.constraints.flatMap((each) => (each.kind === 'approval' ? [each.id] : [])))
  const wanting = mishap?.step.purpose === 'act' && mishap.step.use === act?.use ? mishap.broken : []
  if (wanting.length === 0 || wanting.some((id) => !approvals.has(id))) return undefined
  const state = `${type.name}|state`
  return {
    works: true,
    declared: true,
    why: '',
    signature: { marks: new Set([state]), deltas: new Map(), creates: false },
    visible: true,
    sent: [],
    watched: [],
    request: {},
    answer: undefined,
    after: new Map(),
    beside: new Map(),
  }
}

/** The act of a case without any approval at all: what must not work for the approvals that were given to be what let it through. */
export function withoutGrants(charter: Charter, abuse: AbuseCase): Scenario {
  const use = useById(charter, abuse.use)
  const grants = new Set(
    use?.constraints.flatMap((each) => {
      const grant = each.kind === 'approval' ? charter.approvals.get(each.approval)?.grant : undefined
      return grant === undefined ? [] : usesOf(charter, grant, use.object?.type).map(({ id }) => id)
    }),
  )
  return { ...abuse.abuse, steps: abuse.abuse.steps.filter((step) => !grants.has(step.use)) }
}
