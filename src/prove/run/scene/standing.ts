/** Grants that are objects of their own, as consents: they stand until they are taken back, however often they were used. */
import type { ObjectFact } from '../../../charter/charter.ts'
import { textOf } from '../../../charter/object-fact.ts'
import { getPointer } from '../../../charter/pointer.ts'
import type { PastCall } from '../../../session/past-call.ts'
import { useById } from '../../plan/graph.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import { factId, type Lab } from '../lab.ts'

/** Whether a grant made before, and not taken back, may be what let the last call of a case through. */
export function grantStands(lab: Lab, { use: id, constraint, tactic }: AbuseCase): boolean {
  if (tactic.kind !== 'approval' || tactic.flaw === 'own' || tactic.flaw === 'twice') return false
  const demand = useById(lab.charter, id)?.constraints.find((each) => each.id === constraint)
  const approval = demand?.kind === 'approval' ? lab.charter.approvals.get(demand.approval) : undefined
  const call = lab.past.findLast((each) => each.use === id)
  const about = call?.objects['object']
  if (approval?.grant === undefined || call === undefined || about === undefined || about === null) return false
  return lab.past.some(
    (each) =>
      each.operation === approval.grant &&
      isFor(each, about) &&
      each.created !== undefined &&
      stands(lab, each.created, call),
  )
}

function isFor({ objects }: PastCall, about: ObjectFact): boolean {
  return Object.values(objects).some((fact) => fact?.type === about.type && fact.key === about.key)
}

/** Not at its end, and given to nobody else. */
function stands({ charter, latest }: Lab, made: ObjectFact, { principal }: PastCall): boolean {
  const type = charter.objects.get(made.type)
  const now = latest.get(factId(made.type, made.key)) ?? made
  if (type?.final.includes(now.state ?? '') === true) return false
  const given = [...(type?.parties.values() ?? [])].map((at) => textOf(getPointer(now.value, at)))
  return given.length === 0 || given.includes(principal.id)
}
