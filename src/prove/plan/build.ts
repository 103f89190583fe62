/**
 * Builds scenarios: everything needed so that one use can be made, by whom, on which objects, in which states.
 *
 * The search is over lifecycles; arguments are found later, when answers are known. Nothing here is tried: a scenario that turns out
 * not to work is reported with the step that failed.
 */
import { withArticle } from '../../cel/article.ts'
import type { ObjectType, Use } from '../../charter/charter.ts'
import { printPointer } from '../../charter/pointer.ts'
import { makeBeside, moveAlong } from './along.ts'
import { stillApart } from './apart.ts'
import { appointments } from './appoint.ts'
import { type Belonging, type Binding, bind, ownerIf, peopleFor } from './belong.ts'
import { choicesOf, type Member, type Stage } from './cast.ts'
import { Casting } from './casting.ts'
import { findAndMove, standingFor } from './existing.ts'
import { fillRefs, refFor } from './fill-ref.ts'
import { firstWay } from './first-way.ts'
import { freshCast } from './fresh-cast.ts'
import { isOwn, type Way, waysTo } from './graph.ts'
import { parentNamed } from './kin.ts'
import { type Lore, noLore } from './lore.ts'
import { grantUse, performersOf, prepareAlways, prepareApprovals, prepareOrder } from './prepare.ts'
import { prepareRules } from './prepare-rule.ts'
import type { Scenario, Seat, Step, Var, VarSpec } from './scenario.ts'
import { madeTied } from './sought.ts'
import { startsOf } from './state-rule.ts'
import { type BuildOptions, deepest, type Supply, Unbuildable, type Wants } from './wants.ts'

/** How a step is made. */
export interface How {
  readonly member: Member
  readonly object: Var | undefined
  readonly makes?: Var
  readonly wants: Wants
  readonly purpose: Step['purpose']
  /** How many objects are being made for one another. */
  readonly depth: number
  readonly extra?: Step['extra']
  /** What people shall be to the object that the step makes. */
  readonly belonging?: Belonging
  /** What objects must be that the step names, for the sake of the one it makes. */
  readonly inherit?: Binding['inherit']
  /** The object that the step makes another one for. */
  readonly near?: Var | undefined
}

/** One scenario in the making. Methods add steps, and throw `Unbuildable` when there is no way. */
export class Builder {
  readonly cast: Record<string, Seat> = {}
  readonly vars: Record<Var, VarSpec> = {}
  readonly steps: Step[] = []
  readonly owners = new Map<Var, Member>()
  /** Objects that are to be left as they are. */
  readonly kept = new Set<Var>()
  readonly stage: Stage
  readonly casting: Casting
  private readonly tally = new Map<string, number>()
  /** Uses that are about to make something. */
  readonly coming: Use[] = []
  readonly choices: BuildOptions

  constructor(stage: Stage, options: BuildOptions) {
    this.stage = stage
    this.choices = options
    this.casting = new Casting(stage, options, this)
  }

  /** The states in which what a use names is left on purpose; undefined where that is nothing to it. */
  early(use: Use, type: string | undefined): readonly string[] | undefined {
    const { early } = this.choices
    return use.creates && early?.maker === use.object?.type && early?.type === type ? early?.states : undefined
  }

  get lore(): Lore {
    return this.choices.lore ?? noLore
  }

  /** What has been built so far; the builder may go on. */
  scenario(): Scenario {
    return { cast: freshCast(this.stage, this), vars: { ...this.vars }, steps: [...this.steps] }
  }

  /** Goes on from a scenario built before. */
  resume(scenario: Scenario): void {
    for (const [name, spec] of Object.entries(scenario.vars)) {
      this.vars[name] = spec
      this.tally.set(spec.type, (this.tally.get(spec.type) ?? 0) + 1)
      const owner = this.stage.members.find((member) => member.name === spec.owner)
      if (owner !== undefined) this.owners.set(name, owner)
    }
    for (const [role, seat] of Object.entries(scenario.cast)) this.cast[role] ??= { ...seat, fresh: false }
    this.steps.push(...scenario.steps)
  }

  /** Puts a member on stage and gives the role. */
  play(member: Member): string {
    this.cast[member.name] ??= { identity: member.name, fresh: false }
    return member.name
  }

  /** Adds what is needed for a use and then the use itself as the last step. */
  addAct(use: Use, wants: Wants): void {
    const first = wants.member ?? this.casting.pick(use, undefined)
    const object = this.objectFor(use, first, wants)
    // The object may have turned out to belong to somebody else.
    const stays = wants.member !== undefined || object === undefined || this.casting.able(use, object).includes(first)
    const member = stays ? first : this.casting.pick(use, object)
    this.fillUp(object, member)
    prepareApprovals(this, use, { object, member, wants })
    const near = use.creates ? wants.near : undefined
    this.step(use, { member, object, wants, purpose: 'act', depth: 0, near })
  }

  /** Makes what is to fill the object acted on; see `BuildOptions.fill`. */
  private fillUp(object: Var | undefined, member: Member): void {
    const { fill, ...options } = this.choices
    const owner = this.owners.get(object ?? '')
    if (fill === undefined) return
    if (owner === undefined) throw new Unbuildable(`nobody is known to own what ${withArticle(fill)} is to be made for`)
    const other = new Builder(this.stage, { ...options, notCast: new Set([...(options.notCast ?? []), member.name]) })
    const known = this.steps.length
    other.resume(this.scenario())
    other.supply(fill, { owner, states: [], wishes: [], depth: 1 })
    const { steps, ...made } = other.scenario()
    this.resume({ ...made, steps: steps.slice(known) })
  }

  /** The object a use acts on, brought into a state the use may start from. */
  private objectFor(use: Use, member: Member, wants: Wants): Var | undefined {
    if (use.object === undefined || use.creates) return undefined
    const { type, key } = use.object
    const standing = this.casting.standing(type, choicesOf(use), member)
    const owner = key.from === 'principal' ? member : (wants.owner ?? this.casting.ownerFor(use, member, standing))
    const { charter } = this.stage
    const starts = wants.states?.['object'] ?? startsOf(charter, use, wants.without, member.principal, owner?.principal)
    // What may be in any state is left where the move that it should have made leads.
    const states = starts.length === 0 ? (this.choices.through?.to ?? starts) : starts
    const kind = charter.objects.get(type)
    // What a call finds by who makes it is what they call with, not one that is made for it.
    if (key.from === 'principal' && kind !== undefined && !isOwn(charter, kind))
      return standingFor(this, member, type, states, 0)
    const above = kind === undefined || this.isMade(kind) ? undefined : parentNamed(charter, use, kind)
    const how = { member, object: undefined, wants, purpose: 'act', depth: 0 } as const
    return this.supply(type, {
      ...standing,
      ...(wants.near === undefined ? {} : { near: wants.near }),
      ...(above === undefined ? {} : { near: refFor(this, use, above, how) }),
      owner,
      creator: wants.creator ?? standing?.creator,
      states,
      wishes: (wants.wishes ?? []).filter((wish) => wish.slot === 'object'),
      through:
        wants.through ?? (wants.approvals === 'granted' ? grantUse(this, use) : undefined) ?? this.choices.through,
      ahead: { use, member },
      depth: 0,
    })
  }

  /** Whether an object of a type is made rather than looked for. */
  private isMade({ name, transitions }: ObjectType): boolean {
    return !this.choices.found.has(name) && transitions.some((use) => use.creates)
  }

  /** Makes or finds an object and brings it into a wanted state; see `waysTo`. */
  supply(typeName: string, want: Supply): Var {
    const type = this.stage.charter.objects.get(typeName)
    if (type === undefined) throw new Unbuildable(`there is no object ${typeName}`)
    if (want.depth > deepest) throw new Unbuildable(`making ${withArticle(typeName)} needs too many other objects`)
    if (isOwn(this.stage.charter, type))
      return findAndMove(this, type, { ...want, owner: want.owner ?? this.casting.members.find((each) => each.pool) })
    if (this.choices.found.has(typeName)) return findAndMove(this, type, want)
    const passing = waysTo(type, want.states, want.through, this.lore.avoid)
    // What comes before the move that should be passed is reached without it.
    const all = passing.length > 0 ? passing : waysTo(type, want.states, undefined, this.lore.avoid)
    // What is being made cannot be what it is made from.
    const ways = all.filter(([first]) => first === undefined || !this.coming.includes(first))
    const isMeant = ([first]: Way): number => Number(first?.id === this.choices.creator)
    const sorted = ways.toSorted((left, right) => isMeant(right) - isMeant(left))
    if (sorted.length > 0) return firstWay(this, sorted, (way) => this.follow(type, way, want))
    const creatable = type.transitions.some((use) => use.creates)
    if (type.list === undefined && all[0]?.[0] !== undefined)
      throw new Unbuildable(`\`${all[0][0].id}\` makes every ${typeName} from what needs one that is there already`)
    if (creatable && want.states.length > 0 && type.list === undefined) {
      throw new Unbuildable(`no transitions lead a new ${typeName} to ${want.states.join(' or ')}`)
    }
    return this.introduce(type, { ...want, supply: 'found' })
  }

  /** Adds moves of an object, each by whoever may; people needed `ahead` are spared where others can do it. */
  move(object: Var, moves: readonly Use[], depth: number, ahead?: Supply['ahead'], doers: Supply['doers'] = []): void {
    for (const [index, use] of moves.entries()) {
      if (use.kind === 'along') {
        moveAlong(this, object, use, depth)
        continue
      }
      const later = [...moves.slice(index + 1), ...(ahead === undefined ? [] : [ahead.use])]
      prepareAlways(this, use, object, depth)
      const named = appointments(this, { use, object, later }, this.choices.samePerson)
      const extra = named.map(({ said, who }) => ({ at: said, value: { idOf: this.play(who) } }))
      const keep = ahead?.member
      const meant = doers.find((each) => each.use === use.id && this.casting.able(use, object).includes(each.who))
      const makers = meant === undefined ? performersOf(this, use, object, { later, keep }) : [meant.who]
      for (const member of makers) {
        const how = { member, object, wants: {}, extra, purpose: 'setup', depth } as const
        if (!makeBeside(this, use, how, moves.slice(index + 1))) this.step(use, how)
      }
      this.note(object, { owner: this.owners.get(object), people: named })
    }
  }

  introduce(
    type: ObjectType,
    want: Pick<Supply, 'owner' | 'states' | 'wishes' | 'people' | 'near' | 'ahead' | 'ties'> & {
      supply: VarSpec['supply']
    },
  ): Var {
    const number = (this.tally.get(type.name) ?? 0) + 1
    this.tally.set(type.name, number)
    const name = `${type.name}-${number}`
    const { ahead } = want
    const isMeant = want.supply === 'found' && ahead?.use.object?.type === type.name
    const under =
      want.supply === 'found' && this.vars[want.near ?? '']?.type === type.parent?.object ? want.near : undefined
    this.vars[name] = {
      type: type.name,
      supply: want.supply,
      states: want.states,
      wishes: want.wishes,
      ...(under === undefined ? {} : { under }),
      ...(want.ties === undefined || want.ties.length === 0 ? {} : { ties: want.ties }),
      ...(isMeant && ahead !== undefined ? { meant: { use: ahead.use.id, as: this.play(ahead.member) } } : {}),
    }
    this.note(name, want)
    return name
  }

  /** Notes what people are to an object, and puts them on stage. */
  private note(name: Var, { owner, people = [] }: Belonging): void {
    const spec = this.vars[name]
    if (spec === undefined) return
    if (owner !== undefined) this.owners.set(name, owner)
    const owned = owner !== undefined && this.stage.charter.objects.get(spec.type)?.owner !== undefined
    const standing = Object.fromEntries(people.map(({ at, who }) => [printPointer(at), this.play(who)]))
    this.vars[name] = {
      ...spec,
      ...(owned ? { owner: this.play(owner) } : {}),
      ...(people.length === 0 ? {} : { people: { ...spec.people, ...standing } }),
    }
  }

  private follow(type: ObjectType, way: Way, want: Supply): Var {
    const [creator, ...moves] = way
    if (creator === undefined) throw new Unbuildable(`nothing creates ${withArticle(type.name)}`)
    const maker = this.casting.makerOf(creator, want.owner, {
      creator: want.creator,
      not: this.notMaker(creator, want),
    })
    const people = peopleFor(this.stage, this.casting, type, [creator, ...moves], want)
    const owner = ownerIf(this.stage.charter, creator, maker, want.owner, this.casting.shown)
    const object = this.introduce(type, { ...want, owner, people, states: [], supply: 'made' })
    const { depth, wishes } = want
    const tied = madeTied(this, creator, want.ties ?? [])
    this.step(creator, {
      member: maker,
      object: undefined,
      makes: object,
      wants: { wishes },
      belonging: { owner, above: want.above, people },
      near: want.near ?? tied.near,
      extra: tied.extra,
      purpose: 'setup',
      depth,
    })
    const enrich = this.choices.enrich?.get(type.name)
    if (enrich !== undefined && depth < deepest && moves.every((use) => use !== enrich))
      this.move(object, [enrich], depth + 1)
    this.move(object, moves, depth, want.ahead, want.doers)
    return object
  }

  /** Who must not have made the object, because they make the use ahead that its creator may not make. */
  private notMaker(creator: Use, { ahead, owner, creator: maker }: Supply): Member | undefined {
    if (ahead === undefined || maker !== undefined || owner === ahead.member) return undefined
    const apart = ahead.use.constraints.some((each) => {
      const of = stillApart(each, this.choices.samePerson?.constraint)
      return of !== undefined && ('parties' in of || of.operations.includes(creator.operation))
    })
    return apart ? ahead.member : undefined
  }

  /** Adds one step, after what its references and order rules need. */
  step(use: Use, how: How): void {
    const { member, object, wants } = how
    prepareOrder(this, use, how)
    const { extra, inherit } = use.creates
      ? bind(this.stage.charter, use, member, how.belonging ?? {}, this.casting.shown)
      : { extra: [], inherit: new Map() }
    // What the act makes may need another one like it, made before.
    if (how.purpose !== 'act') this.coming.push(use)
    const refs = fillRefs(this, use, { ...how, inherit })
    if (how.purpose !== 'act') this.coming.pop()
    prepareOrder(this, use, how, refs)
    prepareRules(this, use, how, refs)
    const variant = how.purpose === 'act' ? undefined : this.lore.variants.get(use.id)
    const makes = how.makes ?? (use.creates && use.object !== undefined ? this.declareMade(use) : undefined)
    this.steps.push({
      use: use.id,
      as: this.play(member),
      refs,
      purpose: how.purpose,
      wishes: wants.wishes ?? [],
      extra: [...extra, ...(how.extra ?? [])],
      ...(object === undefined ? {} : { object }),
      ...(makes === undefined ? {} : { makes }),
      ...(variant === undefined ? {} : { variant }),
    })
    if (makes !== undefined) this.note(makes, this.casting.settle(use, makes, member, refs))
  }

  private declareMade(use: Use): Var | undefined {
    const type = this.stage.charter.objects.get(use.object?.type ?? '')
    return type === undefined ? undefined : this.introduce(type, { states: [], wishes: [], supply: 'made' })
  }
}
