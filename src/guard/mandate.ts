/** What an agent is given when somebody hands it a run. Pure: nothing here ever gives more than there was. */
import type { Charter, OperationId, Principal } from '../charter/charter.ts'
import type { Mandate } from '../charter/run-handle.ts'
import { agentActors, mayActFor } from '../constraint/delegation.ts'
import { everyoneIn } from '../constraint/run.ts'

/** What is asked for; what is not named stays as it was. */
export interface Wanted {
  readonly workflow?: string
  readonly tools?: readonly OperationId[]
  readonly scopes?: readonly string[]
}

/** What may be passed on. */
export type Scope = Pick<Mandate, 'workflow' | 'tools' | 'scopes'>

/** Why nothing is given, by the names of RFC 6749 section 5.2 and RFC 8693 section 2.2.2. */
export interface Ungiven {
  readonly error: 'invalid_request' | 'invalid_scope' | 'access_denied'
  readonly why: string
}

const longestChain = 8

/**
 * What `principal`, an agent with those it acts for, gets of what there is: `from` what it was handed, or, at the beginning of a run, from
 * what its workflow and the scopes of whom it acts for allow.
 */
export function giveFrom(
  charter: Charter,
  principal: Principal,
  from: Scope | undefined,
  wanted: Wanted,
): Scope | Ungiven {
  const everyone = everyoneIn(principal)
  if (everyone.filter((each) => each.kind === 'agent').length > longestChain)
    return { error: 'access_denied', why: 'too many agents act for each other' }
  const workflows = workflowsOf(charter, everyone)
  if ('error' in workflows) return workflows
  const workflow = oneWorkflow(charter, workflows, from, wanted)
  if ('error' in workflow) return workflow
  const known = from === undefined ? everyone.at(-1)?.scopes : from.scopes
  const scopes = wanted.scopes === undefined ? known : wanted.scopes.filter((each) => known?.includes(each) === true)
  if (scopes !== undefined && scopes.length === 0 && (wanted.scopes?.length ?? 0) > 0)
    return { error: 'invalid_scope', why: 'none of these scopes can be passed on' }
  const tools = toolsFrom(charter, workflow.name, from, wanted)
  if (tools !== undefined && 'error' in tools) return tools
  return {
    ...(workflow.name === undefined ? {} : { workflow: workflow.name }),
    ...(tools === undefined ? {} : { tools }),
    ...(scopes === undefined ? {} : { scopes }),
  }
}

/** For each agent, the workflows in which it may act for the next; undefined stands for any. */
function workflowsOf(
  charter: Charter,
  everyone: readonly Principal[],
): readonly ReadonlySet<string | undefined>[] | Ungiven {
  const found: ReadonlySet<string | undefined>[] = []
  for (const [index, each] of everyone.entries()) {
    const next = everyone[index + 1]
    if (each.kind !== 'agent') {
      if (next === undefined) continue
      return { error: 'access_denied', why: 'somebody who is no agent acts for somebody else' }
    }
    const known = agentActors(charter, each)
    if (known.length === 0)
      return { error: 'access_denied', why: `the charter knows no such agent as ${each.id ?? ''}` }
    const able = known.filter((actor) => mayActFor(charter, actor, next))
    if (able.length === 0)
      return {
        error: 'access_denied',
        why:
          next === undefined
            ? `${each.id ?? ''} acts for others only`
            : `${each.id ?? ''} may not act for ${next.id ?? ''}`,
      }
    found.push(new Set(able.map(({ workflow }) => workflow)))
  }
  return found
}

function oneWorkflow(
  charter: Charter,
  all: readonly ReadonlySet<string | undefined>[],
  from: Scope | undefined,
  wanted: Wanted,
): { readonly name: string | undefined } | Ungiven {
  const fixed = from?.workflow
  const { workflow: asked } = wanted
  if (fixed !== undefined && asked !== undefined && asked !== fixed)
    return { error: 'invalid_request', why: `the run is of ${fixed}` }
  const [own = new Set<string | undefined>()] = all
  const sole = own.size === 1 ? [...own][0] : undefined
  const name = fixed ?? asked ?? sole
  if (name === undefined && !own.has(undefined))
    return { error: 'invalid_request', why: `say which workflow: ${[...own].join(', ')}` }
  if (name !== undefined && !charter.workflows.has(name))
    return { error: 'invalid_request', why: `there is no workflow ${name}` }
  const fits = all.every((each) => each.has(undefined) || (name !== undefined && each.has(name)))
  return fits ? { name } : { error: 'access_denied', why: `the workflow is not one of all those who act` }
}

function toolsFrom(
  charter: Charter,
  workflow: string | undefined,
  from: Scope | undefined,
  { tools: asked }: Wanted,
): readonly OperationId[] | Ungiven | undefined {
  const before = from?.tools
  if (asked === undefined) return before
  const operations = workflow === undefined ? charter.operations : charter.workflows.get(workflow)?.operations
  const tools = [...new Set(asked)].filter(
    (each) => operations?.has(each) === true && (before === undefined || before.includes(each)),
  )
  return tools.length === 0 && asked.length > 0
    ? { error: 'invalid_scope', why: 'none of these operations can be passed on' }
    : tools
}
