import type { Approval } from '../../charter/approval.ts'
import type { Choice, Slot, Use } from '../../charter/charter.ts'
import { usesNamed } from '../../charter/named.ts'
import { printPointer } from '../../charter/pointer.ts'
import { apartFrom } from '../../constraint/separation.ts'
import { makesParty, mayByRole, needOthers, stillApart } from './apart.ts'
import { type Belonging, ranked, settledAs } from './belong.ts'
import { admitted, boundToTenant, choicesOf, isByRole, type Member, plays, type Stage, sameTenant } from './cast.ts'
import { useById } from './graph.ts'
import { namedByObject, parentOf } from './kin.ts'
import { inOrder } from './lead.ts'
import { nearFirst } from './near.ts'
import { isChosen, originOf, type PersonPlace, type Shown, samePlace } from './origin.ts'
import { fittingFirst } from './own.ts'
import { creatorsOf, possibleMakers, possibleOwners, possiblePeople } from './possible.ts'
import type { Role, Step, Var, VarSpec } from './scenario.ts'
import { openers } from './scheme.ts'
import { type BuildOptions, Unbuildable } from './wants.ts'

/** What of a scenario in the making decides who may be cast. */
export interface Making {
  readonly steps: readonly Step[]
  readonly vars: Readonly<Record<Var, VarSpec>>
  readonly owners: ReadonlyMap<Var, Member>
}

const nothingYet: Making = { steps: [], vars: {}, owners: new Map() }

/** Chooses people, minus those whom earlier steps rule out; sees the scenario grow, so that whoever asks gets those who fit now. Throws `Unbuildable` when nobody does. */
export class Casting {
  private readonly stage: Stage
  private readonly choosing: BuildOptions
  private readonly making: Making

  constructor(stage: Stage, options: BuildOptions, making: Making = nothingYet) {
    this.stage = stage
    this.choosing = options
    this.making = making
  }

  /** What calls showed of whose new objects are. */
  get shown(): Shown | undefined {
    return this.choosing.settled
  }

  /** Members that may be cast, in order. */
  get members(): readonly Member[] {
    return inOrder(this.stage.members, this.choosing)
  }

  /** Distinct approvers who may approve, as many as the quorum asks for; those who are needed later come last. */
  approvers(
    approval: Approval,
    use: Use | undefined,
    object: Var | undefined,
    { requester, keep = requester, later = [] }: { requester?: Member; keep?: Member; later?: readonly Use[] } = {},
  ): Member[] {
    const owner = object === undefined ? undefined : this.making.owners.get(object)
    const barred = new Set([
      ...(approval.not.length > 0 ? [owner?.name, requester?.name, ...this.makersOf(object)] : []),
      ...(use === undefined ? [] : this.separated(use, object)),
    ])
    const eligible = this.members.filter(
      (member) =>
        !barred.has(member.name) &&
        approval.choices.some(
          (choice) =>
            admitted(this.stage.charter, [member], choice).length > 0 && this.tenantFits(choice, member, owner),
        ),
    )
    if (eligible.length < approval.quorum) {
      throw new Unbuildable(
        `${approval.quorum} identities who may give \`${approval.name}\` are needed, the identities file has ${eligible.length}`,
      )
    }
    const doers = this.making.steps.filter((step) => object !== undefined && (step.object ?? step.makes) === object)
    const near = nearFirst(eligible, this.named(doers.map(({ as }) => as)))
    const sorted = use === undefined ? near : this.spare(near, use, later, keep)
    return sorted.slice(0, approval.quorum)
  }

  /** The first member who may make a use on an object: who is something to it before who has but a role. */
  pick(use: Use, object: Var | undefined, later: readonly Use[] = [], keep?: Member): Member {
    const [first] = this.spare(this.able(use, object), use, later, keep)
    if (first === undefined)
      throw new Unbuildable(`no identity may \`${use.id}\`${object === undefined ? '' : ` on ${object}`}`)
    return first
  }

  /** Members in such an order that whoever later steps need, because people must differ, comes last. */
  private spare(members: readonly Member[], use: Use, later: readonly Use[], keep: Member | undefined): Member[] {
    const { charter } = this.stage
    const tied = later.filter((each) => needOthers(charter, each, use))
    const needed = (member: Member): number =>
      this.leads(member, use)
        ? -1
        : tied.filter((each) => mayByRole(charter, each, member)).length +
          (tied.length > 0 && member === keep ? tied.length + 1 : 0)
    return members.toSorted((left, right) => needed(left) - needed(right))
  }

  /** Whether somebody shall make a use because they do what different people should do. */
  private leads(member: Member, use: Use): boolean {
    const { samePerson } = this.choosing
    if (samePerson === undefined || samePerson.member !== member) return false
    const { constraint, everything, act } = samePerson
    if (everything === true || constraint.kind !== 'separation') return everything === true
    return 'operations' in constraint.of
      ? apartFrom(constraint.of.operations, act).includes(use.operation)
      : constraint.of.parties.some((party) => makesParty(this.stage.charter, use, party))
  }

  /** Everybody who may make a use on an object, those first who are something to it. */
  able(use: Use, object: Var | undefined): Member[] {
    const theirs = object === undefined ? undefined : this.making.owners.get(object)
    // What a call finds by who makes it is theirs, by whatever right they make it.
    const isOwn = use.object?.key.from === 'principal' && theirs !== undefined
    const owner = isOwn ? undefined : theirs
    const barred = new Set(this.separated(use, object))
    const found = ranked(this.stage.charter, choicesOf(use)).flatMap((choice) =>
      this.candidates(use.object?.type, choice, object, owner),
    )
    const able = openers(this.stage.charter, use, [...new Set(found)]).filter(({ name }) => !barred.has(name))
    if (isOwn && able.includes(theirs)) return [theirs]
    const entitled = this.entitledAround(use, object)
    const both = entitled?.filter(
      (member) => able.includes(member) || (!barred.has(member.name) && mayByRole(this.stage.charter, use, member)),
    )
    return fittingFirst(this.stage, use, both === undefined || both.length === 0 ? able : [...new Set(both)])
  }

  /** Members who are what a use demands of the caller towards what its object points to; undefined where nothing is known of it. */
  private entitledAround(use: Use, object: Var | undefined): Member[] | undefined {
    let entitled: Member[] | undefined
    for (const ref of use.refs) {
      const by = use.constraints.find((each) => each.kind === 'by' && each.slot === ref.slot)
      if (ref.key.from !== 'object' || by?.kind !== 'by' || object === undefined) continue
      const name = namedByObject(this.stage.charter, this.making, object, ref)
      if (name === undefined) continue
      const owner = this.making.owners.get(name)
      // Who is some other party of it is known of few.
      const sure = by.choices.filter(
        ({ party = 'owner' }) => party === 'owner' || this.partyOf(party, name) !== undefined,
      )
      const all = sure.flatMap((choice) => this.candidates(ref.object, choice, name, owner))
      entitled = entitled === undefined ? all : entitled.filter((member) => all.includes(member))
    }
    return entitled
  }

  private candidates(
    type: string | undefined,
    choice: Choice,
    object: Var | undefined,
    owner: Member | undefined,
  ): Member[] {
    const { charter } = this.stage
    if (choice.party === 'owner')
      return admitted(charter, owner === undefined ? this.possibleOwners(type) : [owner], choice)
    if (choice.party === 'creator') {
      const makers = this.named(this.makersOf(object))
      return admitted(charter, makers.length > 0 ? makers : this.possibleMakers(type), choice)
    }
    const partner = this.partyOf(choice.party, object)
    const able = admitted(charter, partner ?? this.members, choice)
    if (partner !== undefined) return able
    const strangers =
      choice.party === undefined && choice.actor !== undefined ? able : able.filter((member) => member !== owner)
    return strangers.filter((member) => object === undefined || this.tenantFits(choice, member, owner))
  }

  /** Members known to be a declared party of an object; undefined where that is not known. */
  private partyOf(party: string | undefined, object: Var | undefined): Member[] | undefined {
    const spec = this.making.vars[object ?? '']
    if (party === undefined || spec === undefined) return undefined
    const at = this.stage.charter.objects.get(spec.type)?.parties.get(party)
    if (at === undefined) return undefined
    const role = spec.people?.[printPointer(at)]
    return role === undefined ? undefined : this.named([role])
  }

  private named(names: readonly string[]): Member[] {
    return this.stage.members.filter((member) => names.includes(member.name))
  }

  /** Who may create an object of a type; anybody when the API lets nobody. */
  possibleMakers(type: string | undefined): readonly Member[] {
    return possibleMakers(this.stage, this.members, type)
  }

  /** Who could own an object of a type: those from whom new ones take their owner, else whoever may create one or is said to own it. */
  possibleOwners(type: string | undefined): readonly Member[] {
    return possibleOwners(this.stage, this.members, type, this.shown)
  }

  private tenantFits(choice: Choice, member: Member, owner: Member | undefined): boolean {
    if (choice.actor === undefined || owner === undefined) return true
    return !boundToTenant(this.stage.charter.actors.get(choice.actor)) || sameTenant(member, owner)
  }

  /** Whether a member may not make a use on an object because of what they did to it or are to it. */
  isBarred(use: Use, object: Var, member: Member): boolean {
    return this.separated(use, object).includes(member.name)
  }

  /** Those who may not make a use on this object because of what they did to it or are to it. */
  private separated(use: Use, object: Var | undefined): string[] {
    return use.constraints.flatMap((constraint) => {
      const of = stillApart(constraint, this.choosing.samePerson?.constraint)
      if (of === undefined) return []
      if ('parties' in of) return of.parties.flatMap((party) => this.whoIs(party, object))
      const apart = apartFrom(of.operations, use.operation)
      const others = this.making.steps.filter((step) => apart.some((operation) => this.isUseOf(step, operation)))
      return others.filter((step) => (step.object ?? step.makes) === object).map((step) => step.as)
    })
  }

  /** Names of those who are, or by what they did may have become, a party of an object, or who have a role. */
  private whoIs(party: string, object: Var | undefined): string[] {
    const { charter } = this.stage
    if (charter.actors.has(party))
      return this.members.filter((member) => plays(charter, member, party)).map((member) => member.name)
    const owner = object === undefined ? undefined : this.making.owners.get(object)?.name
    if (party === 'owner') return owner === undefined ? [] : [owner]
    if (party === 'creator') return this.makersOf(object)
    const own = [...this.makersOf(object), ...(owner === undefined ? [] : [owner])]
    if (party === 'requester') return own
    const known = this.partyOf(party, object)
    if (known !== undefined) return known.map((member) => member.name)
    const doers = this.making.steps.filter((step) => {
      const done = step.object === object && object !== undefined ? useById(charter, step.use) : undefined
      return done !== undefined && makesParty(charter, done, party)
    })
    return doers.length > 0 ? doers.map((step) => step.as) : own
  }

  /** What the object of a use must be to a member for the member to be entitled; undefined where a role does or nothing fits. */
  standing(type: string, choices: readonly Choice[], member: Member): Belonging | undefined {
    const { charter } = this.stage
    const parties = charter.objects.get(type)?.parties
    // Whose it is what no operation makes, nobody knows before: whom a role entitles need be nothing to it.
    if (creatorsOf(this.stage.charter, type).length === 0 && choices.some((each) => isByRole(charter, each, member)))
      return undefined
    for (const choice of ranked(charter, choices)) {
      if (admitted(charter, [member], choice).length === 0) continue
      if (choice.party === 'owner' && this.possibleOwners(type).includes(member)) return { owner: member }
      if (choice.party === 'creator' && this.possibleMakers(type).includes(member))
        return this.madeIsOwned(type) ? { owner: member } : { creator: member }
      const at = parties?.get(choice.party ?? '')
      const able = at === undefined ? undefined : this.possiblePeople(type, at)
      if (at !== undefined && able?.includes(member) !== false) return { people: [{ at, who: member }] }
      if (choice.party === undefined) return undefined
    }
    return undefined
  }

  private possiblePeople(type: string, place: PersonPlace): readonly Member[] | undefined {
    return possiblePeople(this.stage, this.members, { type, place, shown: this.shown })
  }

  /** Whether whoever makes an object of a type is its owner for all that is known. */
  private madeIsOwned(type: string): boolean {
    const owner = this.stage.charter.objects.get(type)?.owner
    return owner === undefined || owner === 'creator'
  }

  /** Whose the object of a use is best: the caller's own where that entitles, else of somebody else. */
  ownerFor(use: Use, member: Member, standing: Belonging | undefined): Member | undefined {
    if (use.object === undefined || standing?.owner !== undefined) return standing?.owner
    const asActor = choicesOf(use).find((choice) => choice.actor !== undefined && choice.party === undefined)
    const able = this.possibleOwners(use.object.type)
    const needsOther = use.constraints.some((each) => each.kind === 'separation')
    const others = able.filter(
      (each) => each !== member && (asActor === undefined || this.tenantFits(asActor, member, each)),
    )
    return others[0] ?? (needsOther ? undefined : able.find((each) => each === member))
  }

  /** Who creates an object: whom it needs as creator, else the owner where they may; `not` had better not. */
  makerOf(
    creator: Use,
    owner: Member | undefined,
    wanted: { creator?: Member | undefined; not?: Member | undefined },
  ): Member {
    const { charter } = this.stage
    const may = (member: Member | undefined): member is Member =>
      member !== undefined &&
      member !== wanted.not &&
      choicesOf(creator).some((each) => each.party === undefined && admitted(charter, [member], each).length > 0)
    if (may(wanted.creator)) return wanted.creator
    if (may(owner)) return owner
    const able = choicesOf(creator).flatMap((choice) => admitted(charter, this.members, choice))
    const others = fittingFirst(this.stage, creator, able).filter((member) => member !== wanted.not)
    const maker = others.find((member) => owner === undefined || sameTenant(member, owner)) ?? others[0] ?? able[0]
    if (maker === undefined) throw new Unbuildable(`no identity may \`${creator.id}\``)
    return maker
  }

  /** Who a new object belongs to once it is made: as wanted, as the objects it is made from, as it turned out before, its maker. */
  settle(creator: Use, made: Var, maker: Member, refs: Readonly<Record<Slot, Var>>): Belonging {
    const { charter } = this.stage
    const type = charter.objects.get(creator.object?.type ?? '')
    if (type === undefined) return {}
    const settled = (place: PersonPlace): Member | undefined =>
      this.named([this.choosing.settled?.get(settledAs(creator.id, maker.name, place)) ?? ''])[0]
    const inherited = (place: PersonPlace): Member | undefined => {
      const origin = originOf(charter, creator, place, this.shown)
      const name = origin.from === 'ref' || origin.from === 'doer' ? refs[origin.ref.slot] : undefined
      if (origin.from === 'doer') {
        const last = this.making.steps.findLast((step) => step.use === origin.use && step.object === name)
        return this.named([last?.as ?? ''])[0]
      }
      return origin.from !== 'ref' || name === undefined ? undefined : this.standsIn(name, origin.place)
    }
    const owner =
      this.making.owners.get(made) ?? inherited(type.owner ?? 'creator') ?? settled(type.owner ?? 'creator') ?? maker
    const people = [...type.parties.values()].flatMap((at) => {
      const known = isChosen(charter, creator, at, this.shown) ? undefined : settled(at)
      const who = known ?? this.standsIn(made, at) ?? inherited(at)
      return who === undefined ? [] : [{ at, who }]
    })
    return { owner, people }
  }

  /** Who stands in a place of an object, as far as is known. */
  private standsIn(name: Var, place: PersonPlace): Member | undefined {
    const spec = this.making.vars[name]
    const owner = this.stage.charter.objects.get(spec?.type ?? '')?.owner
    if (owner !== undefined && samePlace(owner, place)) return this.making.owners.get(name)
    if (place === 'creator') return this.named(this.makersOf(name))[0]
    if (place === 'parent') return this.making.owners.get(parentOf(this.stage.charter, this.making, name) ?? '')
    return this.named([(typeof place === 'string' ? undefined : spec?.people?.[printPointer(place)]) ?? ''])[0]
  }

  /** Whether somebody on stage is of the same tenant as a member. */
  areTogether(role: Role, member: Member): boolean {
    return this.named([role]).every((each) => sameTenant(each, member))
  }

  /** Names of those who made an object. */
  makersOf(object: Var | undefined): string[] {
    return this.making.steps.filter((step) => step.makes !== undefined && step.makes === object).map((step) => step.as)
  }

  /** Whether a step makes a use of an operation, or a move. */
  isUseOf(step: Step, name: string): boolean {
    return usesNamed(this.stage.charter, name).some((use) => use.id === step.use)
  }
}
