/** Plans one use: its control and, for every constraint, the cases that break that one and keep the rest. */
import { parseCel } from '../../cel/parse-cel.ts'
import { printCel } from '../../cel/print.ts'
import { comparisons } from '../../cel/traverse.ts'
import type { Constraint, ConstraintId, ObjectType, Slot, Use } from '../../charter/charter.ts'
import { callVariables } from '../../charter/linker.ts'
import { attackersOf } from './attacker.ts'
import { Builder } from './build.ts'
import { actorsOf, admitted, choicesOf, type Member, type Stage, sameTenant } from './cast.ts'
import { Casting } from './casting.ts'
import { classOfRule, classOfState } from './classify.ts'
import { movesFrom, useById, usesOf } from './graph.ts'
import type { AbuseCase, NotReached, Scenario, Step, Tactic, Wish } from './scenario.ts'
import { type BuildOptions, Unbuildable, type Wants } from './wants.ts'

export interface UsePlan {
  readonly control: Scenario | undefined
  readonly cases: readonly AbuseCase[]
  readonly notReached: readonly NotReached[]
}

/** Planning of one use under one way of choosing objects and people. */
class Draft {
  readonly cases: AbuseCase[] = []
  readonly notReached: NotReached[] = []
  readonly stage: Stage
  readonly use: Use
  readonly options: BuildOptions
  readonly base: Wants

  constructor(stage: Stage, use: Use, options: BuildOptions, member: Member | undefined) {
    this.stage = stage
    this.use = use
    this.options = options
    this.base = { ...baseWants(stage, use), ...(member === undefined ? {} : { member }) }
  }

  build(wants: Wants = {}, options: Partial<BuildOptions> = {}): Scenario {
    const builder = new Builder(this.stage, { ...this.options, ...options })
    builder.addAct(this.use, { ...this.base, ...wants })
    return builder.scenario()
  }

  /** Adds a case, or the reason why it cannot be built. */
  add(
    constraint: ConstraintId,
    tactic: Tactic,
    finding: string,
    make: () => { control?: Scenario; abuse: Scenario },
  ): void {
    try {
      const { control, abuse } = make()
      const id = `${this.use.id}|${constraint}|${nameOf(tactic)}`
      this.cases.push({ id, use: this.use.id, constraint, tactic, finding, control: control ?? this.build(), abuse })
    } catch (error) {
      if (!(error instanceof Unbuildable)) throw error
      this.skip(constraint, tactic, error.message)
    }
  }

  skip(constraint: ConstraintId, tactic: Tactic, why: string): void {
    this.notReached.push({ use: this.use.id, constraint, tactic: nameOf(tactic), why })
  }
}

/** A short stable name of a tactic, as `from-state.draft`. */
export function nameOf(tactic: Tactic): string {
  const rest = Object.entries(tactic).filter(([member]) => member !== 'kind')
  return [tactic.kind, ...rest.map(([, value]) => String(value))].join('.')
}

/** Plans a use. `member` makes the call rightfully; without it the first who may. Pure and deterministic. */
export function planUse(stage: Stage, use: Use, options: BuildOptions, member?: Member): UsePlan {
  const draft = new Draft(stage, use, options, member)
  let control: Scenario | undefined
  try {
    control = draft.build()
  } catch (error) {
    if (!(error instanceof Unbuildable)) throw error
    for (const constraint of use.constraints) draft.skip(constraint.id, { kind: 'again' }, error.message)
    return { control: undefined, cases: [], notReached: draft.notReached }
  }
  for (const constraint of use.constraints) planConstraint(draft, constraint, control)
  planRace(draft, control)
  planInvariants(draft, control)
  planGuess(draft, control)
  return { control, cases: draft.cases, notReached: draft.notReached }
}

/** Small amounts need no approval where the charter says so; otherwise approvals are given. */
function baseWants(stage: Stage, use: Use): Wants {
  const wishes: Wish[] = []
  let approvals: Wants['approvals'] = 'left-out'
  for (const constraint of use.constraints) {
    if (constraint.kind !== 'approval') continue
    const approval = stage.charter.approvals.get(constraint.approval)
    if (approval?.neededWhen === undefined) approvals = 'granted'
    else wishes.push({ rule: approval.neededWhen, want: false, slot: 'object' })
  }
  return { approvals, wishes }
}

/** Keys that entitle whoever holds them must be hard to guess. */
function planGuess(draft: Draft, control: Scenario): void {
  const { use, stage } = draft
  const bits = stage.charter.objects.get(use.object?.type ?? '')?.capabilityBits
  const [first] = use.constraints
  if (!use.creates || bits === undefined || first === undefined) return
  draft.add(first.id, { kind: 'guess' }, 'weak-capability', () => ({ abuse: control }))
}

function planConstraint(draft: Draft, constraint: Constraint, control: Scenario): void {
  switch (constraint.kind) {
    case 'by':
      return constraint.slot === 'object' ? planBy(draft, constraint, control) : planRefBy(draft, constraint)
    case 'from':
      return planFrom(draft, constraint)
    case 'separation':
      return planSeparation(draft, constraint)
    case 'when':
      return planWhen(draft, constraint)
    case 'once':
      return draft.add(constraint.id, { kind: 'again' }, 'step-repeated', () => ({ abuse: control }))
    case 'limit':
      for (const { approved, make } of scarce(draft, constraint, control)) {
        const finding = constraint.while === undefined ? 'limit-split' : 'hoarding'
        draft.add(constraint.id, { kind: 'over-limit', ...(approved && { approved }) }, finding, () => ({
          control,
          abuse: make(),
        }))
      }
      return
    case 'rate':
      return draft.add(constraint.id, { kind: 'burst' }, 'automation', () => ({ abuse: control }))
    case 'approval':
      return planApproval(draft, constraint)
    case 'set-by':
      return planSetBy(draft, constraint)
    case 'seen-by':
      return planSeenBy(draft, constraint)
    case 'order':
      return planOrder(draft, constraint, control)
    case 'idempotency':
      return draft.add(constraint.id, { kind: 'same-key' }, 'idempotency-missing', () => ({ abuse: control }))
    case 'items':
      return planItems(draft, constraint, control)
  }
}

/** Lists as one of each kind of people who may, once with objects of others made for the purpose. */
function planItems(draft: Draft, constraint: Extract<Constraint, { kind: 'items' }>, control: Scenario): void {
  const { stage, use, options } = draft
  const seen = new Set<string>()
  for (const lister of new Casting(stage, options).able(use, undefined)) {
    const actors = actorsOf(stage.charter, lister).join('+')
    if (seen.has(actors) || seen.size >= 4) continue
    seen.add(actors)
    const type = stage.charter.objects.get(constraint.object)
    const owners = new Casting(stage, options).possibleOwners({
      ...use,
      object: { type: constraint.object, key: { from: 'request', in: 'body', pointer: [] } },
    })
    const others = owners.filter((member) => member !== lister)
    const chosen = [
      others.find((member) => sameTenant(member, lister)),
      others.find((member) => !sameTenant(member, lister)),
    ].filter((each) => each !== undefined)
    const creatable = type?.transitions.some((each) => each.creates) === true
    draft.add(constraint.id, { kind: 'list', as: actors }, 'bola-read', () => ({
      abuse: draft.build({ member: lister }),
    }))
    for (const owner of creatable ? chosen : []) {
      draft.add(
        constraint.id,
        { kind: 'list', as: actors, of: owner.name },
        sameTenant(owner, lister) ? 'bola-read' : 'cross-tenant',
        () => {
          const builder = new Builder(stage, options)
          builder.supply(constraint.object, { owner, states: [], wishes: [], depth: 0 })
          builder.addAct(use, { ...draft.base, member: lister })
          return { control, abuse: builder.scenario() }
        },
      )
    }
  }
}

function planBy(draft: Draft, constraint: Extract<Constraint, { kind: 'by' }>, control: Scenario): void {
  if (constraint.choices.some((choice) => choice.anonymous && choice.party === undefined)) return
  const act = control.steps.at(-1)
  const caller = draft.stage.members.find((member) => member.name === act?.as)
  const owner = draft.stage.members.find((member) => member.name === control.vars[act?.object ?? '']?.owner)
  // Who acts on what is their own can only be somebody or nobody.
  const isOwn = draft.use.object?.key.from === 'principal'
  const attackers = attackersOf(draft.stage, draft.use, { caller, owner }).filter(
    (each) => !isOwn || each.member === undefined,
  )
  const writes = draft.stage.charter.operations.get(draft.use.operation)?.writes ?? true
  for (const { member, other } of attackers) {
    const found = {
      'other-owner': writes ? 'bola-write' : 'bola-read',
      'other-tenant': 'cross-tenant',
      'other-actor': 'bfla',
      'no-scope': 'scope-exceeded',
      'not-signed-in': 'unauthenticated',
    }[other]
    draft.add(constraint.id, { kind: 'as-other', other }, found, () => ({ abuse: withLastActor(control, member) }))
  }
  if (attackers.length === 0)
    draft.skip(constraint.id, { kind: 'as-other', other: 'other-actor' }, 'every identity may do this')
}

function withLastActor(scenario: Scenario, member: Member | undefined): Scenario {
  const role = member?.name ?? 'nobody'
  const seat = member === undefined ? { fresh: false } : { identity: member.name, fresh: false }
  const last = scenario.steps.at(-1)
  if (last === undefined) return scenario
  return {
    ...scenario,
    cast: { ...scenario.cast, [role]: seat },
    steps: [...scenario.steps.slice(0, -1), { ...last, as: role }],
  }
}

/** Somebody else's object is named by a reference. */
function planRefBy(draft: Draft, constraint: Extract<Constraint, { kind: 'by' }>): void {
  const tactic: Tactic = { kind: 'as-other', other: 'other-owner' }
  const ref = draft.use.refs.find((each) => each.slot === constraint.slot)
  if (ref === undefined) return
  if (ref.key.from === 'object')
    return draft.skip(constraint.id, tactic, 'the object itself names it, no argument does')
  const caller = draft.stage.members.find((member) => member.name === draft.build().steps.at(-1)?.as)
  if (caller === undefined) return
  const byParty = constraint.choices.some(
    (choice) => choice.party !== undefined && !['owner', 'creator', 'holder'].includes(choice.party),
  )
  const stranger = draft.stage.members.find(
    (member) =>
      !sameTenant(member, caller) &&
      constraint.choices.some(
        (each) => each.party === undefined && admitted(draft.stage.charter, [member], each).length > 0,
      ),
  )
  if (stranger !== undefined && draft.stage.charter.objects.get(ref.object)?.tenant !== undefined) {
    const across: Tactic = { kind: 'as-other', other: 'other-tenant' }
    return draft.add(constraint.id, across, 'cross-tenant', () => ({ abuse: withLastActor(draft.build(), stranger) }))
  }
  const builder = new Builder(draft.stage, draft.options)
  const owners = byParty
    ? draft.stage.members.filter((member) => sameActors(draft.stage, member, caller))
    : builder.casting.possibleOwners({ ...draft.use, object: { type: ref.object, key: ref.key } })
  const other = owners.find((member) => member !== caller)
  if (other === undefined) return draft.skip(constraint.id, tactic, `no other identity has a ${ref.object}`)
  draft.add(constraint.id, tactic, 'bola-write', () => ({
    abuse: draft.build({ member: caller, refOwner: { [ref.slot]: other } }),
  }))
}

function sameActors(stage: Stage, left: Member, right: Member): boolean {
  return actorsOf(stage.charter, left).some((actor) => actorsOf(stage.charter, right).includes(actor))
}

function planFrom(draft: Draft, constraint: Extract<Constraint, { kind: 'from' }>): void {
  const typeName =
    constraint.slot === 'object'
      ? draft.use.object?.type
      : draft.use.refs.find((ref) => ref.slot === constraint.slot)?.object
  const type = draft.stage.charter.objects.get(typeName ?? '')
  if (type === undefined) return
  for (const state of type.states) {
    if (constraint.states.includes(state) || state === type.gone) continue
    const finding = classOfState(type, draft.use, state, constraint.states)
    const states = { [constraint.slot]: [state] }
    const pointed = draft.use.refs.find((ref) => ref.slot === constraint.slot)?.key.from === 'object'
    const given = constraint.slot === 'object' ? statesOfOptional(draft) : {}
    draft.add(constraint.id, { kind: 'from-state', state, slot: constraint.slot }, finding, () => ({
      ...(Object.keys(given).length === 0 ? {} : { control: draft.build({ states: given }) }),
      abuse: pointed ? movedBefore(draft, type, constraint, state) : draft.build({ states: { ...given, ...states } }),
    }))
  }
}

/** The states in which what may be left out has to be, so that it is given: a state forbids that as well. */
function statesOfOptional({ use, stage }: Draft): Record<Slot, readonly string[]> {
  const optional = use.refs.filter((ref) => ref.optional && stage.charter.objects.get(ref.object)?.read !== undefined)
  return Object.fromEntries(
    optional.map(({ slot }) => {
      const from = use.constraints.find((each) => each.kind === 'from' && each.slot === slot)
      return [slot, from?.kind === 'from' ? from.states : []]
    }),
  )
}

/** The object acted on points to another one: that is moved on right before the act. */
function movedBefore(
  draft: Draft,
  type: ObjectType,
  constraint: Extract<Constraint, { kind: 'from' }>,
  state: string,
): Scenario {
  const builder = new Builder(draft.stage, draft.options)
  builder.addAct(draft.use, draft.base)
  const pointed = Object.keys(builder.vars).find((name) => builder.vars[name]?.type === type.name)
  if (pointed === undefined) throw new Unbuildable(`no step of the way names the ${type.name}`)
  for (const start of constraint.states) {
    const moves = movesFrom(type, start, [state])
    if (moves === undefined) continue
    const act = builder.steps.pop()
    builder.move(pointed, moves, 0)
    if (act !== undefined) builder.steps.push(act)
    return builder.scenario()
  }
  throw new Unbuildable(`nothing moves a ${type.name} that may be used to ${state}`)
}

function planSeparation(draft: Draft, constraint: Extract<Constraint, { kind: 'separation' }>): void {
  const tactic: Tactic = { kind: 'same-person' }
  const { of } = constraint
  const may = (member: Member, use: Use) =>
    choicesOf(use).some(
      (choice) => choice.party !== undefined || admitted(draft.stage.charter, [member], choice).length > 0,
    )
  const earlier =
    'operations' in of
      ? of.operations
          .filter((each) => each !== draft.use.operation)
          .flatMap((each) => usesOf(draft.stage.charter, each, draft.use.object?.type).slice(0, 1))
      : []
  const owners = new Casting(draft.stage, draft.options).possibleOwners(draft.use)
  const both = draft.stage.members.filter(
    (member) =>
      may(member, draft.use) &&
      ('operations' in of ? earlier.every((use) => may(member, use)) : owners.includes(member)),
  )
  if (both.length === 0) return draft.skip(constraint.id, tactic, 'no identity may do both, so nobody can be both')
  for (const [index, creator] of creatorsOf(draft).entries()) {
    const made = creator === undefined || index === 0 ? tactic : { ...tactic, by: creator.id }
    draft.add(constraint.id, made, 'separation-of-duties', () => {
      const [member] = both
      const others = new Set(
        draft.stage.members.filter((each) => each !== member && both.includes(each)).map((each) => each.name),
      )
      const owner = 'operations' in of || member === undefined ? {} : { owner: member }
      const creators = creator === undefined ? {} : { creator: creator.id }
      return {
        abuse: draft.build({ ...(member && { member }), ...owner }, { samePerson: true, notCast: others, ...creators }),
      }
    })
  }
}

/** Every way to create the object acted on; a check may hold for one and not for another. */
function creatorsOf(draft: Draft): (Use | undefined)[] {
  const creators =
    draft.stage.charter.objects.get(draft.use.object?.type ?? '')?.transitions.filter((use) => use.creates) ?? []
  return creators.length === 0 ? [undefined] : creators
}

const requestRoots: ReadonlySet<string> = new Set(['request', 'path', 'query', 'header', 'body'])

function planWhen(draft: Draft, constraint: Extract<Constraint, { kind: 'when' }>): void {
  const finding = classOfRule(constraint.rule)
  if (constraint.rule.reads.some(([root]) => requestRoots.has(root ?? ''))) {
    return draft.add(constraint.id, { kind: 'arguments' }, finding, () => ({ abuse: draft.build() }))
  }
  const roots = new Set(constraint.rule.reads.map(([root]) => root ?? ''))
  const slot: Slot =
    [...roots].find((root) => root !== 'object' && draft.use.refs.some((ref) => ref.slot === root)) ?? 'object'
  if ([...roots].every((root) => root === 'principal' || root === 'claims')) return planCaller(draft, constraint)
  const wish: Wish = { rule: constraint.rule, want: false, slot }
  // What has been used up shows in a later state only: a trial that was cancelled.
  const starts = roots.has('object') && draft.use.from.length > 1 ? draft.use.from : [undefined]
  for (const state of starts) {
    const states = state === undefined ? {} : { states: { object: [state] } }
    const tactic: Tactic = state === undefined ? { kind: 'object-facts' } : { kind: 'object-facts', state }
    draft.add(constraint.id, tactic, finding, () => ({
      abuse: draft.build({ ...states, wishes: [...(draft.base.wishes ?? []), wish] }),
    }))
  }
}

/** Somebody who may by role, and whom the rule forbids it all the same. */
function planCaller(draft: Draft, constraint: Extract<Constraint, { kind: 'when' }>): void {
  const tactic: Tactic = { kind: 'as-other', other: 'other-actor' }
  const options = new Casting(draft.stage, draft.options).able(draft.use, undefined)
  const member = options.find(
    ({ principal }) => constraint.rule.evaluate({ principal, claims: principal.claims ?? {} }) === false,
  )
  if (member === undefined)
    return draft.skip(constraint.id, tactic, 'every identity who may do this satisfies the rule')
  const finding = /verif|confirm/i.test(constraint.rule.source) ? 'use-before-verification' : 'rule-broken'
  draft.add(constraint.id, tactic, finding, () => ({ abuse: draft.build({ member }) }))
}

function planApproval(draft: Draft, constraint: Extract<Constraint, { kind: 'approval' }>): void {
  const approval = draft.stage.charter.approvals.get(constraint.approval)
  if (approval === undefined) return
  const wishes: Wish[] =
    approval.neededWhen === undefined ? [] : [{ rule: approval.neededWhen, want: true, slot: 'object' }]
  if (approval.grant === undefined) {
    return draft.skip(
      constraint.id,
      { kind: 'approval', flaw: 'none' },
      'the approval is given outside the API, so no control can be made',
    )
  }
  const granted = () => draft.build({ approvals: 'granted', wishes })
  const grants = new Set(usesOf(draft.stage.charter, approval.grant, draft.use.object?.type).map((use) => use.id))
  const without = (scenario: Scenario): Scenario => ({
    ...scenario,
    steps: scenario.steps.filter((step) => !grants.has(step.use)),
  })
  // Where small things need no approval, they show the effect without relying on how approvals are counted.
  const plain = approval.neededWhen === undefined ? granted : () => draft.build()
  const flawed = (flaw: Extract<Tactic, { kind: 'approval' }>['flaw'], finding: string, make: () => Scenario) =>
    draft.add(constraint.id, { kind: 'approval', flaw }, finding, () => ({ control: plain(), abuse: make() }))

  flawed('none', 'approval-missing', () => without(granted()))
  if (approval.quorum > 1) flawed('short', 'approval-missing', () => oneFewer(granted(), grants))
  if (approval.quorum > 1) flawed('twice', 'approval-counted-twice', () => sameApprover(granted(), grants))
  if (approval.not.length > 0 && !guardsItself(draft, approval.grant))
    flawed('own', 'approval-own', () => ownApproval(draft, constraint, granted(), grants))
  if (approval.validForMs !== undefined) flawed('stale', 'approval-stale', granted)
  if (changers(draft).length > 0) flawed('changed', 'approval-changed', () => withChange(draft, granted(), grants))
  const { revoke, quorum } = approval
  if (revoke === undefined) return
  flawed('revoked', 'use-after-end', () => withRevocation(draft, granted(), revoke, grants, 0))
  if (quorum > 1)
    flawed('carried-over', 'approval-stale', () => withRevocation(draft, granted(), revoke, grants, quorum - 1))
}

/** The grant has a separation of its own, which is proven there. */
function guardsItself(draft: Draft, grant: string): boolean {
  return usesOf(draft.stage.charter, grant, draft.use.object?.type).some((use) =>
    use.constraints.some((each) => each.kind === 'separation'),
  )
}

function oneFewer(scenario: Scenario, grants: ReadonlySet<string>): Scenario {
  const last = scenario.steps.findLastIndex((step) => grants.has(step.use))
  return { ...scenario, steps: scenario.steps.filter((_, index) => index !== last) }
}

function sameApprover(scenario: Scenario, grants: ReadonlySet<string>): Scenario {
  const first = scenario.steps.find((step) => grants.has(step.use))
  return {
    ...scenario,
    steps: scenario.steps.map((step) =>
      grants.has(step.use) && first !== undefined ? { ...step, as: first.as } : step,
    ),
  }
}

/** Whoever created the object approves it, when some identity may do both. */
function ownApproval(
  draft: Draft,
  constraint: Extract<Constraint, { kind: 'approval' }>,
  scenario: Scenario,
  grants: ReadonlySet<string>,
): Scenario {
  const approval = draft.stage.charter.approvals.get(constraint.approval)
  const owners = new Casting(draft.stage, draft.options).possibleOwners(draft.use)
  const both = owners.filter((member) =>
    approval?.choices.some((choice) => admitted(draft.stage.charter, [member], choice).length > 0),
  )
  const [self] = both
  if (self === undefined) throw new Unbuildable('no identity may both ask for it and approve it')
  const asking = draft.build({
    approvals: 'granted',
    wishes: scenario.steps.at(-1)?.wishes ?? [],
    owner: self,
    ...(mayCall(draft, self) ? { member: self } : {}),
  })
  const first = asking.steps.findIndex((step) => grants.has(step.use))
  return { ...asking, steps: asking.steps.map((step, index) => (index === first ? { ...step, as: self.name } : step)) }
}

function mayCall(draft: Draft, member: Member): boolean {
  return choicesOf(draft.use).some(
    (choice) =>
      choice.party === 'owner' ||
      choice.party === 'creator' ||
      admitted(draft.stage.charter, [member], choice).length > 0,
  )
}

/** Uses that may change the object between its approval and the act, without moving it. */
function changers(draft: Draft): Use[] {
  const acted = draft.use.object?.type
  const all = [...draft.stage.charter.operations.values()].filter(
    (operation) => operation.writes && operation.shape.body !== undefined && operation.shape.method !== 'POST',
  )
  return all.flatMap((operation) =>
    operation.uses.filter((use) => use.object?.type === acted && !use.creates && use.id !== draft.use.id),
  )
}

/** Approved, changed, and brought back to where the act may start, without being approved again. */
function withChange(draft: Draft, scenario: Scenario, grants: ReadonlySet<string>): Scenario {
  const [change] = changers(draft)
  const act = scenario.steps.at(-1)
  if (change === undefined || act?.object === undefined)
    throw new Unbuildable('nothing can change the object once it is approved')
  const approval = draft.use.constraints.find((each) => each.kind === 'approval')
  const binds = draft.stage.charter.approvals.get(approval?.kind === 'approval' ? approval.approval : '')?.binds ?? []
  const amount = binds.find((at) => /amount|total|sum|price/i.test(at.at(-1) ?? '')) ?? binds[0]
  const extra = amount === undefined ? [] : [{ at: amount, value: { tamper: 'a little' } as const }]
  return detour(draft, scenario, { use: change, extra }, grants)
}

/** Approved, taken back, and brought back to where the act may start, with one approval fewer than is needed anew. */
function withRevocation(
  draft: Draft,
  scenario: Scenario,
  revoke: string,
  grants: ReadonlySet<string>,
  again: number,
): Scenario {
  const use = usesOf(draft.stage.charter, revoke, draft.use.object?.type)[0]
  if (use === undefined) throw new Unbuildable('nothing takes the approval back')
  const back = detour(draft, scenario, { use, extra: [] }, grants)
  const granted = scenario.steps.filter((step) => grants.has(step.use))
  const used = new Set(granted.map((step) => step.as))
  // Whoever approved before may be turned away for that reason alone: others come first.
  const builder = new Builder(draft.stage, { ...draft.options, notCast: used })
  builder.resume(scenario)
  const step = granted[0]
  const grant = step === undefined ? undefined : useById(draft.stage.charter, step.use)
  const others = grant === undefined ? [] : builder.casting.able(grant, step?.object).map((member) => member.name)
  const regrants = [...others, ...used].slice(0, again).flatMap((as) => (step === undefined ? [] : [{ ...step, as }]))
  const cast = Object.fromEntries(regrants.map(({ as }) => [as, { identity: as, fresh: false }]))
  return {
    ...back,
    cast: { ...cast, ...back.cast },
    steps: [...back.steps.slice(0, -1), ...regrants, ...back.steps.slice(-1)],
  }
}

/** Inserts a use before the act, with the moves to where it may be made and from there back, none of which approves. */
function detour(
  draft: Draft,
  scenario: Scenario,
  by: { use: Use; extra: Step['extra'] },
  grants: ReadonlySet<string>,
): Scenario {
  const act = scenario.steps.at(-1)
  const type = draft.stage.charter.objects.get(draft.use.object?.type ?? '')
  if (act?.object === undefined || type === undefined) throw new Unbuildable('the act has no object')
  const plain = { ...type, transitions: type.transitions.filter((use) => !grants.has(use.id)) }
  const granted = type.transitions.find((use) => grants.has(use.id))
  const here = granted?.to.findLast((state) => draft.use.from.includes(state)) ?? draft.use.from[0]
  const there = by.use.from.length === 0 ? [] : movesFrom(plain, here, by.use.from)
  const left = by.use.to[0] ?? there?.at(-1)?.to[0] ?? here
  const back = movesFrom(plain, left, draft.use.from)
  if (there === undefined || back === undefined)
    throw new Unbuildable(`no moves lead by way of \`${by.use.id}\` back to where \`${draft.use.id}\` may start`)
  const builder = new Builder(draft.stage, draft.options)
  builder.resume(scenario)
  const last = builder.steps.pop()
  builder.move(act.object, there, 0)
  builder.move(act.object, [by.use], 0)
  const change = builder.steps.pop()
  if (change !== undefined) builder.steps.push({ ...change, extra: by.extra })
  builder.move(act.object, back, 0)
  if (last !== undefined) builder.steps.push(last)
  return builder.scenario()
}

function planSetBy(draft: Draft, constraint: Extract<Constraint, { kind: 'set-by' }>): void {
  const shape = draft.stage.charter.operations.get(draft.use.operation)?.shape
  // Where the field may be written at all, who may is proven by `by`.
  const writable =
    constraint.on === undefined
      ? constraint.choices.some((choice) => choice.actor === undefined && choice.party === undefined)
      : constraint.on.includes(draft.use.id)
  if (shape?.body === undefined || writable) return
  const finding = isState(draft, constraint.object, constraint.field.at) ? 'direct-status-write' : 'bopla-write'
  draft.add(constraint.id, { kind: 'write-field', field: constraint.field.name }, finding, () => {
    const scenario = draft.build()
    const last = scenario.steps.at(-1)
    if (last === undefined) throw new Unbuildable('no step to add the field to')
    const extra = [...last.extra, { at: constraint.field.in, value: { tamper: 'much' } as const }]
    return { abuse: { ...scenario, steps: [...scenario.steps.slice(0, -1), { ...last, extra }] } }
  })
}

function isState(draft: Draft, object: string, at: readonly string[]): boolean {
  const state = draft.stage.charter.objects.get(object)?.state
  return state?.kind === 'at' && state.pointer.join('/') === at.join('/')
}

function planSeenBy(draft: Draft, constraint: Extract<Constraint, { kind: 'seen-by' }>): void {
  const tactic: Tactic = { kind: 'read-field', field: constraint.field.name }
  const permitted = (member: Member) =>
    constraint.choices.some(
      (choice) => choice.party === undefined && admitted(draft.stage.charter, [member], choice).length > 0,
    )
  const builder = new Builder(draft.stage, draft.options)
  const readers = builder.casting.able(draft.use, undefined).filter((member) => !permitted(member))
  const [reader] = readers
  if (reader === undefined)
    return draft.skip(constraint.id, tactic, 'everyone who may read the object may read the field')
  draft.add(constraint.id, tactic, 'bopla-read', () => ({
    control: draft.build({ member: reader }),
    abuse: draft.build({ member: reader }),
  }))
}

function planOrder(draft: Draft, constraint: Extract<Constraint, { kind: 'order' }>, control: Scenario): void {
  const [first, second] = constraint.operations
  switch (constraint.template) {
    case 'precedence':
    case 'alternate-precedence':
    case 'chain-precedence':
    case 'succession':
      return draft.add(constraint.id, { kind: 'order', flaw: 'left-out' }, 'step-skipped', () => ({
        abuse: draft.build({ without: constraint.id }),
      }))
    case 'not-succession':
    case 'not-co-existence':
      return draft.add(constraint.id, { kind: 'order', flaw: 'afterwards' }, 'use-after-end', () => ({
        abuse: afterwards(draft, draft.use.operation === first ? (second ?? first) : first, control),
      }))
    case 'absence':
      return draft.add(constraint.id, { kind: 'order', flaw: 'too-often' }, 'step-repeated', () => ({ abuse: control }))
    case 'response':
      return undefined
  }
}

/** Puts the operation that forbids the act right before it, by whoever may do that. */
function afterwards(draft: Draft, operation: string, control: Scenario): Scenario {
  const [use] = usesOf(draft.stage.charter, operation, draft.use.object?.type)
  const act = control.steps.at(-1)
  if (use === undefined || act === undefined) throw new Unbuildable(`\`${operation}\` is not covered`)
  const object = use.object?.type === control.vars[act.object ?? '']?.type && !use.creates ? act.object : undefined
  const as = draft.stage.members.some((member) => member.name === act.as) ? act.as : (control.steps[0]?.as ?? act.as)
  const step = {
    use: use.id,
    as,
    refs: act.refs,
    wishes: [],
    purpose: 'setup' as const,
    extra: [],
    ...(object === undefined ? {} : { object }),
  }
  return { ...control, steps: [...control.steps.slice(0, -1), step, act] }
}

/** Every invariant of an object in the scene, around the rightful call. */
function planInvariants(draft: Draft, control: Scenario): void {
  if (draft.stage.charter.operations.get(draft.use.operation)?.writes !== true) return
  const types = new Set(Object.values(control.vars).map((spec) => spec.type))
  for (const invariant of draft.stage.charter.invariants) {
    const fits =
      invariant.kind === 'at-most'
        ? draft.use.creates && draft.use.object?.type === invariant.object
        : types.has(invariant.object)
    if (fits) draft.add(invariant.id, { kind: 'rightful' }, 'invariant-broken', () => ({ abuse: control }))
  }
}

/** One race for each use that something limits: the constraint a second call would break is found by making it. */
function planRace(draft: Draft, control: Scenario): void {
  const kinds: readonly Constraint['kind'][] = ['once', 'limit', 'idempotency', 'from', 'when']
  const writes = draft.stage.charter.operations.get(draft.use.operation)?.writes ?? false
  if (!writes) return
  const limiting = kinds
    .map((kind) => draft.use.constraints.find((each) => each.kind === kind && (kind !== 'when' || readsFacts(each))))
    .find((each) => each !== undefined)
  if (limiting !== undefined) draft.add(limiting.id, { kind: 'race' }, 'race', () => ({ abuse: control }))
  const shared =
    draft.use.creates || draft.use.object === undefined
      ? undefined
      : draft.use.constraints.find((each) => sharedSlot(each) !== undefined)
  const slot = shared === undefined ? undefined : sharedSlot(shared)
  if (shared === undefined || slot === undefined) return
  for (const { approved, make } of scarce(draft, shared, control)) {
    draft.add(shared.id, { kind: 'race', across: slot, ...(approved && { approved }) }, 'race', () => ({
      control,
      abuse: make(),
    }))
  }
}

/** The object that several calls on different objects draw on together: whose limit it is, or whose facts a rule compares with. */
function sharedSlot(constraint: Constraint): Slot | undefined {
  const outer = (name: string | undefined) =>
    name !== undefined &&
    !requestRoots.has(name) &&
    !['object', 'principal', 'claims', 'now', 'state', 'call', 'tenant'].includes(name)
  if (constraint.kind === 'limit' && !constraint.per.includes('object')) return constraint.per.find(outer)
  if (constraint.kind !== 'when' || comparisons(constraint.rule).every((each) => each.op === '==' || each.op === 'in'))
    return undefined
  return constraint.rule.reads.map(([root]) => root).find(outer)
}

/** Scenarios with an object so large that two of its kind do not fit, as far as that can be wished for at its making. */
function scarce(
  draft: Draft,
  constraint: Constraint,
  control: Scenario,
): { readonly approved: boolean; readonly make: () => Scenario }[] {
  const plain = { approved: false, make: () => control }
  const sides = sidesOf(constraint)
  // Half of what fits is best; a quarter or a tenth still needs few calls.
  const soft = [2, 4, 11].flatMap((times): Wish[] => {
    const parsed =
      sides === undefined
        ? undefined
        : parseCel(`(${sides.used}) * ${times} > (${sides.atMost})`, [
            ...callVariables,
            ...draft.use.refs.map((ref) => ref.slot),
          ])
    const ours = parsed?.ok === true && parsed.expression.reads.some(([root]) => root === 'object')
    return ours && parsed?.ok === true ? [{ rule: parsed.expression, want: true, slot: 'object', soft: true }] : []
  })
  if (soft.length === 0) return [plain]
  const small = { approved: false, make: () => draft.build({ wishes: [...(draft.base.wishes ?? []), ...soft] }) }
  const needed = draft.use.constraints.flatMap((each): Wish[] => {
    const approval = each.kind === 'approval' ? draft.stage.charter.approvals.get(each.approval) : undefined
    return approval?.grant === undefined || approval.neededWhen === undefined
      ? []
      : [{ rule: approval.neededWhen, want: true, slot: 'object' }]
  })
  // So much may need an approval: it is given, for the limit alone to stand in the way.
  const large = { approved: true, make: () => draft.build({ approvals: 'granted', wishes: [...needed, ...soft] }) }
  return needed.length > 0 ? [small, large] : [small]
}

/** What a constraint compares: what is used, and what there is at most. */
function sidesOf(constraint: Constraint): { used: string; atMost: string } | undefined {
  if (constraint.kind === 'limit')
    return constraint.sum === undefined ? undefined : { used: constraint.sum.source, atMost: constraint.atMost.source }
  if (constraint.kind !== 'when') return undefined
  const [comparison] = comparisons(constraint.rule)
  if (comparison === undefined || comparison !== constraint.rule.ast) return undefined
  const [left, right] = [printCel(comparison.left), printCel(comparison.right)]
  if (comparison.op === '<=' || comparison.op === '<') return { used: left, atMost: right }
  return comparison.op === '>=' || comparison.op === '>' ? { used: right, atMost: left } : undefined
}

function readsFacts(constraint: Constraint): boolean {
  return (
    constraint.kind === 'when' &&
    constraint.rule.reads.some(
      ([root]) => root !== undefined && !requestRoots.has(root) && !['principal', 'claims', 'now'].includes(root),
    )
  )
}
