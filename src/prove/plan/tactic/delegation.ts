/** Calls by agents: outside their work, for whom they may not act, and on what is not their person's. */
import { makeContext } from '../../../constraint/context.ts'
import { noFacts } from '../../../constraint/facts.ts'
import { meaningOf } from '../../../constraint/kinds.ts'
import { makeScopePlan } from '../../../constraint/scope.ts'
import { actorsOf, admitted, choicesOf, type Member } from '../cast.ts'
import type { Scenario } from '../scenario.ts'
import { possible } from '../wants.ts'
import { withLastActor } from './by.ts'
import type { ConstraintOf, Draft } from './draft.ts'

/**
 * An agent makes the call although its work does not have it, on what the person it acts for may act on: nothing else is against it. And an
 * agent whose work has the call makes it on what is another person's.
 */
export function planDelegation(draft: Draft, constraint: ConstraintOf<'delegation'>, control: Scenario): void {
  const agents = draft.stage.members.filter(({ principal }) => principal.kind === 'agent')
  const outside = agents.filter((each) => isAgainst(draft, constraint, each))
  const inside = agents.filter((each) => !outside.includes(each) && each.principal.chain !== undefined)
  const [agent] = outside.toSorted(
    (left, right) => Number(mayByPerson(draft, right)) - Number(mayByPerson(draft, left)),
  )
  if (agent === undefined)
    draft.skip(constraint.id, { kind: 'as-other', other: 'agent-outside' }, missing(agents, 'whose work this is not'))
  else
    draft.add(constraint.id, { kind: 'as-other', other: 'agent-outside' }, classOf(draft, agent), () => ({
      abuse: withLastActor(controlOf(draft, agent) ?? control, agent),
    }))
  const by = draft.use.constraints.find((each) => each.kind === 'by' && each.slot === 'object')
  if (by === undefined || !choicesOf(draft.use).some(({ party }) => party !== undefined)) return
  const tactic = { kind: 'as-other', other: 'agent-of-other' } as const
  const [stranger] = inside.flatMap((each) => onAnothers(draft, control, each) ?? [])
  if (stranger === undefined) draft.skip(by.id, tactic, missing(inside, 'who acts for somebody else'))
  else draft.add(by.id, tactic, 'delegation-exceeded', () => stranger)
}

function missing(agents: readonly Member[], what: string): string {
  return agents.length === 0 ? 'no identity is an agent' : `no identity is an agent ${what}`
}

/** Whether delegation is against a call of an agent, whatever the call says. */
function isAgainst(
  { stage: { charter }, use }: Draft,
  constraint: ConstraintOf<'delegation'>,
  { principal }: Member,
): boolean {
  const site = { charter, use, plan: makeScopePlan(charter, use) }
  const call = { operation: use.operation, principal, request: {}, at: 0 }
  return meaningOf(constraint).compile(site)(makeContext(use, noFacts, call)) !== undefined
}

function classOf({ stage: { charter }, use }: Draft, { principal }: Member): string {
  const works = (principal.actors ?? []).flatMap((name) => charter.actors.get(name)?.workflow ?? [])
  const has = works.some((name) => charter.workflows.get(name)?.operations.has(use.operation))
  return has ? 'delegation-exceeded' : 'tool-outside-workflow'
}

/** The rightful call by whom an agent acts for, where they may make it. */
function controlOf(draft: Draft, agent: Member): Scenario | undefined {
  const person = personOf(draft, agent)
  return person === undefined ? undefined : possible(() => draft.build({ member: person }))
}

function personOf({ stage }: Draft, { principal }: Member): Member | undefined {
  const id = principal.chain?.at(-1)?.id
  return stage.members.find(
    (each) => id !== undefined && each.principal.id === id && each.principal.chain === undefined,
  )
}

function mayByPerson(draft: Draft, agent: Member): boolean {
  const person = personOf(draft, agent)
  const { charter } = draft.stage
  return person !== undefined && choicesOf(draft.use).some((choice) => admitted(charter, [person], choice).length > 0)
}

/** The call by an agent on what is not its person's, beside the same by whoever it is of. */
function onAnothers(
  draft: Draft,
  control: Scenario,
  agent: Member,
): { readonly control: Scenario; readonly abuse: Scenario } | undefined {
  const person = agent.principal.chain?.at(-1)?.id
  const { members, charter } = draft.stage
  const caller = members.find(({ name }) => name === control.steps.at(-1)?.as)
  if (caller?.principal.id !== person) return { control, abuse: withLastActor(control, agent) }
  const like = caller === undefined ? [] : actorsOf(charter, caller)
  const others = members.filter(
    (each) => each.principal.id !== person && actorsOf(charter, each).some((actor) => like.includes(actor)),
  )
  const [scenario] = others.flatMap((member) => possible(() => draft.build({ member })) ?? [])
  return scenario === undefined ? undefined : { control: scenario, abuse: withLastActor(scenario, agent) }
}
