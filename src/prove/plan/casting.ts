/** Who can do what in a scenario: the charter's choices, minus those whom earlier steps rule out. */
import type { Approval, Choice, Use } from '../../charter/charter.ts'
import { admitted, boundToTenant, choicesOf, type Member, type Stage, sameTenant } from './cast.ts'
import type { Step, Var, VarSpec } from './scenario.ts'
import { type BuildOptions, Unbuildable } from './wants.ts'

/** What of a scenario in the making decides who may be cast. */
export interface Making {
  readonly steps: readonly Step[]
  readonly vars: Readonly<Record<Var, VarSpec>>
  readonly owners: ReadonlyMap<Var, Member>
}

const nothingYet: Making = { steps: [], vars: {}, owners: new Map() }

/** Chooses people; sees the scenario grow, so that whoever asks gets those who fit now. Throws `Unbuildable` when nobody does. */
export class Casting {
  private readonly stage: Stage
  private readonly choosing: BuildOptions
  private readonly making: Making

  constructor(stage: Stage, options: BuildOptions, making: Making = nothingYet) {
    this.stage = stage
    this.choosing = options
    this.making = making
  }

  /** Members that may be cast, in order. */
  get members(): readonly Member[] {
    return this.stage.members.filter((member) => this.choosing.notCast?.has(member.name) !== true)
  }

  /** Distinct approvers who may approve, as many as the quorum asks for. */
  approvers(approval: Approval, use: Use | undefined, object: Var | undefined, requester?: Member): Member[] {
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
    return eligible.slice(0, approval.quorum)
  }

  /** The first member who may make a use on an object: its party when the charter says so, else an actor of the same tenant. */
  pick(use: Use, object: Var | undefined): Member {
    const options = this.able(use, object)
    const first = options[0]
    if (first === undefined)
      throw new Unbuildable(`no identity may \`${use.id}\`${object === undefined ? '' : ` on ${object}`}`)
    return first
  }

  /** Everybody who may make a use on an object, parties first where the charter names them first. */
  able(use: Use, object: Var | undefined): Member[] {
    const owner = object === undefined ? undefined : this.making.owners.get(object)
    const barred = new Set(this.separated(use, object))
    const found = choicesOf(use).flatMap((choice) => this.candidates(use, choice, object, owner))
    return [...new Set(found)].filter((member) => !barred.has(member.name))
  }

  private candidates(use: Use, choice: Choice, object: Var | undefined, owner: Member | undefined): Member[] {
    if (choice.party === 'owner' || choice.party === 'creator') {
      const able = owner === undefined ? this.possibleOwners(use.object?.type) : [owner]
      return admitted(this.stage.charter, able, choice)
    }
    const partner = this.partyOf(choice.party, object)
    const able = admitted(this.stage.charter, partner.length > 0 ? partner : this.members, choice)
    if (partner.length > 0) return able
    const strangers =
      choice.party === undefined && choice.actor !== undefined ? able : able.filter((member) => member !== owner)
    return strangers.filter((member) => object === undefined || this.tenantFits(choice, member, owner))
  }

  /** Members known to be a declared party of an object: whom the scenario made it, else whoever made the object. */
  private partyOf(party: string | undefined, object: Var | undefined): Member[] {
    const spec = this.making.vars[object ?? '']
    if (party === undefined || spec === undefined || !this.isParty(spec.type, party)) return []
    const names = spec.parties?.[party] === undefined ? this.makersOf(object) : [spec.parties[party]]
    return this.stage.members.filter((member) => names.includes(member.name))
  }

  /** Who could own an object of a type: whoever may create one; anybody when the API lets nobody. */
  possibleOwners(type: string | undefined): Member[] {
    const creators = this.stage.charter.objects.get(type ?? '')?.transitions.filter((each) => each.creates) ?? []
    const makers = creators.flatMap((creator) =>
      choicesOf(creator).flatMap((choice) => admitted(this.stage.charter, this.members, choice)),
    )
    return makers.length > 0 ? [...new Set(makers)] : [...this.members]
  }

  private tenantFits(choice: Choice, member: Member, owner: Member | undefined): boolean {
    if (choice.actor === undefined || owner === undefined) return true
    return !boundToTenant(this.stage.charter.actors.get(choice.actor)) || sameTenant(member, owner)
  }

  /** Those who may not make a use on this object because of what they did to it or are to it. */
  private separated(use: Use, object: Var | undefined): string[] {
    if (this.choosing.samePerson === true) return []
    const owner = object === undefined ? undefined : this.making.owners.get(object)?.name
    return use.constraints.flatMap((constraint) => {
      if (constraint.kind !== 'separation') return []
      const { of } = constraint
      if ('operations' in of) {
        const others = this.making.steps.filter((step) =>
          of.operations.some((operation) => operation !== use.operation && this.isUseOf(step, operation)),
        )
        return others.filter((step) => (step.object ?? step.makes) === object).map((step) => step.as)
      }
      return [...this.makersOf(object), ...(owner === undefined ? [] : [owner])]
    })
  }

  /** Whose the object of a use is best: the caller's own where that entitles, else of somebody else. */
  ownerFor(use: Use, member: Member): Member | undefined {
    if (use.object === undefined) return undefined
    const choices = choicesOf(use).filter(
      (choice) => admitted(this.stage.charter, [member], choice).length > 0 || choice.party !== undefined,
    )
    const asParty = choices.find((choice) => choice.party === 'owner' || choice.party === 'creator')
    const asActor = choices.find((choice) => choice.actor !== undefined && choice.party === undefined)
    const able = this.possibleOwners(use.object?.type)
    if (asParty !== undefined && able.includes(member)) return member
    const needsOther = use.constraints.some((each) => each.kind === 'separation')
    const others = able.filter(
      (each) => each !== member && (asActor === undefined || this.tenantFits(asActor, member, each)),
    )
    if (others[0] !== undefined) return others[0]
    return needsOther ? undefined : able.find((each) => each === member)
  }

  /** Who creates an object that shall be of an owner: the owner where they may. */
  makerOf(creator: Use, owner: Member | undefined): Member {
    if (
      owner !== undefined &&
      choicesOf(creator).some(
        (choice) => choice.party === undefined && admitted(this.stage.charter, [owner], choice).length > 0,
      )
    )
      return owner
    const able = choicesOf(creator).flatMap((choice) => admitted(this.stage.charter, this.members, choice))
    const maker = able.find((member) => owner === undefined || sameTenant(member, owner)) ?? able[0]
    if (maker === undefined) throw new Unbuildable(`no identity may \`${creator.id}\``)
    return maker
  }

  /** Whether a member may create an object of a type. */
  canMake(type: string, member: Member): boolean {
    const creators = this.stage.charter.objects.get(type)?.transitions.filter((use) => use.creates) ?? []
    return creators.some((use) =>
      choicesOf(use).some((choice) => admitted(this.stage.charter, [member], choice).length > 0),
    )
  }

  /** Whether a type declares a party. */
  isParty(type: string, party: string): boolean {
    return this.stage.charter.objects.get(type)?.parties.has(party) === true
  }

  /** Names of those who made an object. */
  makersOf(object: Var | undefined): string[] {
    return this.making.steps.filter((step) => step.makes !== undefined && step.makes === object).map((step) => step.as)
  }

  /** Whether a step makes a use of an operation. */
  isUseOf(step: Step, operation: string): boolean {
    return this.stage.charter.operations.get(operation)?.uses.some((use) => use.id === step.use) ?? false
  }
}
