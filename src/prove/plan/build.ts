/**
 * Builds scenarios: everything needed so that one use can be made, by whom, on which objects, in which states.
 *
 * The search is over lifecycles; arguments are found later, when answers are known. Nothing here is tried: a scenario that turns out
 * not to work is reported with the step that failed.
 */
import type { Approval, Charter, Choice, Constraint, ObjectType, Ref, Slot, Use } from '../../charter/charter.ts'
import { admitted, boundToTenant, type Member, sameTenant } from './cast.ts'
import { movesFrom, useById, usesOf, type Way, waysTo } from './graph.ts'
import { namedObjects } from './implicit-ref.ts'
import type { Extra, Scenario, Seat, Step, Var, VarSpec, Wish } from './scenario.ts'

/** What a scenario shall look like beyond the rightful way. */
export interface Wants {
  /** Who makes the call; without it, the first who may. */
  readonly member?: Member
  /** Whose the object shall be, when not the caller's. */
  readonly owner?: Member
  /** States of the object or of references other than those the charter asks for. */
  readonly states?: Readonly<Record<Slot, readonly string[]>>
  /** Wishes on the object or on references. */
  readonly wishes?: readonly Wish[]
  /** Approvals: given in full (`granted`), or left out so that only what the state needs is done. */
  readonly approvals?: 'granted' | 'left-out'
  /** An order rule not to be prepared for. */
  readonly without?: string
  /** Whose a reference shall be, when not the caller's. */
  readonly refOwner?: Readonly<Record<Slot, Member>>
}

/** How objects and people are chosen throughout a scenario. */
export interface BuildOptions {
  /** Types looked for among existing objects although they can be made. */
  readonly found: ReadonlySet<string>
  /** A use made of every new object of a type, because others need what it brings, as money on an account. */
  readonly enrich?: ReadonlyMap<string, Use>
  /** The use that creates objects of its type, when there are several. */
  readonly creator?: string
  /** Members not to be cast. */
  readonly notCast?: ReadonlySet<string>
  /** Lets one person do what the charter wants done by different ones. */
  readonly samePerson?: boolean
}

/** What an object is wanted for. */
interface Supply {
  readonly owner: Member | undefined
  readonly states: readonly string[]
  readonly wishes: readonly Wish[]
  readonly depth: number
  /** A move the way must pass. */
  readonly through?: Use | undefined
  /** Members who must be parties of it. */
  readonly parties?: Readonly<Record<string, Member>>
}

export interface Stage {
  readonly charter: Charter
  readonly members: readonly Member[]
}

/** Why a scenario cannot be built. */
export class Unbuildable extends Error {}

const deepest = 5

export class Builder {
  readonly cast: Record<string, Seat> = {}
  readonly vars: Record<Var, VarSpec> = {}
  readonly steps: Step[] = []
  private readonly owners = new Map<Var, Member>()
  private readonly tally = new Map<string, number>()
  private readonly stage: Stage
  private readonly choices: BuildOptions

  constructor(stage: Stage, options: BuildOptions) {
    this.stage = stage
    this.choices = options
  }

  scenario(): Scenario {
    return { cast: this.freshCast(), vars: { ...this.vars }, steps: [...this.steps] }
  }

  /** People of a pool are new for each scenario when something counts per person or is their own, so that no case uses up another's chance. */
  private freshCast(): Record<string, Seat> {
    const counted =
      this.steps.some((step) => useById(this.stage.charter, step.use)?.constraints.some(countsPeople) === true) ||
      Object.values(this.vars).some((spec) => {
        const type = this.stage.charter.objects.get(spec.type)
        return type !== undefined && isOwn(this.stage.charter, type)
      })
    const pools = new Set(this.stage.members.filter((member) => member.pool).map((member) => member.name))
    return Object.fromEntries(
      Object.entries(this.cast).map(([role, seat]) => [role, { ...seat, fresh: counted && pools.has(role) }]),
    )
  }

  /** Goes on from a scenario built before. */
  resume(scenario: Scenario): void {
    for (const [name, spec] of Object.entries(scenario.vars)) {
      this.vars[name] = spec
      const owner = this.stage.members.find((member) => member.name === spec.owner)
      if (owner !== undefined) this.owners.set(name, owner)
    }
    for (const role of Object.keys(scenario.cast)) this.cast[role] ??= { identity: role, fresh: false }
    this.steps.push(...scenario.steps)
  }

  /** Members that may be cast, in order. */
  get members(): readonly Member[] {
    return this.stage.members.filter((member) => this.choices.notCast?.has(member.name) !== true)
  }

  play(member: Member): string {
    this.cast[member.name] ??= { identity: member.name, fresh: false }
    return member.name
  }

  /** Adds what is needed for a use and then the use itself as the last step. */
  addAct(use: Use, wants: Wants): void {
    const member = wants.member ?? this.pick(use, undefined)
    const owner = wants.owner ?? this.ownerFor(use, member)
    const object = this.objectFor(use, owner, wants)
    this.prepareApprovals(use, object, member, wants)
    this.step(use, { member, object, wants, purpose: 'act', depth: 0 })
  }

  /** The object a use acts on, brought into a state the use may start from. */
  private objectFor(use: Use, owner: Member | undefined, wants: Wants): Var | undefined {
    if (use.object === undefined || use.creates) return undefined
    const states = wants.states?.['object'] ?? use.from
    const through = wants.approvals === 'granted' ? this.grantUse(use) : undefined
    const wishes = (wants.wishes ?? []).filter((wish) => wish.slot === 'object')
    return this.supply(use.object.type, { owner, states, wishes, through, depth: 0 })
  }

  /** Makes or finds an object and brings it into a wanted state; see `waysTo`. */
  supply(typeName: string, want: Supply): Var {
    const type = this.stage.charter.objects.get(typeName)
    if (type === undefined) throw new Unbuildable(`there is no object ${typeName}`)
    if (want.depth > deepest) throw new Unbuildable(`making a ${typeName} needs too many other objects`)
    if (isOwn(this.stage.charter, type))
      return this.findAndMove(type, { ...want, owner: want.owner ?? this.members.find((each) => each.pool) })
    if (this.choices.found.has(typeName)) return this.findAndMove(type, want)
    const ways = waysTo(type, want.states, want.through)
    const way = ways.find(([first]) => first?.id === this.choices.creator) ?? ways[0]
    if (way !== undefined) return this.follow(type, way, want)
    const creatable = type.transitions.some((use) => use.creates)
    if (creatable && want.states.length > 0 && type.list === undefined) {
      throw new Unbuildable(`no transitions lead a new ${typeName} to ${want.states.join(' or ')}`)
    }
    return this.introduce(type, { ...want, supply: 'found' })
  }

  /** An existing object, in the state new ones have, and the moves from there. */
  private findAndMove(type: ObjectType, want: Supply): Var {
    const starts = type.transitions.filter((use) => use.creates).flatMap((use) => use.to)
    const start = starts[0] ?? type.states[0]
    const moves =
      start === undefined || want.states.length === 0 ? [] : movesFrom(type, start, want.states, want.through)
    if (moves === undefined || start === undefined) return this.introduce(type, { ...want, supply: 'found' })
    const states = want.states.length === 0 ? [] : moves.length === 0 ? want.states : [start]
    const object = this.introduce(type, { ...want, states, supply: 'found' })
    this.move(object, moves, want.depth)
    return object
  }

  /** Adds moves of an object, each by whoever may. */
  move(object: Var, moves: readonly Use[], depth: number): void {
    for (const use of moves) {
      for (const member of this.performers(use, object)) {
        this.step(use, { member, object, wants: {}, purpose: 'setup', depth })
      }
    }
  }

  private introduce(
    type: ObjectType,
    want: Pick<Supply, 'owner' | 'states' | 'wishes' | 'parties'> & { supply: VarSpec['supply'] },
  ): Var {
    const number = (this.tally.get(type.name) ?? 0) + 1
    this.tally.set(type.name, number)
    const name = `${type.name}-${number}`
    if (want.owner !== undefined) this.owners.set(name, want.owner)
    const parties = Object.entries(want.parties ?? {}).map(([party, member]) => [party, this.play(member)] as const)
    this.vars[name] = {
      type: type.name,
      supply: want.supply,
      states: want.states,
      wishes: want.wishes,
      ...(want.owner === undefined || type.owner === undefined ? {} : { owner: this.play(want.owner) }),
      ...(parties.length === 0 ? {} : { parties: Object.fromEntries(parties) }),
    }
    return name
  }

  private follow(type: ObjectType, way: Way, want: Supply): Var {
    const [creator, ...moves] = way
    if (creator === undefined) throw new Unbuildable(`nothing creates a ${type.name}`)
    const maker = this.makerOf(creator, want.owner)
    const object = this.introduce(type, { ...want, owner: want.owner ?? maker, states: [], supply: 'made' })
    const owned = want.owner === undefined || want.owner === maker ? [] : ownerMember(type, want.owner)
    const parties = Object.entries(want.parties ?? {}).flatMap(([party, member]) => {
      const at = type.parties.get(party)
      this.play(member)
      return at === undefined ? [] : [{ at, value: { idOf: member.name } }]
    })
    const { depth, wishes } = want
    const extra = [...owned, ...parties]
    this.step(creator, {
      member: maker,
      object: undefined,
      makes: object,
      wants: { wishes },
      owner: want.owner,
      purpose: 'setup',
      depth,
      extra,
    })
    const enrich = this.choices.enrich?.get(type.name)
    if (enrich !== undefined && depth < deepest && moves.every((use) => use !== enrich))
      this.move(object, [enrich], depth + 1)
    this.move(object, moves, depth)
    return object
  }

  /** Who makes a move on the way: as many as an approval needs when the move grants one, else one. */
  private performers(use: Use, object: Var): Member[] {
    const approval = this.approvalGranted(use)
    return approval === undefined ? [this.pick(use, object)] : this.approvers(approval, use, object)
  }

  private approvalGranted(use: Use): Approval | undefined {
    return this.stage.charter.approvals.get(this.stage.charter.operations.get(use.operation)?.grants ?? '')
  }

  /** Distinct approvers who may approve, as many as the quorum asks for. */
  approvers(approval: Approval, use: Use | undefined, object: Var | undefined, requester?: Member): Member[] {
    const owner = object === undefined ? undefined : this.owners.get(object)
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

  private makersOf(object: Var | undefined): string[] {
    return this.steps.filter((step) => step.makes !== undefined && step.makes === object).map((step) => step.as)
  }

  private grantUse(use: Use): Use | undefined {
    for (const constraint of use.constraints) {
      if (constraint.kind !== 'approval') continue
      const grant = this.stage.charter.approvals.get(constraint.approval)?.grant
      const found = grant === undefined ? undefined : usesOf(this.stage.charter, grant, use.object?.type)[0]
      if (found?.kind === 'transition') return found
    }
    return undefined
  }

  /** Grants, by an operation that is no transition, what the use needs approved. */
  private prepareApprovals(use: Use, object: Var | undefined, member: Member, wants: Wants): void {
    if (wants.approvals !== 'granted') return
    for (const constraint of use.constraints) {
      if (constraint.kind !== 'approval') continue
      const approval = this.stage.charter.approvals.get(constraint.approval)
      const grant =
        approval?.grant === undefined ? undefined : usesOf(this.stage.charter, approval.grant, use.object?.type)[0]
      if (approval === undefined || grant === undefined)
        throw new Unbuildable(`no operation of the API grants \`${constraint.approval}\``)
      if (this.steps.some((step) => step.use === grant.id)) continue
      for (const approver of this.approvers(approval, grant, object, member)) {
        this.step(grant, { member: approver, object, wants: {}, purpose: 'setup', depth: 0 })
      }
    }
  }

  /** Adds one step, after what its references and order rules need. */
  step(
    use: Use,
    how: {
      member: Member
      object: Var | undefined
      makes?: Var
      wants: Wants
      purpose: Step['purpose']
      depth: number
      extra?: Step['extra']
      /** Whose the object shall be that the step makes. */
      owner?: Member | undefined
    },
  ): void {
    const { member, object, wants, depth } = how
    this.prepareOrder(use, member, object, wants, depth)
    const refs: Record<Slot, Var> = {}
    for (const ref of namedObjects(this.stage.charter, use)) {
      if (ref.optional && wants.states?.[ref.slot] === undefined && wants.refOwner?.[ref.slot] === undefined) continue
      refs[ref.slot] = this.refFor(use, ref, { member, object, wants, depth, heir: how.owner ?? wants.owner })
    }
    const makes = how.makes ?? (use.creates && use.object !== undefined ? this.declareMade(use, member) : undefined)
    this.steps.push({
      use: use.id,
      as: this.play(member),
      refs,
      purpose: how.purpose,
      wishes: wants.wishes ?? [],
      extra: how.extra ?? [],
      ...(object === undefined ? {} : { object }),
      ...(makes === undefined ? {} : { makes }),
    })
  }

  private declareMade(use: Use, member: Member): Var | undefined {
    const type = this.stage.charter.objects.get(use.object?.type ?? '')
    return type === undefined
      ? undefined
      : this.introduce(type, { owner: member, states: [], wishes: [], supply: 'made' })
  }

  private refFor(
    use: Use,
    ref: Ref,
    how: { member: Member; object: Var | undefined; wants: Wants; depth: number; heir: Member | undefined },
  ): Var {
    const { member, object, wants, depth, heir } = how
    const demand = (kind: 'by' | 'from') => use.constraints.find((each) => each.kind === kind && each.slot === ref.slot)
    const [by, from] = [demand('by'), demand('from')]
    const states = wants.states?.[ref.slot] ?? (from?.kind === 'from' ? from.states : [])
    const choices = by?.kind === 'by' ? by.choices : []
    const owned = choices.some((choice) => choice.party === 'owner' || choice.party === 'creator')
    const party = choices
      .map((choice) => choice.party)
      .find((each) => each !== undefined && this.isParty(ref.object, each))
    const other = wants.refOwner?.[ref.slot]
    const owner = other ?? member
    const wishes = (wants.wishes ?? []).filter((wish) => wish.slot === ref.slot)
    const free = wants.states?.[ref.slot] === undefined && other === undefined && wishes.length === 0
    const reusable = free
      ? this.reuse(ref, owned ? owner : undefined, object, party === undefined ? undefined : { party, member })
      : undefined
    if (reusable !== undefined) return reusable
    const own = owned || (party === undefined && this.canMake(ref.object, owner)) ? owner : undefined
    // What the caller cannot have is the owner's of whatever is being made.
    const parties = party === undefined ? {} : { parties: { [party]: owner } }
    return this.supply(ref.object, { owner: own ?? heir, states, wishes, depth: depth + 1, ...parties })
  }

  private isParty(type: string, party: string): boolean {
    return this.stage.charter.objects.get(type)?.parties.has(party) === true
  }

  /** An object of the scenario that a reference can mean: the parent of the object acted on, or one already there. */
  private reuse(
    ref: Ref,
    owner: Member | undefined,
    object: Var | undefined,
    as?: { party: string; member: Member },
  ): Var | undefined {
    const names = Object.keys(this.vars).filter((name) => this.vars[name]?.type === ref.object && name !== object)
    return names.findLast(
      (name) =>
        (owner === undefined || this.owners.get(name)?.name === owner.name) &&
        (as === undefined || this.vars[name]?.parties?.[as.party] === as.member.name),
    )
  }

  private canMake(type: string, member: Member): boolean {
    const creators = this.stage.charter.objects.get(type)?.transitions.filter((use) => use.creates) ?? []
    return creators.some((use) =>
      choicesOf(use).some((choice) => admitted(this.stage.charter, [member], choice).length > 0),
    )
  }

  private prepareOrder(use: Use, member: Member, object: Var | undefined, wants: Wants, depth: number): void {
    for (const rule of use.constraints) {
      if (rule.kind !== 'order' || rule.id === wants.without || rule.operations[1] !== use.operation) continue
      if (!['precedence', 'alternate-precedence', 'chain-precedence', 'succession'].includes(rule.template)) continue
      const [before] = rule.operations
      const first = usesOf(this.stage.charter, before, use.object?.type)[0]
      const perObject = rule.per.includes('object')
      const present = this.steps.some(
        (step) =>
          this.isUseOf(step, before) &&
          (!perObject || step.object === object) &&
          (perObject || step.as === member.name),
      )
      if (first === undefined || present || depth > deepest) continue
      const performer = perObject ? this.pick(first, object) : member
      const target =
        first.creates || first.object === undefined
          ? undefined
          : perObject
            ? object
            : this.supplyFor(first, performer, depth)
      this.step(first, { member: performer, object: target, wants: {}, purpose: 'setup', depth: depth + 1 })
    }
  }

  private supplyFor(use: Use, member: Member, depth: number): Var | undefined {
    if (use.object === undefined) return undefined
    return this.supply(use.object.type, { owner: member, states: use.from, wishes: [], depth: depth + 1 })
  }

  private isUseOf(step: Step, operation: string): boolean {
    return this.stage.charter.operations.get(operation)?.uses.some((use) => use.id === step.use) ?? false
  }

  /** The first member who may make a use on an object: its party when the charter says so, else an actor of the same tenant. */
  pick(use: Use, object: Var | undefined): Member {
    const options = this.options(use, object)
    const first = options[0]
    if (first === undefined)
      throw new Unbuildable(`no identity may \`${use.id}\`${object === undefined ? '' : ` on ${object}`}`)
    return first
  }

  options(use: Use, object: Var | undefined): Member[] {
    const owner = object === undefined ? undefined : this.owners.get(object)
    const barred = new Set(this.separated(use, object))
    const found = choicesOf(use).flatMap((choice) => this.candidates(use, choice, object, owner))
    return [...new Set(found)].filter((member) => !barred.has(member.name))
  }

  private candidates(use: Use, choice: Choice, object: Var | undefined, owner: Member | undefined): Member[] {
    if (choice.party === 'owner' || choice.party === 'creator') {
      const able = owner === undefined ? this.possibleOwners(use) : [owner]
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
    const spec = this.vars[object ?? '']
    if (party === undefined || spec === undefined || !this.isParty(spec.type, party)) return []
    const names = spec.parties?.[party] === undefined ? this.makersOf(object) : [spec.parties[party]]
    return this.stage.members.filter((member) => names.includes(member.name))
  }

  /** Who could own the object a use acts on: whoever may create one; anybody when the API lets nobody. */
  possibleOwners(use: Use): Member[] {
    const creators =
      this.stage.charter.objects.get(use.object?.type ?? '')?.transitions.filter((each) => each.creates) ?? []
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
    if (this.choices.samePerson === true) return []
    const owner = object === undefined ? undefined : this.owners.get(object)?.name
    return use.constraints.flatMap((constraint) => {
      if (constraint.kind !== 'separation') return []
      const { of } = constraint
      if ('operations' in of) {
        const others = this.steps.filter((step) =>
          of.operations.some((operation) => operation !== use.operation && this.isUseOf(step, operation)),
        )
        return others.filter((step) => (step.object ?? step.makes) === object).map((step) => step.as)
      }
      return [...this.makersOf(object), ...(owner === undefined ? [] : [owner])]
    })
  }

  private ownerFor(use: Use, member: Member): Member | undefined {
    if (use.object === undefined) return undefined
    const choices = choicesOf(use).filter(
      (choice) => admitted(this.stage.charter, [member], choice).length > 0 || choice.party !== undefined,
    )
    const asParty = choices.find((choice) => choice.party === 'owner' || choice.party === 'creator')
    const asActor = choices.find((choice) => choice.actor !== undefined && choice.party === undefined)
    const able = this.possibleOwners(use)
    if (asParty !== undefined && able.includes(member)) return member
    const needsOther = use.constraints.some((each) => each.kind === 'separation')
    const others = able.filter(
      (each) => each !== member && (asActor === undefined || this.tenantFits(asActor, member, each)),
    )
    if (others[0] !== undefined) return others[0]
    return needsOther ? undefined : able.find((each) => each === member)
  }

  private makerOf(creator: Use, owner: Member | undefined): Member {
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
}

/** The choices of the `by` of a use itself (not of its references). */
export function choicesOf(use: Use): readonly Choice[] {
  const by = use.constraints.find(
    (each): each is Extract<Constraint, { kind: 'by' }> => each.kind === 'by' && each.slot === 'object',
  )
  return by?.choices ?? []
}

function countsPeople(constraint: Constraint): boolean {
  return 'per' in constraint && constraint.per.includes('principal')
}

function ownerMember(type: ObjectType, owner: Member): Step['extra'] {
  if (!Array.isArray(type.owner)) return []
  const value: Extra = { idOf: owner.name }
  return [{ at: type.owner, value }]
}

/** Everybody has one, found by who they are: a profile, a subscription. */
function isOwn(charter: Charter, type: ObjectType): boolean {
  const read = charter.operations.get(type.read ?? '')
  return read?.uses.some((use) => use.object?.key.from === 'principal') === true
}
