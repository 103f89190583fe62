/** Ways of choosing the people and objects of a use. */
import type { Charter, ObjectType, Use } from '../../charter/charter.ts'
import type { Member, Stage } from '../plan/cast.ts'
import { Casting } from '../plan/casting.ts'
import { useById } from '../plan/graph.ts'
import { namedObjects } from '../plan/implicit-ref.ts'
import { creatorsOf } from '../plan/possible.ts'
import type { Scenario } from '../plan/scenario.ts'
import { isForSome } from '../plan/tactic/draft.ts'
import type { BuildOptions } from '../plan/wants.ts'

/** Who makes the call, and how objects are come by. */
export interface Choice {
  readonly member?: Member
  readonly options: BuildOptions
}

/** How many states are tried as the first of what no operation makes. */
const mostStarts = 4
/** How many types of objects are looked at where no way to a use can be planned. */
const mostTypes = 6

/**
 * The choices worth trying, the plainest first: objects found instead of made, filled up, taken as they are, and other people.
 *
 * @param plain - The use as it is planned without any choice; undefined where it cannot be.
 * @param raiserOf - What brings the objects of a type more of what others need.
 */
export async function* choicesFor(
  stage: Stage,
  use: Use,
  plain: Scenario | undefined,
  raiserOf: (type: string) => Promise<Use | undefined>,
): AsyncGenerator<Choice> {
  const { charter } = stage
  const found: ReadonlySet<string> = new Set()
  yield { options: { found } }
  if (isForSome(stage, use)) yield { options: { found, needed: true } }
  const types =
    plain === undefined ? typesBelow(charter, use) : [...new Set(Object.values(plain.vars).map((spec) => spec.type))]
  const listed = types.filter((type) => charter.objects.get(type)?.list !== undefined)
  for (const type of types) {
    const enrich = await raiserOf(type)
    if (enrich !== undefined && enrich.id !== use.id) yield { options: { found, enrich: new Map([[type, enrich]]) } }
  }
  for (const type of listed) yield { options: { found: new Set([type]) } }
  for (const type of listed) {
    const state = plain === undefined ? undefined : broughtTo(charter, plain, type)
    if (plain === undefined || state !== undefined)
      yield { options: { found: new Set([type]), ready: new Map([[type, state]]) } }
  }
  // What no operation makes may be in any state at first.
  for (const type of types.filter((each) => creatorsOf(charter, each).length === 0))
    for (const state of startsIn(charter, type))
      yield { options: { found: new Set([type]), ready: new Map([[type, state]]) } }
  const creators = charter.objects.get(use.object?.type ?? '')?.transitions.filter((each) => each.creates) ?? []
  for (const creator of creators.slice(1)) yield { options: { found, creator: creator.id } }
  for (const creator of creators.slice(1))
    for (const type of listed.filter((each) => each !== use.object?.type))
      yield { options: { found: new Set([type]), creator: creator.id } }
  const others = new Casting(stage, { found }).able(use, undefined).slice(1, 4)
  for (const member of others) yield { member, options: { found } }
  if (listed.length > 1) yield { options: { found: new Set(listed) } }
  for (const member of others) for (const type of listed) yield { member, options: { found: new Set([type]) } }
}

/** The state that moves on the way to an act bring objects of a type into; undefined where there are none. */
function broughtTo(charter: Charter, { steps, vars }: Scenario, type: string): string | undefined {
  const last = steps.slice(0, -1).findLast((step) => vars[step.object ?? '']?.type === type)
  return last === undefined ? undefined : useById(charter, last.use)?.to[0]
}

/** States of a type that moves lead out of. */
function startsIn(charter: Charter, name: string): string[] {
  const type = charter.objects.get(name)
  const left = new Set(type?.transitions.flatMap((use) => use.from))
  return type?.states.filter((state) => left.has(state)).slice(0, mostStarts) ?? []
}

/** The types of what a use acts on and names, and of what those are made from, the nearest first. */
function typesBelow(charter: Charter, use: Use): string[] {
  const found = new Set([use.object?.type, ...namedObjects(charter, use).map((ref) => ref.object)])
  for (const name of found) {
    const type = charter.objects.get(name ?? '')
    if (type === undefined || found.size >= mostTypes) continue
    for (const below of madeFrom(charter, type)) found.add(below)
  }
  return [...found].filter((name) => name !== undefined)
}

function madeFrom(charter: Charter, { parent, transitions }: ObjectType): string[] {
  const named = transitions
    .filter((each) => each.creates)
    .flatMap((each) => namedObjects(charter, each).map((ref) => ref.object))
  return [...(parent === undefined ? [] : [parent.object]), ...named]
}
