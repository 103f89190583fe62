// Plays in process: the guard is asked as gateways ask it, and nothing stands between.
import type { CallRequest, Operation, Principal } from '../../src/charter/charter.ts'
import { plainRun, type RunHandle } from '../../src/charter/run-handle.ts'
import type { Outcome, Refusal } from '../../src/guard/call.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/open.ts'
import { approve } from '../guard/approve.ts'
import { agentOf, nothing, type OpenPlayer, type PassedOn, type Player, type Verdict } from './player.ts'
import type { CallStep, RunGiven } from './scenario.ts'
import type { World } from './world.ts'

/** Who calls, in which run. */
export interface Acting {
  readonly principal: Principal
  readonly handle?: RunHandle
}

/** Makes one for each scenario. */
export const openInProcess: OpenPlayer = async (charter, world) => {
  const store = await openSqliteStore(':memory:')
  let ahead = 0
  const changed = new Set<string>()
  // As of a gateway: what a tool shows that is not as it was approved is nobody's word.
  const isBelieved = (type: string): boolean => !changed.has(charter.objects.get(type)?.read ?? '')
  // A tool that fails does not say that there is no such thing.
  const isTool = (type: string): boolean =>
    charter.operations.get(charter.objects.get(type)?.read ?? '')?.shape.method === 'TOOL'
  const look = (type: string, key: string): unknown => world.look(type, key) ?? (isTool(type) ? undefined : null)
  const guard = await createGuard(charter, {
    version: charter.name,
    store,
    journal: { append: async () => undefined },
    truth: {
      read: async ({ type, key }) => (isBelieved(type) ? look(type, key) : undefined),
      search: async (type, sought) => ({ values: world.search(type, sought), whole: true }),
    },
    // However busy the machine is: what a node that stood still does is tested elsewhere.
    limits: { silentMs: 60_000 },
    now: () => Math.trunc(performance.timeOrigin + performance.now()) + ahead,
  })
  const close = async (): Promise<void> => {
    await guard.close()
    await store.close()
  }
  const later = async (ms: number): Promise<void> => {
    ahead += ms
  }
  return new InProcess({ world, guard, changed, close, later })
}

class InProcess implements Player {
  readonly #world: World
  readonly #guard: Guard
  readonly #handles = new Map<string, Acting>()
  readonly #changed: Set<string>
  readonly close: () => Promise<void>
  readonly wait: (ms: number) => Promise<void>
  #acting: Acting = { principal: {} }
  #hold: string | undefined

  constructor(parts: {
    world: World
    guard: Guard
    changed: Set<string>
    close: () => Promise<void>
    later: (ms: number) => Promise<void>
  }) {
    this.#world = parts.world
    this.#changed = parts.changed
    this.#guard = parts.guard
    this.close = parts.close
    this.wait = parts.later
  }

  async begin(given: RunGiven): Promise<void> {
    const { for: person, workflow, prompt, tools, name } = given
    const agent = agentOf(this.#guard.charter(), given)
    const principal = this.#world.principal(person === undefined ? agent : `${agent} for ${person}`)
    const begun = await this.#guard.runs.start(principal, {
      purpose: prompt,
      ...(workflow === undefined ? {} : { workflow }),
      ...(tools === undefined ? {} : { tools }),
    })
    this.#goOn(name, begun.ok ? begun : { principal })
  }

  async pass({ to, tools, name }: PassedOn): Promise<boolean> {
    const { principal, handle } = this.#acting
    if (handle === undefined) return false
    const chain = [principal, ...(principal.chain ?? [])].map(({ chain: _, ...each }) => each)
    const next = { ...this.#world.principal(to), chain }
    const given = await this.#guard.runs.delegate(handle, next, tools === undefined ? {} : { tools })
    if (given.ok) this.#goOn(name, given)
    return given.ok
  }

  async said(text: string): Promise<void> {
    const { principal, handle } = this.#acting
    const run = handle === undefined ? undefined : await this.#guard.runs.get(handle.id)
    if (run === undefined) throw new Error('there is no run to say it in')
    await this.#guard.said(plainRun(run), text, principal)
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

  async call(step: CallStep): Promise<Verdict> {
    const acting = this.#callerOf(step.as, step.handle)
    const { hold, ...verdict } = await askGuard(this.#guard, this.#world, { step, acting, changed: this.#changed })
    if (hold !== undefined) this.#hold = hold
    return verdict
  }

  #callerOf(as: string | undefined, named: string | undefined): Acting {
    const shown = named === undefined ? undefined : this.#handles.get(named)?.handle
    const principal = as === undefined ? this.#acting.principal : this.#world.principal(as)
    if (shown !== undefined) return { principal, handle: shown }
    return as === undefined ? this.#acting : { principal }
  }

  async approve(who: string): Promise<boolean> {
    if (this.#hold === undefined) return false
    return (await approve(this.#guard, this.#hold, this.#world.principal(who))).ok
  }

  async refuse(who: string): Promise<boolean> {
    const given = { verdict: 'refuse', why: 'no' } as const
    return (await this.#guard.approvals.answer(this.#hold ?? '', this.#world.principal(who), given)).ok
  }

  async describe(tool: string, description: string | undefined): Promise<void> {
    if (description !== undefined && description === this.#world.approved.get(tool)) this.#changed.delete(tool)
    else this.#changed.add(tool)
  }
}

/** One call as the guard is asked about it. */
export interface Asked {
  readonly step: CallStep
  readonly acting: Acting
  /** Tools and cards that are not as they were approved. */
  readonly changed: ReadonlySet<string>
}

/** Has a call ruled on, carried out in the world where it may be, and settled. */
export async function askGuard(
  guard: Guard,
  world: World,
  { step: { call, with: given, answer }, acting: { principal, handle }, changed }: Asked,
): Promise<Verdict & { readonly hold?: string }> {
  const operation = guard.charter().operations.get(call)
  const request = requestOf(operation, given)
  const ruling = await guard.begin({
    operation: call,
    principal,
    request,
    rewrites: true,
    ...(handle === undefined ? {} : { run: handle }),
    ...(isPinned(operation) ? { pin: changed.has(call) ? 'changed' : 'pinned' } : {}),
  })
  if (ruling.kind === 'refused') return refused(ruling.refusal)
  if (ruling.kind === 'answered') return { ...nothing, effect: 'allow', answer: JSON.stringify(ruling.answer.body) }
  const sent =
    ruling.instead === undefined ? given : { ...request.path, ...request.query, ...Object(ruling.instead.body) }
  const done = world.act(call, sent, (principal.chain?.at(-1) ?? principal).id)
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
  if (release.kind === 'refused') return { ...refused(release.refusal), sent: JSON.stringify(sent) }
  const seen = release.kind === 'changed' ? release.body : body
  return { ...nothing, effect: 'allow', answer: JSON.stringify(seen), sent: JSON.stringify(sent) }
}

function refused({ code, detail, reasons, hold }: Refusal): Verdict & { readonly hold?: string } {
  const asks = code === 'approval-needed'
  return {
    ...nothing,
    effect: asks ? 'ask' : 'deny',
    kinds: reasons.map(({ kind }) => kind),
    says: [`${code}: ${detail}`, ...reasons.map(({ says }) => says)],
    ...(asks && hold !== undefined ? { hold: hold.reference } : {}),
  }
}

/** What stands in the path of an operation goes there, the rest where the wire takes it: into the query of what has no body, else into the body. */
function requestOf(operation: Operation | undefined, given: Readonly<Record<string, unknown>>): CallRequest {
  const { inPath, inQuery, rest } = partedBy(operation, given)
  const described = new Set(operation?.shape.parameters.flatMap((each) => (each.in === 'query' ? [each.name] : [])))
  const part = (isDescribed: boolean): Record<string, unknown> =>
    Object.fromEntries(Object.entries(inQuery).filter(([name]) => described.has(name) === isDescribed))
  const beside = { query: part(false), headers: {} }
  return {
    path: inPath,
    query: part(true),
    header: {},
    ...(operation === undefined || hasBody(operation) ? { body: rest } : { beside }),
  }
}

/** Whether what a call says beside its path stands in its body. */
function hasBody({ shape }: Operation): boolean {
  return shape.method !== 'GET' && shape.method !== 'DELETE'
}

/** Arguments that stand in the path of an operation, in its query, and all others. */
export function partedBy(
  operation: Operation | undefined,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<'inPath' | 'inQuery' | 'rest', Readonly<Record<string, unknown>>>> {
  const names = new Set([...(operation?.shape.path ?? '').matchAll(/\{([^}]+)\}/g)].map(([, name]) => name))
  const part = (inPath: boolean): Record<string, unknown> =>
    Object.fromEntries(Object.entries(given).filter(([name]) => names.has(name) === inPath))
  const isQuery = operation !== undefined && !hasBody(operation)
  return { inPath: part(true), inQuery: isQuery ? part(false) : {}, rest: isQuery ? {} : part(false) }
}

function isPinned(operation: Operation | undefined): boolean {
  return ['TOOL', 'AGENT', 'ASK'].includes(operation?.shape.method ?? '')
}
