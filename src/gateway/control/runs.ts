/** Runs, for whoever operates the guard and for the agents that have them. */
import { z } from 'zod'
import type { Principal } from '../../charter/charter.ts'
import { plainRun } from '../../charter/run-handle.ts'
import type { Guard } from '../../guard/guard.ts'
import type { RunShown } from '../../guard/run-record.ts'
import type { Cut } from '../../guard/runs.ts'
import type { RunState } from '../../guard/store.ts'
import type { RunTokens } from '../../identity/run-token.ts'
import { type Caller, isSame, isTheirOwn, nameOf } from './caller.ts'
import { Problem } from './problem.ts'
import { type Asked, type Given, type Route, readBody } from './route.ts'
import { shownHandle } from './token.ts'

export interface RunRoutesOptions {
  readonly guard: Pick<Guard, 'runs' | 'said'>
  /** Makes handles. Without it, agents cannot ask for a run here. */
  readonly tokens?: RunTokens
  readonly resources?: readonly string[]
}

const beginning = z.strictObject({
  workflow: z.string().min(1).optional(),
  tools: z.array(z.string().min(1)).max(1000).optional(),
  purpose: z.string().min(1).max(20_000).optional(),
})
const telling = z.strictObject({ text: z.string().min(1).max(20_000) })
const whySchema = z.strictObject({ why: z.string().min(1).max(1000) })
const states: readonly RunState[] = ['open', 'ended', 'revoked']
const cuttable: readonly Cut['of'][] = ['token', 'agent', 'person']

/** The routes under `/v1/runs` and `/v1/revocations`. */
export function runRoutes(options: RunRoutesOptions): readonly Route[] {
  const { guard } = options
  return [
    {
      method: 'GET',
      path: '/v1/runs',
      needs: 'operate',
      handle: async ({ query }) => {
        const wanted = query.get('state')?.split(',') ?? ['open']
        const known = states.filter((each) => wanted.includes(each))
        const runs = await guard.runs.list(known)
        return { status: 200, body: { runs: runs.filter(({ state }) => known.includes(state)).map(shownRun) } }
      },
    },
    { method: 'POST', path: '/v1/runs', needs: 'anybody', handle: (asked) => begin(options, asked) },
    {
      method: 'GET',
      path: '/v1/runs/{run}',
      needs: 'anybody',
      handle: async (asked) => ({ status: 200, body: shownRun(await concerned(options, asked)) }),
    },
    { method: 'POST', path: '/v1/runs/{run}/words', needs: 'anybody', handle: (asked) => tell(options, asked) },
    { method: 'DELETE', path: '/v1/runs/{run}', needs: 'anybody', handle: (asked) => end(options, asked) },
    {
      method: 'PUT',
      path: '/v1/revocations/{of}/{name}',
      needs: 'operate',
      handle: async (asked) => {
        const of = cuttable.find((each) => each === asked.parameters['of'])
        if (of === undefined) throw new Problem(404, 'unknown', `what can be revoked is ${cuttable.join(', ')}`)
        const { why } = readBody(whySchema, asked)
        const name = asked.parameters['name'] ?? ''
        await guard.runs.cut({ of, name }, whoOf(asked), why)
        return { status: 200, body: { of, name } }
      },
    },
  ]
}

/** A run as it goes over HTTP, and as commands print it. */
export function shownRun(run: RunShown): Readonly<Record<string, unknown>> {
  const { id, state, agent, agents, person, workflow, tools, purpose, version, at, expires, implicit, why } = run
  return {
    run: id,
    state,
    agent,
    agents,
    person: person?.id,
    workflow,
    tools,
    purpose,
    charter: version,
    at: new Date(at).toISOString(),
    expires: new Date(expires).toISOString(),
    ...(implicit === true ? { implicit } : {}),
    ...(why === undefined ? {} : { why }),
  }
}

/** Gives an agent a handle: it names the run beside the credential the agent already has, and lets nobody in by itself. */
async function begin({ guard, tokens, resources = [] }: RunRoutesOptions, asked: Asked): Promise<Given> {
  const { caller } = asked
  if (tokens === undefined)
    throw new Problem(404, 'unknown', 'no handles are given out here: `runs.issuer` says by whom')
  if (caller?.kind !== 'person' || caller.principal.kind !== 'agent')
    throw new Problem(403, 'needs-agent', 'this needs an agent, by its own credential')
  const given = await guard.runs.start(caller.principal, defined(readBody(beginning, asked)))
  if (!given.ok) throw new Problem(403, given.error.replaceAll('_', '-'), given.why)
  const { handle } = given
  const audience = resources.length === 0 ? [tokens.issuer] : resources
  const minted = await tokens.mint(handle, { type: 'lockstep-run+jwt', audience, expires: handle.until })
  return { status: 201, body: { handle: minted.text, ...shownHandle(handle) } }
}

type Beginning = Parameters<Guard['runs']['start']>[1]

function defined({ workflow, tools, purpose }: z.output<typeof beginning>): Beginning {
  return {
    ...(workflow === undefined ? {} : { workflow }),
    ...(tools === undefined ? {} : { tools }),
    ...(purpose === undefined ? {} : { purpose }),
  }
}

/** An agent ends its run, an operator revokes it. */
async function end(options: RunRoutesOptions, asked: Asked): Promise<Given> {
  const run = await concerned(options, asked)
  const why = asked.query.get('why') ?? undefined
  const operates = asked.caller?.may.includes('operate') === true
  if (operates && why === undefined) throw new Problem(400, 'malformed', 'say why, as the query parameter `why`')
  const done = await options.guard.runs.end(run.id, operates ? 'revoked' : 'ended', whoOf(asked), why)
  if (!done) throw new Problem(409, 'closed', 'the run is over')
  return { status: 204 }
}

/** What its user said since a run began, as the user says, or the agent that began it: nobody else knows. */
async function tell(options: RunRoutesOptions, asked: Asked): Promise<Given> {
  const run = await concerned(options, asked)
  if (!isTheirs(asked.caller, run))
    throw new Problem(403, 'needs-agent', 'this needs whom the run is for, or the agent that began it')
  if (run.state !== 'open') throw new Problem(409, 'closed', 'the run is over')
  const { text } = readBody(telling, asked)
  const by = whoOf(asked)
  // What people said is theirs, whoever tells it: with the person it can be erased.
  const isAlone = by.kind === 'agent' && by.chain === undefined && run.person !== undefined
  await options.guard.said(plainRun(run), text, isAlone ? { ...by, chain: [run.person] } : by)
  return { status: 204 }
}

/** @throws {Problem} 404 when there is no such run, or it is none of the caller's. */
async function concerned({ guard }: RunRoutesOptions, { caller, parameters }: Asked): Promise<RunShown> {
  const run = await guard.runs.get(parameters['run'] ?? '')
  if (run === undefined || !(caller?.may.includes('operate') === true || isTheirs(caller, run)))
    throw new Problem(404, 'unknown', 'there is no such run')
  return run
}

/** The agent that began it, by itself or where it acts for the same person; or that person. */
function isTheirs(caller: Caller | undefined, { began, person }: RunShown): boolean {
  if (caller?.kind !== 'person') return false
  const { principal } = caller
  return principal.kind === 'agent' ? isTheirOwn(principal, began, person) : isSame(principal, person)
}

function whoOf({ caller }: Asked): Principal {
  if (caller === undefined) throw new Problem(401, 'unauthenticated', 'a credential is needed')
  return caller.kind === 'person' ? caller.principal : { id: nameOf(caller) }
}
