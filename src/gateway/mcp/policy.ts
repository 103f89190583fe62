/** What is decided of each method: what is a call, what is only protocol, and what is nobody's business to ask. */
import type { CallRequest } from '../../charter/charter.ts'
import { passesUndescribed } from '../../constraint/delegation.ts'
import type { Guard } from '../../guard/guard.ts'
import { newId } from '../../guard/id.ts'
import { refuse } from '../../guard/refusal.ts'
import { isRecord } from '../../wire/to-http.ts'
import { allTools } from './all-tools.ts'
import type { Approvals } from './approval.ts'
import { hasAlmost } from './argument-names.ts'
import { AskedWatch } from './asked-watch.ts'
import type { Overheard } from './conversation.ts'
import { type ParameterHeaders, parameterHeaders } from './era.ts'
import type { Asking, Judge, Verdict } from './judge.ts'
import { listMembers, showList } from './lists.ts'
import { type NotificationMessage, type RequestMessage, type ResponseMessage, withParams } from './message.ts'
import { type Named, type Naming, pointingOf } from './naming.ts'
import type { Ask } from './own-client.ts'
import type { Pins } from './pins.ts'
import type { ResourceIndex } from './resource-index.ts'
import { codes, errorBytes, errorOf, integrityCode } from './rpc-error.ts'
import { ServerAsks } from './server-asks.ts'
import { Tasks } from './tasks.ts'
import { decideCall, decideUndescribed, type Going, passing } from './tool-call.ts'
import type { Lookers } from './truth.ts'
import { isVisible } from './visible.ts'

export interface PolicyOptions {
  readonly guard: Guard
  readonly naming: Naming
  readonly pins: Pins
  readonly approvals: Approvals
  readonly lookers: Lookers
  /** Which source has a resource, where there are several. */
  readonly resources?: ResourceIndex
}

/** Only protocol: says what there is, or ends what was begun. */
const protocol: ReadonlySet<string> = new Set(['initialize', 'ping', 'server/discover', 'logging/setLevel'])
const overTasks: ReadonlySet<string> = new Set(['tasks/get', 'tasks/result', 'tasks/update', 'tasks/cancel'])
/** What a server does beside tools. */
const reading: ReadonlySet<string> = new Set([
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/get',
  'completion/complete',
])
/** Whose members are arguments; the rest is protocol. */
const ofProtocol: ReadonlySet<string> = new Set(['_meta', 'inputResponses', 'requestState', 'task'])
const notifications: ReadonlySet<string> = new Set([
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
  'notifications/elicitation/complete',
])

/** News of a task, with its result. SECURITY: nobody judged that, and servers send it to whoever names the task: tasks are asked for. */
const taskNews = 'notifications/tasks'

/** Makes the judge of one address. */
export function makeJudge(options: PolicyOptions): Judge {
  return new Policy(options)
}

class Policy implements Judge {
  readonly #options: PolicyOptions
  readonly #tasks: Tasks
  readonly #asked: AskedWatch
  /** Every source is asked for its list once at a time. */
  readonly #listing = new Map<string, Promise<void>>()

  constructor(options: PolicyOptions) {
    this.#options = options
    const { guard, naming } = options
    this.#asked = new AskedWatch(new ServerAsks(guard), naming, guard.keeping)
    this.#tasks = new Tasks({
      guard,
      sources: naming.sources,
      bind: (request, asking, source) => this.#bind(request, asking, source),
    })
  }

  async request(asking: Asking, message: RequestMessage): Promise<Verdict> {
    try {
      const source = await this.#sourceOf(asking, message)
      const goes = await this.#asked.returning(asking, message, source)
      if ('status' in goes) return goes
      return sentTo(source, this.#asked.watching(asking, goes, source, await this.#rule(asking, goes, source)))
    } catch {
      const refusal = refuse('unavailable', 'the gateway failed', { retryAfterMs: 1000 })
      return { kind: 'said', status: 200, bytes: errorBytes(message.id, errorOf(refusal, '')) }
    }
  }

  async asked(asking: Asking, message: RequestMessage): Promise<{ readonly ask: Buffer } | { readonly tell: Buffer }> {
    try {
      return await this.#asked.asked(asking, message)
    } catch {
      return { tell: errorBytes(message.id, { code: codes.internal, message: 'the gateway failed' }) }
    }
  }

  async answered(asking: Asking, message: ResponseMessage): Promise<Buffer | undefined> {
    try {
      return await this.#asked.answered(asking, message)
    } catch {
      return errorBytes(message.id, { code: codes.internal, message: 'the gateway failed' })
    }
  }

  /** Whose a request is; empty where that cannot be told. */
  async #sourceOf({ signal, owner }: Asking, message: RequestMessage): Promise<string> {
    const { naming, resources } = this.#options
    const { taskId } = message.params
    const ofTask =
      overTasks.has(message.method) && typeof taskId === 'string'
        ? await this.#tasks.sourceOf(owner, taskId)
        : undefined
    const pointing = pointingOf(message)
    const holder =
      pointing === undefined
        ? undefined
        : 'uri' in pointing
          ? await resources?.sourceOf(pointing.uri, signal)
          : naming.of(pointing.name)?.source
    return ofTask ?? holder ?? this.#onlySource()
  }

  async #rule(asking: Asking, message: RequestMessage, source: string): Promise<Verdict> {
    const { method } = message
    if (method === 'tools/call') return this.#callTool(asking, message)
    if (method === 'subscriptions/listen') return passing(this.#heard(asking, message))
    if (protocol.has(method)) return passing(message)
    if (listMembers.has(method)) return this.#list(asking, message)
    if (overTasks.has(method)) return this.#tasks.request(asking, message, this.#isOpen())
    if (reading.has(method)) return this.#read(asking, message, source)
    const { guard } = this.#options
    return decideUndescribed({ guard, asking, message, reads: false }, method, codes.unknownMethod)
  }

  /** What a client wants to be told of: of no task, and of resources that it may subscribe to. */
  #heard(asking: Asking, message: RequestMessage): RequestMessage {
    const { notifications: wanted } = message.params
    if (!isRecord(wanted)) return message
    const { taskIds: tasks, resourceSubscriptions: listed, ...others } = wanted
    const addresses: readonly unknown[] = Array.isArray(listed) ? listed : []
    const heard = addresses.filter((uri) => this.#maySubscribe(asking, String(uri)))
    const isList = listed === undefined || Array.isArray(listed)
    if (tasks === undefined && isList && heard.length === addresses.length) return message
    const resources = listed === undefined ? {} : { resourceSubscriptions: heard }
    return withParams(message, { ...message.params, notifications: { ...others, ...resources } })
  }

  #maySubscribe(asking: Asking, uri: string): boolean {
    const { naming, resources, guard } = this.#options
    const charter = guard.charter()
    const operation = `${naming.of('')?.source ?? resources?.known(uri) ?? ''}.resources/subscribe`
    return charter.operations.has(operation)
      ? isVisible(charter, operation, asking.principal, asking.run)
      : passesUndescribed(charter, 'reads', asking)
  }

  #isOpen(): boolean {
    return this.#options.guard.charter().undescribed.writes === 'allow'
  }

  #onlySource(): string {
    return this.#options.naming.of('')?.source ?? ''
  }

  async #callTool(asking: Asking, message: RequestMessage): Promise<Verdict> {
    const { guard, naming, pins, approvals } = this.#options
    const { name, arguments: given = {} } = message.params
    const named = typeof name === 'string' ? naming.of(name) : undefined
    if (named === undefined || !isRecord(given))
      return {
        kind: 'said',
        status: 200,
        bytes: errorBytes(message.id, { code: codes.params, message: 'no such tool, or no arguments' }),
      }
    const operation = `${named.source}.${named.name}`
    const known = guard.charter().operations.has(operation)
    if ((known || this.#isOpen()) && pins.isStale(named.source)) await this.#look(asking, named)
    if (!known && pins.isHeld(named.source, named.name)) return this.#refuseHeld(asking, message, operation)
    const later = (task: string, ruling?: Going): Promise<boolean> =>
      this.#tasks.add(named.source, task, asking.owner, ruling)
    if (!known) return decideUndescribed({ guard, asking, message, reads: false, later }, operation, codes.params)
    if (hasAlmost(guard.charter(), operation, given))
      return {
        kind: 'said',
        status: 200,
        bytes: errorBytes(message.id, {
          code: codes.params,
          message: 'an argument is called almost as a declared one',
        }),
      }
    const pin = pins.approved(named.source) === undefined ? undefined : pins.stateOf(named.source, named.name)
    const back = approvals.returning(asking, message)
    if (back.kind === 'said') return back
    const sent = back.message
    const settle = {
      guard,
      asking,
      message,
      operation,
      arguments: given,
      sent,
      later,
      bind: (request: CallRequest) => this.#bind(request, asking, named.source),
      ...(pin === undefined ? {} : { pin }),
      ...(back.hold === undefined ? {} : { hold: back.hold }),
    }
    return decideCall(settle, (refusal, call) => approvals.ask(asking, message, refusal, call))
  }

  /** Nobody approved it, and nobody should without looking. */
  async #refuseHeld({ principal }: Asking, message: RequestMessage, operation: string): Promise<Verdict> {
    const call = newId(Date.now())
    const noted = { kind: 'undescribed', call, method: message.method, path: operation, passed: false } as const
    await this.#options.guard.note({ ...noted, principal })
    const refusal = refuse('undescribed', `nobody approved \`${operation}\`, and its description looks like an attack`)
    return {
      kind: 'said',
      status: 200,
      bytes: errorBytes(message.id, { ...errorOf(refusal, call), code: integrityCode }),
    }
  }

  #bind(request: CallRequest, asking: Asking, source: string): void {
    const { lookers, naming } = this.#options
    lookers.bind(request, source, this.#lookWith(asking, naming, source))
  }

  /** The client's own session, with tools by their own names. */
  #lookWith({ ask }: Asking, naming: Naming, source: string): Ask {
    return (method, params) => ask(method, { ...params, name: naming.visible(source, String(params['name'])) })
  }

  /** Asks a server for all its tools, before one of them is called. */
  #look(asking: Asking, { source }: Named): Promise<void> {
    const before = this.#listing.get(source)
    if (before !== undefined) return before
    const look = this.#askForTools(asking, source).finally(() => this.#listing.delete(source))
    this.#listing.set(source, look)
    return look
  }

  async #askForTools(asking: Asking, source: string): Promise<void> {
    const { naming, pins } = this.#options
    const tools = await allTools(asking.ask)
    if (tools === undefined) return
    const own = tools.flatMap((tool) => {
      const named = naming.of(String(tool['name']))
      return named?.source === source ? [{ ...tool, name: named.name }] : []
    })
    pins.see(source, own, true)
  }

  #list(asking: Asking, message: RequestMessage): Verdict {
    const { guard, naming, pins } = this.#options
    const listing = { charter: guard.charter(), naming, pins, resources: this.#options.resources }
    return passing(message, (came) => showList(listing, asking, message, came))
  }

  async #read(asking: Asking, message: RequestMessage, source: string): Promise<Verdict> {
    const { guard } = this.#options
    const operation = `${source}.${message.method}`
    if (!guard.charter().operations.has(operation))
      return decideUndescribed({ guard, asking, message, reads: true }, operation, codes.params)
    const given = Object.fromEntries(Object.entries(message.params).filter(([name]) => !ofProtocol.has(name)))
    const later = (task: string, ruling: Going): Promise<boolean> => this.#tasks.add(source, task, asking.owner, ruling)
    return decideCall({ guard, asking, message, operation, arguments: given, sent: message, later })
  }

  async notification(_asking: Asking, { method }: NotificationMessage): Promise<boolean> {
    return notifications.has(method) || this.#isOpen()
  }

  readonly overheard: Overheard = ({ method }) => {
    if (method === 'notifications/tools/list_changed')
      for (const source of this.#options.naming.sources) this.#options.pins.doubt(source)
    return method !== taskNews
  }

  parametersOf({ params }: Pick<RequestMessage, 'params'>): ParameterHeaders | undefined {
    const named = this.#options.naming.of(String(params['name']))
    const tool = named === undefined ? undefined : this.#options.pins.toolOf(named.source, named.name)
    return tool === undefined ? undefined : parameterHeaders(tool.inputSchema)
  }
}

/** What goes to a server goes to the one it was decided for. */
function sentTo(source: string, verdict: Verdict): Verdict {
  return verdict.kind === 'go' && verdict.to === undefined && source !== '' ? { ...verdict, to: source } : verdict
}
