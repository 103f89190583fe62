// Plays calls of agents before a guard: runs are begun, shown, passed on and ended as agents do it.
import type { CallRequest, Charter, Operation, Principal } from '../../src/charter/charter.ts'
import type { RunHandle } from '../../src/charter/run-handle.ts'
import type { Outcome, Refusal } from '../../src/guard/call.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/open.ts'
import { approve } from '../guard/approve.ts'
import type { CallStep, RunGiven, Scenario } from './scenario.ts'
import type { World } from './world.ts'

/** What was said to a call. */
export interface Verdict {
  readonly effect: 'allow' | 'deny' | 'ask'
  readonly kinds: readonly string[]
  readonly says: readonly string[]
  /** What the agent is shown, as text. */
  readonly answer: string
  /** What the system was sent, as text. */
  readonly sent: string
}

interface Acting {
  readonly principal: Principal
  readonly handle?: RunHandle
}

/** One agent after the other, in one world. */
export class Player {
  readonly #world: World
  readonly #guard: Guard
  readonly #agents: Readonly<Record<string, string>>
  readonly #handles = new Map<string, Acting>()
  readonly #changed = new Set<string>()
  readonly #close: () => Promise<void>
  readonly #later: (ms: number) => void
  #acting: Acting = { principal: {} }
  #hold: string | undefined

  constructor(parts: { world: World; guard: Guard; close: () => Promise<void>; later: (ms: number) => void }) {
    this.#world = parts.world
    this.#guard = parts.guard
    this.#close = parts.close
    this.#later = parts.later
    this.#agents = agentsOf(parts.guard.charter())
  }

  /** The agent that is meant when a run names none: the first of its workflow. */
  async begin({ as, for: person, workflow, prompt, tools, name }: RunGiven): Promise<void> {
    const agent = as !== '' ? as : (this.#agents[workflow ?? ''] ?? Object.values(this.#agents)[0] ?? '')
    const principal = this.#world.principal(person === undefined ? agent : `${agent} for ${person}`)
    const given = await this.#guard.runs.start(principal, {
      purpose: prompt,
      ...(workflow === undefined ? {} : { workflow }),
      ...(tools === undefined ? {} : { tools }),
    })
    this.#goOn(name, given.ok ? given : { principal })
  }

  async pass({
    to,
    tools,
    name,
  }: {
    to: string
    tools?: readonly string[] | undefined
    name: string
  }): Promise<boolean> {
    const { principal, handle } = this.#acting
    if (handle === undefined) return false
    const chain = [principal, ...(principal.chain ?? [])].map(({ chain: _, ...each }) => each)
    const next = { ...this.#world.principal(to), chain }
    const given = await this.#guard.runs.delegate(handle, next, tools === undefined ? {} : { tools })
    if (given.ok) this.#goOn(name, given)
    return given.ok
  }

  back(name: string): void {
    this.#acting = this.#handles.get(name) ?? this.#acting
  }

  async end(name: string): Promise<void> {
    const run = this.#handles.get(name)
    if (run?.handle !== undefined) await this.#guard.runs.end(run.handle.id, 'ended', run.principal)
  }

  #goOn(name: string, { principal, handle }: Acting): void {
    this.#acting = handle === undefined ? { principal } : { principal, handle }
    this.#handles.set(name, this.#acting)
  }

  async call({ call, with: given, as, handle: named, answer }: CallStep): Promise<Verdict> {
    const operation = this.#guard.charter().operations.get(call)
    const { principal, handle } = this.#callerOf(as, named)
    const request = requestOf(operation, given)
    const ruling = await this.#guard.begin({
      operation: call,
      principal,
      request,
      rewrites: true,
      ...(handle === undefined ? {} : { run: handle }),
      ...(isPinned(operation) ? { pin: this.#changed.has(call) ? 'changed' : 'pinned' } : {}),
    })
    if (ruling.kind === 'refused') return this.#refused(ruling.refusal)
    if (ruling.kind === 'answered') return { ...nothing, effect: 'allow', answer: JSON.stringify(ruling.answer.body) }
    const sent = ruling.instead === undefined ? given : { ...request.path, ...Object(ruling.instead.body) }
    const done = this.#world.act(call, sent, (principal.chain?.at(-1) ?? principal).id)
    const body = answer ?? (done.found ? done.answer : { error: 'not found' })
    const outcome: Outcome = {
      kind: 'answered',
      answer: {
        status: done.found ? 200 : 404,
        body,
        text: JSON.stringify(body),
        ...(done.tokens === undefined ? {} : { tokens: done.tokens }),
      },
    }
    const release = await ruling.settle(outcome)
    if (release.kind === 'refused') return { ...this.#refused(release.refusal), sent: JSON.stringify(sent) }
    const seen = release.kind === 'changed' ? release.body : body
    return { ...nothing, effect: 'allow', answer: JSON.stringify(seen), sent: JSON.stringify(sent) }
  }

  #callerOf(as: string | undefined, named: string | undefined): Acting {
    const shown = named === undefined ? undefined : this.#handles.get(named)?.handle
    const principal = as === undefined ? this.#acting.principal : this.#world.principal(as)
    if (shown !== undefined) return { principal, handle: shown }
    return as === undefined ? this.#acting : { principal }
  }

  #refused({ code, detail, reasons, hold }: Refusal): Verdict {
    if (code === 'approval-needed') this.#hold = hold?.reference
    return {
      ...nothing,
      effect: code === 'approval-needed' ? 'ask' : 'deny',
      kinds: reasons.map(({ kind }) => kind),
      says: [`${code}: ${detail}`, ...reasons.map(({ says }) => says)],
    }
  }

  async approve(who: string): Promise<boolean> {
    if (this.#hold === undefined) return false
    return (await approve(this.#guard, this.#hold, this.#world.principal(who))).ok
  }

  async refuse(who: string): Promise<void> {
    await this.#guard.approvals.answer(this.#hold ?? '', this.#world.principal(who), { verdict: 'refuse', why: 'no' })
  }

  describe(tool: string, description: string | undefined): void {
    if (description !== undefined && description === this.#world.approved.get(tool)) this.#changed.delete(tool)
    else this.#changed.add(tool)
  }

  wait(ms: number): void {
    this.#later(ms)
  }

  close(): Promise<void> {
    return this.#close()
  }
}

const nothing = { kinds: [], says: [], answer: '', sent: '' }

/** Opens a guard before the world of a scenario. */
export async function openPlayer(charter: Charter, world: World, { plant }: Scenario): Promise<Player> {
  world.plant(plant)
  const store = await openSqliteStore(':memory:')
  let ahead = 0
  const guard = await createGuard(charter, {
    version: charter.name,
    store,
    journal: { append: async () => undefined },
    truth: {
      read: async ({ type, key }) => world.look(type, key),
      search: async (type, sought) => ({ values: world.search(type, sought), whole: true }),
    },
    now: () => Math.trunc(performance.timeOrigin + performance.now()) + ahead,
  })
  const close = async (): Promise<void> => {
    await guard.close()
    await store.close()
  }
  const later = (ms: number): void => {
    ahead += ms
  }
  return new Player({ world, guard, close, later })
}

function agentsOf({ actors }: Charter): Readonly<Record<string, string>> {
  const agents: Record<string, string> = {}
  for (const [name, { kind, workflow }] of actors)
    if (kind === 'agent' && workflow !== undefined) agents[workflow] ??= name
  return agents
}

/** What stands in the path of an operation goes there, the rest in the body. */
function requestOf(operation: Operation | undefined, given: Readonly<Record<string, unknown>>): CallRequest {
  const names = new Set([...(operation?.shape.path ?? '').matchAll(/\{([^}]+)\}/g)].map(([, name]) => name))
  const part = (inPath: boolean): Record<string, unknown> =>
    Object.fromEntries(Object.entries(given).filter(([name]) => names.has(name) === inPath))
  return { path: part(true), query: {}, header: {}, body: part(false) }
}

function isPinned(operation: Operation | undefined): boolean {
  return ['TOOL', 'AGENT', 'ASK'].includes(operation?.shape.method ?? '')
}
