/** One person doing what the charter wants done by different ones. */
import type { Charter, Use } from '../../../charter/charter.ts'
import { apartFrom } from '../../../constraint/separation.ts'
import { saysParty } from '../apart.ts'
import { admitted, choicesOf, type Member, sameTenant } from '../cast.ts'
import { Casting } from '../casting.ts'
import { leadsTo, movesFrom, useById, usesOf } from '../graph.ts'
import type { Scenario, Tactic } from '../scenario.ts'
import { possible, Unbuildable, type Wants } from '../wants.ts'
import { withLastActor } from './by.ts'
import type { ConstraintOf, Draft } from './draft.ts'

/** What people are to an object from its beginning. */
const ofBirth: ReadonlySet<string> = new Set(['owner', 'creator', 'requester'])

/** Somebody who may do both steps does both, for every way the object can come to be. */
export function planSeparation(draft: Draft, constraint: ConstraintOf<'separation'>): void {
  const tactic: Tactic = { kind: 'same-person' }
  const both = thoseWhoMayBoth(draft, constraint)
  if (both.length === 0) {
    draft.skip(constraint.id, tactic, 'no identity may do both, so nobody can be both')
    return
  }
  for (const [index, creator] of creatorsOf(draft).entries()) {
    const made = creator === undefined || index === 0 ? tactic : { ...tactic, by: creator.id }
    draft.add(constraint.id, made, 'separation-of-duties', () => doneByOne(draft, constraint, both, creator))
  }
  planBecoming(draft, constraint)
}

/** Where an object has people who are something to it by what they did beside those from its beginning: one of them alone. */
function planBecoming(draft: Draft, constraint: ConstraintOf<'separation'>): void {
  const { of } = constraint
  if (!('parties' in of) || !of.parties.some((party) => ofBirth.has(party))) return
  const declared = draft.stage.charter.objects.get(draft.use.object?.type ?? '')?.parties
  for (const party of of.parties) {
    if (ofBirth.has(party) || declared?.has(party) !== true) continue
    const alone = { ...constraint, of: { ...of, parties: [party] } }
    const tactic: Tactic = { kind: 'same-person', party }
    draft.add(constraint.id, tactic, 'separation-of-duties', () => {
      const both = thoseWhoMayBoth(draft, alone)
      const found = possible(() => doneByOne(draft, alone, both, undefined))
      const isFree = (each: Scenario) => !isKeptOut(each, of.parties)
      const [abuse, ...instead] = found === undefined ? [] : [found.abuse, ...found.instead].filter(isFree)
      if (abuse !== undefined) return { abuse, instead }
      const twice = possible(() => doneTwice(draft, both, isFree))
      if (twice !== undefined) return twice
      throw new Unbuildable(`nobody becomes \`${party}\` who is not kept from \`${draft.use.id}\` for something else`)
    })
  }
}

/**
 * The use made twice by one person, where the first time may leave the object as it was: that is what makes somebody a party. Two people
 * show what the second time does. Throws `Unbuildable`.
 */
function doneTwice(
  draft: Draft,
  both: readonly Member[],
  isFree: (scenario: Scenario) => boolean,
): { control: Scenario; abuse: Scenario } {
  const { use, stage, options } = draft
  if (!use.to.some((state) => use.from.includes(state))) throw new Unbuildable('it cannot be done twice')
  for (const member of mostTogether(draft, both)) {
    const once = possible(() => draft.build({ member }))
    const act = once?.steps.at(-1)
    if (once === undefined || act === undefined || !isFree(once)) continue
    const able = new Casting(stage, options).able(use, undefined)
    const other = able.find((each) => each !== member && sameTenant(each, member) && isFree(withLastActor(once, each)))
    if (other === undefined) continue
    const after = (name: string): Scenario => {
      const { cast, ...rest } = withLastActor(once, other)
      const steps = [...once.steps.slice(0, -1), { ...act, as: name, purpose: 'setup' as const }, act]
      return { ...rest, cast: { ...cast, ...once.cast }, steps }
    }
    return { control: after(other.name), abuse: after(member.name) }
  }
  throw new Unbuildable('there are no two people to do it')
}

/** Whether whoever makes the last step is kept out for owning its object, or having made it. */
function isKeptOut({ steps, vars }: Scenario, parties: readonly string[]): boolean {
  const act = steps.at(-1)
  const object = act?.object
  if (act === undefined || object === undefined) return false
  const owns = vars[object]?.owner === act.as
  const made = steps.some((step) => step.makes === object && step.as === act.as)
  return parties.some(
    (party) => (owns && party !== 'creator' && ofBirth.has(party)) || (made && party !== 'owner' && ofBirth.has(party)),
  )
}

/** The use with the earlier step made by whoever makes it; for the first of several people for whom that works out, then for others. */
function doneByOne(
  draft: Draft,
  constraint: ConstraintOf<'separation'>,
  both: readonly Member[],
  creator: Use | undefined,
): { abuse: Scenario; instead: readonly Scenario[] } {
  let why: Unbuildable | undefined
  const through = earlierMove(draft, constraint)
  const found: Scenario[] = []
  const known = mostTogether(draft, both)
  for (const { member, wants, everything } of known.flatMap((each) => becoming(draft, constraint, each))) {
    if (found.length > mostOthers) break
    try {
      const scenario = draft.build(
        { member, through, ...wants },
        {
          samePerson: { member, constraint, everything, act: draft.use.operation },
          ...(creator === undefined ? {} : { creator: creator.id }),
        },
      )
      if (isBoth(draft, constraint, scenario)) found.push(scenario)
    } catch (error) {
      if (!(error instanceof Unbuildable)) throw error
      why ??= error
    }
  }
  const [abuse, ...instead] = found
  if (abuse === undefined)
    throw why ?? new Unbuildable(`nothing that \`${draft.use.id}\` is to be separated from comes before it`)
  return { abuse, instead }
}

const mostOthers = 3

/** Those first in whose tenant most people are: there are others for the steps around, and examples fit them. */
function mostTogether({ stage }: Draft, members: readonly Member[]): Member[] {
  const near = (member: Member): number => stage.members.filter((each) => sameTenant(each, member)).length
  return members.toSorted((left, right) => near(right) - near(left))
}

/** How somebody may come to be what separates: by one move, or, where no move says what it makes of people, by all they may do. */
function becoming(
  draft: Draft,
  constraint: ConstraintOf<'separation'>,
  member: Member,
): { member: Member; wants: Wants; everything: boolean }[] {
  const wants = standing(draft, constraint, member)
  const plain = { member, wants, everything: false }
  const { of } = constraint
  if (!('parties' in of) || of.parties.some((party) => ofBirth.has(party))) return [plain]
  const type = draft.stage.charter.objects.get(draft.use.object?.type ?? '')
  const says = type?.transitions.some(
    (use) => use.id !== draft.use.id && of.parties.some((party) => saysParty(draft.stage.charter, use, party) === true),
  )
  const all = { ...plain, everything: true }
  const fromTheStart = { ...all, wants: { ...wants, creator: member } }
  // Who makes a move may have to be named for it first.
  return says === true ? [plain, all, fromTheStart] : [fromTheStart, all, plain]
}

/** The move of the object that different people should make; its way must pass it. */
function earlierMove({ stage, use }: Draft, { of }: ConstraintOf<'separation'>): Use | undefined {
  const type = stage.charter.objects.get(use.object?.type ?? '')
  const comesBefore = (state: string): boolean =>
    type !== undefined && (use.from.includes(state) || leadsTo(type, state, use.from))
  const others = 'operations' in of ? apartFrom(of.operations, use.operation) : []
  return others
    .flatMap((each) => type?.transitions.filter(({ operation }) => operation === each) ?? [])
    .find((each) => !each.creates && each.to.some((state) => comesBefore(state)))
}

/** What whoever does both must be to the object, where that is what separates. */
function standing(draft: Draft, { of }: ConstraintOf<'separation'>, member: Member): Wants {
  const isMaker = (wanted: boolean): Wants => (wanted ? { creator: member } : {})
  if ('parties' in of) {
    const owns = of.parties.includes('owner') || of.parties.includes('requester')
    const maker = isMaker(of.parties.includes('creator'))
    return owns || ownedByMaker(draft) ? { ...(owns || 'creator' in maker ? { owner: member } : {}), ...maker } : maker
  }
  const makes = creatorsOf(draft).some((creator) => creator !== undefined && of.operations.includes(creator.operation))
  return { ...isMaker(makes), ...(makes && ownedByMaker(draft) ? { owner: member } : {}) }
}

/** Whether whoever makes the object acted on is its owner, too. */
function ownedByMaker({ stage, use, options }: Draft): boolean {
  const casting = new Casting(stage, options)
  const [makers, owners] = [casting.possibleMakers(use.object?.type), casting.possibleOwners(use.object?.type)]
  return owners.some((member) => makers.includes(member))
}

/** Whether the last step is made by somebody it is to be separated from. */
function isBoth({ stage, use }: Draft, { of }: ConstraintOf<'separation'>, scenario: Scenario): boolean {
  const act = scenario.steps.at(-1)
  if (act === undefined) return false
  const spec = scenario.vars[act.object ?? '']
  if ('parties' in of && spec?.owner === act.as && of.parties.some((party) => party !== 'creator')) return true
  return scenario.steps.slice(0, -1).some((step, index) => {
    if (step.as !== act.as || (step.object ?? step.makes) !== act.object) return false
    if (isSetBack(stage.charter, scenario, index)) return false
    const done = useById(stage.charter, step.use)
    if (done !== undefined && beginsAgain(stage.charter, use, done)) return false
    return 'parties' in of || (done !== undefined && apartFrom(of.operations, use.operation).includes(done.operation))
  })
}

/** Whether an object comes back, before the act, to where it was before a step: what was done to it then may count for nothing. */
function isSetBack(charter: Charter, { steps }: Scenario, index: number): boolean {
  const object = steps[index]?.object
  if (object === undefined) return false
  const leading = (from: number, to: number): (readonly string[])[] =>
    steps
      .slice(from, to)
      .filter((step) => (step.object ?? step.makes) === object)
      .map((step) => useById(charter, step.use)?.to ?? [])
  const before = new Set(leading(0, index).flat())
  return leading(index + 1, -1).some((to) => to.length > 0 && to.every((state) => before.has(state)))
}

/** Whether the act, which comes before an earlier step of the way, only leads back to where that begins: it has to be made again after the act. */
function beginsAgain(charter: Charter, act: Use, done: Use): boolean {
  const type = charter.objects.get(act.object?.type ?? '')
  const [start] = type?.transitions.flatMap((use) => (use.creates ? use.to : [])) ?? []
  if (type === undefined || act.to.length === 0 || !act.to.every((state) => done.from.includes(state))) return false
  const distance = (use: Use): number => movesFrom(type, start, use.from)?.length ?? Number.POSITIVE_INFINITY
  return distance(act) < distance(done)
}

/** Members who may make the use and also what it is to be separated from. */
function thoseWhoMayBoth({ stage, use, options }: Draft, { of }: ConstraintOf<'separation'>): Member[] {
  const may = (member: Member, each: Use) =>
    choicesOf(each).some((choice) => choice.party !== undefined || admitted(stage.charter, [member], choice).length > 0)
  const able = stage.members.filter((member) => may(member, use))
  if (!('operations' in of)) {
    const casting = new Casting(stage, options)
    const type = use.object?.type
    const theirs = [...casting.possibleOwners(type), ...casting.possibleMakers(type)]
    // What somebody is by having made the object is shorter than what they are by having moved it.
    return of.parties.some((party) => ofBirth.has(party)) ? able.filter((member) => theirs.includes(member)) : able
  }
  const earlier = apartFrom(of.operations, use.operation).flatMap((each) =>
    usesOf(stage.charter, each, use.object?.type).slice(0, 1),
  )
  return able.filter((member) => earlier.every((each) => may(member, each)))
}

/** Every way to create the object acted on; a check may hold for one and not for another. */
function creatorsOf(draft: Draft): (Use | undefined)[] {
  const creators =
    draft.stage.charter.objects.get(draft.use.object?.type ?? '')?.transitions.filter((use) => use.creates) ?? []
  return creators.length === 0 ? [undefined] : creators
}
