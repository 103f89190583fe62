/** Who could make, and who could own, objects of a type, by what the charter and the description say of those that create them. */
import type { Charter, Use } from '../../charter/charter.ts'
import { admitted, choicesOf, type Member, type Stage } from './cast.ts'
import { useById } from './graph.ts'
import { originOf, type PersonPlace, personNamed, type Shown, samePlace } from './origin.ts'
import { fittingFirst } from './own.ts'

/** The uses that create objects of a type. */
export function creatorsOf(charter: Charter, type: string | undefined): readonly Use[] {
  return charter.objects.get(type ?? '')?.transitions.filter((each) => each.creates) ?? []
}

/** Those of the members who may create an object of a type; all of them when the API lets nobody. */
export function possibleMakers(stage: Stage, members: readonly Member[], type: string | undefined): readonly Member[] {
  const makers = creatorsOf(stage.charter, type).flatMap((creator) =>
    fittingFirst(
      stage,
      creator,
      choicesOf(creator).flatMap((choice) => admitted(stage.charter, members, choice)),
    ),
  )
  return makers.length > 0 ? [...new Set(makers)] : [...members]
}

/** Those of the members who could own an object of a type: from whom new ones take their owner, else makers and whom these may name. */
export function possibleOwners(
  stage: Stage,
  members: readonly Member[],
  type: string | undefined,
  shown?: Shown,
): readonly Member[] {
  const owner = stage.charter.objects.get(type ?? '')?.owner ?? 'creator'
  return possiblePeople(stage, members, { type, place: owner, shown }) ?? possibleMakers(stage, members, type)
}

/** Those of the members who could stand in a place of an object of a type; undefined where nothing tells. */
export function possiblePeople(
  stage: Stage,
  members: readonly Member[],
  { type, place, shown }: { type: string | undefined; place: PersonPlace; shown: Shown | undefined },
  seen: ReadonlySet<string> = new Set(),
): readonly Member[] | undefined {
  const { charter } = stage
  const [creator] = creatorsOf(charter, type)
  if (type === undefined || creator === undefined || seen.has(type)) return undefined
  const origin = originOf(charter, creator, place, shown)
  const makers = possibleMakers(stage, members, type)
  const within = new Set([...seen, type])
  const of = (next: string, at: PersonPlace) => possiblePeople(stage, members, { type: next, place: at, shown }, within)
  if (origin.from === 'caller') return makers
  if (origin.from === 'ref')
    return (
      of(origin.ref.object, origin.place) ??
      (isOwner(charter, origin.ref.object, origin.place)
        ? possibleMakers(stage, members, origin.ref.object)
        : undefined)
    )
  if (origin.from === 'doer') {
    const move = useById(charter, origin.use)
    return move === undefined ? undefined : choicesOf(move).flatMap((choice) => admitted(charter, members, choice))
  }
  // Whoever makes something is its owner where nothing else is said.
  if (origin.from === 'unsaid') return isOwner(charter, type, place) ? makers : undefined
  const named = personNamed(charter, creator, origin.at)
  if (named !== undefined)
    return of(named, charter.objects.get(named)?.owner ?? 'creator') ?? possibleMakers(stage, members, named)
  // Whom a call may name as somebody else, as a grantee, nothing tells.
  return isOwner(charter, type, place) ? [...new Set([...makers, ...ownersByRole(charter, members, type)])] : undefined
}

function isOwner(charter: Charter, type: string, place: PersonPlace): boolean {
  return samePlace(charter.objects.get(type)?.owner ?? 'creator', place)
}

/** Those who have a role that the charter gives to owners of a type. */
function ownersByRole(charter: Charter, members: readonly Member[], type: string): Member[] {
  const uses = [...charter.operations.values()].flatMap((operation) => operation.uses)
  const choices = uses.filter((use) => use.object?.type === type && !use.creates).flatMap(choicesOf)
  const owning = choices.filter(({ party, actor }) => party === 'owner' && actor !== undefined)
  return members.filter((member) => owning.some((choice) => admitted(charter, [member], choice).length > 0))
}
