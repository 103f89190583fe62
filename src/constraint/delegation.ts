import type { Actor } from '../charter/actor.ts'
import type { Call, Charter, OperationId, Principal, Run } from '../charter/charter.ts'
import { getPointer, parsePointer } from '../charter/pointer.ts'
import type { Workflow } from '../charter/workflow.ts'
import { approvalNeeds } from './approval.ts'
import { type Asking, asks } from './asking.ts'
import { actorsOf } from './choice.ts'
import type { Context } from './context.ts'
import { matches } from './destination.ts'
import type { Kind, Shortfall, Site } from './kind.ts'
import { misfitWords, type Passed, passedTo } from './passed.ts'
import { everyoneIn, goesToModel, isAgents, modelOf, workflowOfCall, workflowsOf } from './run.ts'
import { joinWords } from './words.ts'

/**
 * An agent does no more than its workflow lists, for nobody it may not act for, and nothing outside the list its run was given; it passes nothing
 * that the approved description does not have. That everybody it acts for may make the call themselves is what `by` asks. Which models
 * a workflow uses binds whoever asks one.
 */
export const delegation: Kind<'delegation'> = {
  compile: (_, site) => {
    const listing = workflowsOf(site.charter, site.use.operation)
    const plan = plansOf(listing, site)
    const models = goesToModel(site.charter, site.use.operation) ? listing : []
    const passed = passedTo(site.charter, site.use.operation)
    return (context) => {
      const wrong = models.length === 0 ? undefined : modelShortfall(models, context)
      if (wrong !== undefined || !isAgents(context)) return wrong
      return (
        agentShortfall(site, context.call.principal) ??
        runShortfall(site, listing, context) ??
        (passed && argumentShortfall(site, passed, context.call)) ??
        planShortfall(context, plan(context))
      )
    }
  },
  describe: ({ says }) =>
    says ??
    'an agent does what its workflow lists, with the models it names, for those it may act for, and what its run was given',
  needs: ({ approvals }, use, charter) => approvals.flatMap((name) => approvalNeeds(name, use, charter)),
  classes: () => ['delegation-exceeded', 'tool-outside-workflow'],
}

const broken = (detail: string): Shortfall => ({ outcome: 'broken', detail })

/** Every agent in the chain must be one that the charter knows, may use the operation, and may act for the next. */
function agentShortfall({ charter, use }: Site, principal: Principal): Shortfall | undefined {
  const everyone = everyoneIn(principal)
  for (const [index, each] of everyone.entries()) {
    if (each.kind !== 'agent') {
      if (index < everyone.length - 1) return broken('somebody who is no agent acts for somebody else')
      continue
    }
    const known = agentActors(charter, each)
    if (known.length === 0) return broken(`nothing is said of the agent \`${each.id ?? ''}\``)
    const able = known.filter((actor) => mayUse(charter, actor, use.operation))
    if (able.length === 0) return broken(`\`${use.operation}\` is not in the workflow of \`${each.id ?? ''}\``)
    const next = everyone[index + 1]
    if (!able.some((actor) => mayActFor(charter, actor, next)))
      return broken(next === undefined ? 'the agent acts for nobody' : 'the agent may not act for whom it acts')
  }
  return undefined
}

/** Whether what no description has may pass. It never does for agents of a workflow: they do nothing but what that lists. */
export function passesUndescribed(
  charter: Charter,
  kind: keyof Charter['undescribed'],
  { principal, run }: { readonly principal: Principal; readonly run?: Run | undefined },
): boolean {
  if (charter.undescribed[kind] !== 'allow') return false
  if (run?.workflow !== undefined) return false
  const knowsAgents = [...charter.actors.values()].some((actor) => actor.kind === 'agent')
  return everyoneIn(principal).every((each) => {
    if (each.kind !== 'agent' || !knowsAgents) return true
    const known = agentActors(charter, each)
    return known.length > 0 && known.every(({ workflow }) => workflow === undefined)
  })
}

/** The classes of agents a principal is. */
export function agentActors(charter: Charter, principal: Principal): readonly Actor[] {
  return actorsOf(charter, principal).flatMap((name) => {
    const actor = charter.actors.get(name)
    return actor?.kind === 'agent' ? [actor] : []
  })
}

function mayUse(charter: Charter, { workflow }: Actor, operation: OperationId): boolean {
  return workflow === undefined || charter.workflows.get(workflow)?.operations.has(operation) === true
}

/** An agent may act for a person of these classes, or for another agent that itself may; for nobody if no class is named. */
export function mayActFor(charter: Charter, { actsFor }: Actor, next: Principal | undefined): boolean {
  if (next === undefined) return actsFor === undefined
  if (actsFor === undefined) return false
  const { chain: _, ...one } = next
  return actorsOf(charter, one).some((name) => actsFor.includes(name))
}

/** What is asked where an operation is not on the list of a run, as the workflow of the run says. */
function plansOf(listing: readonly Workflow[], site: Site): (context: Context) => Asking | undefined {
  const plans = new Map(
    listing.flatMap(({ name, outsidePlan }) => {
      const plan = outsidePlan === 'deny' ? undefined : asks(outsidePlan.approval, site)
      return plan === undefined ? [] : [[name, plan] as const]
    }),
  )
  return ({ call }) => plans.get(workflowOfCall(listing, call.run)?.name ?? '')
}

/** Who is in no workflow keeps to what each that lists the operation says. */
function modelShortfall(listing: readonly Workflow[], { call }: Context): Shortfall | undefined {
  const own = workflowOfCall(listing, call.run)
  const model = modelOf(call.request.body)
  const wrong = (own === undefined ? listing : [own]).find(
    ({ models }) => models !== undefined && !models.some((glob) => matches(glob, model)),
  )
  if (wrong === undefined) return undefined
  const { name, models = [] } = wrong
  const may =
    models.length === 0
      ? 'none'
      : joinWords(
          models.map((each) => `\`${each}\``),
          'or',
        )
  return broken(`the workflow \`${name}\` may not use the model \`${model}\`, but ${may}`)
}

function runShortfall({ charter, use }: Site, listing: readonly Workflow[], { call }: Context): Shortfall | undefined {
  const { run } = call
  if (run?.workflow === undefined) return openShortfall(charter, listing, call)
  if (charter.workflows.get(run.workflow)?.operations.has(use.operation) === true) return undefined
  const own = listing.map(({ name }) => `\`${name}\``)
  return broken(
    `the run is of \`${run.workflow}\`, the operation of ${own.length === 0 ? 'no workflow' : joinWords(own)}`,
  )
}

/** What counts for runs of one of its workflows only, an agent that has several must not get around by being in none of them. */
function openShortfall(charter: Charter, listing: readonly Workflow[], { principal }: Call): Shortfall | undefined {
  if (listing.length < 2 || listing.every(({ budgets }) => budgets.length === 0)) return undefined
  const own = workflowsAmong(charter, listing, principal)
  if (own.length < 2) return undefined
  const names = own.map(({ name }) => `\`${name}\``)
  return broken(
    `the agent has several workflows that list it, and its run is of none: begin one of ${joinWords(names, 'or')}`,
  )
}

/** Those of some workflows that an agent has. */
export function workflowsAmong(
  charter: Charter,
  listing: readonly Workflow[],
  principal: Principal,
): readonly Workflow[] {
  const own = new Set(agentActors(charter, principal).map(({ workflow }) => workflow))
  return listing.filter(({ name }) => own.has(name))
}

/**
 * An agent without a workflow keeps to the names of what a tool takes; the rest is for the tool, and all of it for an API. Where no expression
 * reads it, one text may stand for a list of it; to what only reads, also several in one and numbers as texts, and what is empty by any name.
 */
function argumentShortfall({ charter, use, plan }: Site, { isTool, misfitsOf }: Passed, call: Call) {
  const found = misfitsOf(call.request)
  if (found.length === 0) return undefined
  const isBound = hasWorkflow(charter, call)
  const reads = charter.operations.get(use.operation)?.writes === false
  const wrong = found.filter(({ at, wants, means }) => {
    if (!isBound && (!isTool || wants !== undefined)) return false
    const pointer = parsePointer(at) ?? []
    if (pointer[0] === undefined || plan.readsArgument(pointer[0])) return true
    if (wants === undefined) return !reads || !saysNothing(getPointer(call.request.body, pointer))
    return means !== 'one' && !(reads && means === 'same')
  })
  return wrong.length === 0 ? undefined : broken(misfitWords(isTool, wrong))
}

function saysNothing(value: unknown): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)
}

/** Whether a call is one of a workflow: by its run, or by an agent that has a part in it. */
function hasWorkflow(charter: Charter, { principal, run }: Call): boolean {
  if (run?.workflow !== undefined) return true
  return everyoneIn(principal).some(
    (each) => each.kind === 'agent' && agentActors(charter, each).some(({ workflow }) => workflow !== undefined),
  )
}

function planShortfall(context: Context, plan: Asking | undefined): Shortfall | undefined {
  const { call, use } = context
  const { tools } = call.run ?? {}
  if (tools === undefined || tools.includes(use.operation)) return undefined
  const detail = `the run was given ${
    tools.length === 0
      ? 'no operation'
      : joinWords(
          tools.map((each) => `\`${each}\``),
          'and',
        )
  }`
  return plan === undefined ? broken(detail) : plan(context, detail)
}
