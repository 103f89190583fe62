/** Whose eyes see most of an object: what only some may see shows to nobody else that it has changed. */
import type { Use } from '../../../charter/charter.ts'
import { isByRole, type Member } from '../../plan/cast.ts'
import type { Lab } from '../lab.ts'
import type { Thing } from '../scene/thing.ts'

const mostEyes = 3

/**
 * Names of members who may see more of an object than others in the answer to a use, those of its tenant first; none where all see
 * the same.
 *
 * @param names - The names of members in order of preference, which is kept among equals.
 */
export function bestEyes(lab: Lab, thing: Thing, use: Use, names: readonly string[]): string[] {
  if (!use.constraints.some(({ kind }) => kind === 'seen-by')) return []
  const members = names.flatMap((name) => lab.stage.members.find((each) => each.name === name) ?? [])
  const seen = members.map((member) => seenBy(lab, thing, use, member))
  const most = Math.max(...seen)
  if (seen.every((each) => each === most)) return []
  const best = members.filter((_, index) => seen[index] === most)
  const maker = lab.stage.members.find(({ name }) => name === thing.maker)
  const home = thing.fact?.tenant ?? maker?.principal.tenant
  const isNear = ({ principal: { tenant } }: Member): number => Number((tenant ?? home) === (home ?? tenant))
  return best
    .toSorted((left, right) => isNear(right) - isNear(left))
    .slice(0, mostEyes)
    .map(({ name }) => name)
}

/** How many fields that not everybody may see somebody may see: by their role, or since it is theirs. */
function seenBy({ charter }: Lab, { type, fact }: Thing, use: Use, member: Member): number {
  const isTheirs = member.principal.id !== undefined && member.principal.id === fact?.owner
  return use.constraints.filter(
    (each) =>
      each.kind === 'seen-by' &&
      each.object === type.name &&
      each.choices.some((choice) => isByRole(charter, choice, member) || (choice.party === 'owner' && isTheirs)),
  ).length
}
