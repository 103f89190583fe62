/** What a call finds by what it says: looked for in the lists that people are shown, once between two calls. */
import type { CallRequest, ObjectFact, ObjectType, Principal, Slot, Use } from '../../../charter/charter.ts'
import type { Pointer } from '../../../charter/pointer.ts'
import type { Where } from '../../../charter/where.ts'
import { isSought, type SoughtText, soughtOf, valuesIn } from '../../../constraint/where.ts'
import { samePlace } from '../../plan/origin.ts'
import type { Step } from '../../plan/scenario.ts'
import { listsFor, listUse } from '../look/listing.ts'
import type { Play } from './play.ts'
import { judgedFact } from './thing.ts'

type Objects = Readonly<Record<Slot, ObjectFact | null>>

/** Who may be asked for a list before it is taken to be shown to nobody. */
const mostSeekers = 4

const found = new WeakMap<Play, Map<string, ObjectFact | null | undefined>>()

/** A call is made: what it changes is to be looked for anew. */
export function forgetSought(play: Play): void {
  found.delete(play)
}

/**
 * The objects of a call together with what it finds by what that says: the one on stage where it is as it must be, else one that is
 * listed, else none. Where nobody is shown a list, what is made on the way is all there is of what is for something made on the way as well;
 * of anything else nothing is known.
 */
export async function withSought(
  play: Play,
  { use, as }: { readonly use: Use; readonly as: Step['as'] },
  call: { readonly principal: Principal; readonly request: CallRequest },
  objects: Record<Slot, ObjectFact | null>,
): Promise<Record<Slot, ObjectFact | null>> {
  const whole = { ...objects }
  for (const { slot, object, key } of use.refs) {
    const type = play.lab.charter.objects.get(object)
    if (key.from !== 'where' || type === undefined) continue
    const sought = soughtOf(key, call, valuesIn(whole))
    if (sought === undefined) continue
    const fact = await meant(play, type, { as, key, sought }, whole[slot])
    if (fact === undefined) delete whole[slot]
    else whole[slot] = fact
  }
  return whole
}

interface Seeking {
  readonly as: string
  readonly key: Where
  readonly sought: readonly SoughtText[]
}

async function meant(
  play: Play,
  type: ObjectType,
  seeking: Seeking,
  staged: Objects[Slot] | undefined,
): Promise<ObjectFact | null | undefined> {
  const { key, sought } = seeking
  const there = [...play.things.values()]
    .filter((thing) => thing.type === type)
    .flatMap((thing) => judgedFact(thing) ?? [])
  const own = [...(staged ? [staged] : []), ...there].filter((each) => isSought(sought, each.value) === true)
  const best = own.find((each) => isMeant(key, each))
  if (best !== undefined) return best
  const known = found.get(play) ?? new Map<string, ObjectFact | null | undefined>()
  found.set(play, known)
  const mark = JSON.stringify([type.name, sought, key.states])
  if (!known.has(mark)) known.set(mark, await listed(play, type, seeking))
  const other = known.get(mark)
  if (other !== undefined && other !== null && isMeant(key, other)) return other
  const isKnown = other !== undefined || isFresh(play, type, sought)
  return isKnown ? (own[0] ?? other ?? null) : undefined
}

/** Whether what is looked for says the key of something that was made on the way: then all that says it was made there as well. */
function isFresh({ scenario, things }: Play, type: ObjectType, sought: readonly SoughtText[]): boolean {
  return [...things].some(
    ([name, thing]) =>
      thing.type !== type &&
      scenario.vars[name]?.supply === 'made' &&
      sought.some(({ at, is }) => is === thing.key && !isPerson(type, at)),
  )
}

function isPerson(type: ObjectType, at: Pointer): boolean {
  const people = [type.owner, ...type.parties.values()]
  return people.some((each) => Array.isArray(each) && samePlace(each, at))
}

/** Where there are several, one in these states is meant before others; in any state where none are named. */
function isMeant({ states }: Where, { state }: ObjectFact): boolean {
  return states.length === 0 || (state !== undefined && states.includes(state))
}

async function listed(
  play: Play,
  type: ObjectType,
  { as, key, sought }: Seeking,
): Promise<ObjectFact | null | undefined> {
  const use = listUse(play.lab.charter, type)
  if (use === undefined) return undefined
  const fits: ObjectFact[] = []
  let isShown = false
  for (const name of seekersOf(play, as).slice(0, mostSeekers)) {
    const lists = await listsFor(play, type, use, name)
    isShown ||= lists.length > 0
    fits.push(...lists.flatMap(({ facts }) => facts.filter(({ value }) => isSought(sought, value) === true)))
    if (fits.some((each) => isMeant(key, each))) break
  }
  return fits.find((each) => isMeant(key, each)) ?? fits[0] ?? (isShown ? null : undefined)
}

/** Whoever calls is shown what is theirs; the observer, and others on stage, what is not. */
function seekersOf({ lab, scenario }: Play, as: string): string[] {
  const members = new Set(lab.stage.members.map(({ name }) => name))
  const cast = Object.values(scenario.cast).flatMap(({ identity, fresh }) => (fresh ? [] : (identity ?? [])))
  return [...new Set([as, ...(lab.observer === undefined ? [] : [lab.observer]), ...cast])].filter((name) =>
    members.has(name),
  )
}
