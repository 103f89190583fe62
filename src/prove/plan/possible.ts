/** Who could make, and who could own, objects of a type, by what the charter and the description say of those that create them. */
import type { Charter, Use } from '../../charter/charter.ts'
import { admitted, choicesOf, type Member } from './cast.ts'
import { originOf, ownerSource } from './origin.ts'

/** The uses that create objects of a type. */
export function creatorsOf(charter: Charter, type: string | undefined): readonly Use[] {
  return charter.objects.get(type ?? '')?.transitions.filter((each) => each.creates) ?? []
}

/** Those of the members who may create an object of a type; all of them when the API lets nobody. */
export function possibleMakers(
  charter: Charter,
  members: readonly Member[],
  type: string | undefined,
): readonly Member[] {
  const makers = creatorsOf(charter, type).flatMap((creator) =>
    choicesOf(creator).flatMap((choice) => admitted(charter, members, choice)),
  )
  return makers.length > 0 ? [...new Set(makers)] : [...members]
}

/** Those of the members who could own an object of a type: from whom new ones take their owner, else makers and whom these may name. */
export function possibleOwners(
  charter: Charter,
  members: readonly Member[],
  type: string | undefined,
  seen: ReadonlySet<string> = new Set(),
): readonly Member[] {
  const makers = possibleMakers(charter, members, type)
  const { owner } = charter.objects.get(type ?? '') ?? {}
  const [creator] = creatorsOf(charter, type)
  if (type === undefined || owner === undefined || creator === undefined || seen.has(type)) return makers
  const source = ownerSource(charter, creator, owner)
  if (source !== undefined) return possibleOwners(charter, members, source, new Set([...seen, type]))
  const isSaid = originOf(charter, creator, owner).from === 'body'
  return isSaid ? [...new Set([...makers, ...ownersByRole(charter, members, type)])] : makers
}

/** Those who have a role that the charter gives to owners of a type. */
function ownersByRole(charter: Charter, members: readonly Member[], type: string): Member[] {
  const uses = [...charter.operations.values()].flatMap((operation) => operation.uses)
  const choices = uses.filter((use) => use.object?.type === type && !use.creates).flatMap(choicesOf)
  const owning = choices.filter(({ party, actor }) => party === 'owner' && actor !== undefined)
  return members.filter((member) => owning.some((choice) => admitted(charter, [member], choice).length > 0))
}
