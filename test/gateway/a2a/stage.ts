// An agent made with the official SDK, the gateway before it, and clients of the same SDK.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AgentCard, type AgentCard as Card, type Message, Role, type Task, TaskState } from '@a2a-js/sdk'
import {
  type Client,
  ClientFactory,
  ClientFactoryOptions,
  JsonRpcTransportFactory,
  RestTransportFactory,
} from '@a2a-js/sdk/client'
import {
  AgentEvent,
  type AgentExecutor,
  DefaultRequestHandler,
  type ExecutionEventBus,
  InMemoryPushNotificationStore,
  InMemoryTaskStore,
  type RequestContext,
} from '@a2a-js/sdk/server'
import { jsonRpcHandler, restHandler, UserBuilder } from '@a2a-js/sdk/server/express'
import express from 'express'
import type { Charter } from '../../../src/charter/charter.ts'
import { linkCharter } from '../../../src/charter/link.ts'
import { parseCharter } from '../../../src/charter/parse.ts'
import { readAgentCard } from '../../../src/charter/source/card.ts'
import { type A2aGateway, type A2aGatewayOptions, openA2aGateway } from '../../../src/gateway/a2a/gateway.ts'
import { createGuard, type Guard, type GuardOptions } from '../../../src/guard/guard.ts'
import type { Identifier } from '../../../src/identity/identity.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { Lines } from '../../guard/wallet.ts'

/** What a planner may ask of a helper, for clerks. */
export const charterText = `
lockstep: 1
name: team
sources:
  - { name: helper, type: a2a, url: ./helper.card.json }
actors:
  clerk: {}
  manager: {}
  planner: { kind: agent, workflow: planning, acts-for: [clerk] }
  stray: { kind: agent, workflow: elsewhere, acts-for: [clerk] }
operations:
  helper.SendMessage: { by: clerk, when: "!request.message.parts.exists(p, has(p.text) && p.text.contains('forbidden'))" }
  helper.SendStreamingMessage: { by: clerk }
  helper.refunds: { by: clerk, approval: second-look }
  helper.GetTask: { by: clerk }
  helper.ListTasks: { by: clerk }
  helper.CancelTask: { by: clerk }
  helper.SubscribeToTask: { by: clerk }
  helper.CreateTaskPushNotificationConfig: { by: clerk }
  helper.GetTaskPushNotificationConfig: { by: clerk }
  helper.GetExtendedAgentCard: { by: clerk }
  helper.DeleteTaskPushNotificationConfig: { by: clerk }
approvals:
  second-look: { by: manager, quorum: 1 }
workflows:
  planning:
    operations:
      - helper.SendMessage
      - helper.SendStreamingMessage
      - helper.refunds
      - helper.GetTask
      - helper.ListTasks
      - helper.CancelTask
      - helper.SubscribeToTask
      - helper.CreateTaskPushNotificationConfig
      - helper.GetTaskPushNotificationConfig
      - helper.GetExtendedAgentCard
  elsewhere: { operations: helper.DeleteTaskPushNotificationConfig }
`

/** Agents by bearer tokens that are their names; each acts for a clerk of its own. */
const identifier: Identifier = {
  identify: async ({ headers }) => {
    const [, name] = /^Bearer agent-([a-z0-9-]+)$/.exec(String(headers['authorization'] ?? '')) ?? []
    if (name === undefined) return { ok: false, code: 'unknown', why: 'nobody knows this token', challenge: 'Bearer' }
    const [role = ''] = name.split('-')
    const person = { id: `clerk-of-${name}`, kind: 'user', roles: ['clerk'] } as const
    return { ok: true, principal: { id: name, kind: 'agent', roles: [role], chain: [person] } }
  },
  close: async () => undefined,
}

/** Does what messages say: `hold` waits for a cancellation, `steps` sends three events, anything else is answered at once. */
class Helper implements AgentExecutor {
  readonly heard: string[] = []
  readonly #held = new Map<string, () => void>()

  async execute({ userMessage, taskId, contextId }: RequestContext, bus: ExecutionEventBus): Promise<void> {
    const said = userMessage.parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join(' ')
    this.heard.push(said)
    const message = (text: string): Message => ({
      messageId: `m-${Math.random()}`,
      contextId,
      taskId,
      role: Role.ROLE_AGENT,
      parts: [{ content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: 'text/plain' }],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    })
    const status = (state: TaskState, text: string) => ({
      state,
      message: message(text),
      timestamp: new Date().toISOString(),
    })
    const task: Task = {
      id: taskId,
      contextId,
      status: status(TaskState.TASK_STATE_WORKING, 'at it'),
      artifacts: [],
      history: [userMessage],
      metadata: undefined,
    }
    bus.publish(AgentEvent.task(task))
    if (said.includes('hold')) await new Promise<void>((resolve) => this.#held.set(taskId, resolve))
    const last = said.includes('hold') ? TaskState.TASK_STATE_CANCELED : TaskState.TASK_STATE_COMPLETED
    if (said.includes('steps'))
      bus.publish(
        AgentEvent.statusUpdate({
          taskId,
          contextId,
          status: status(TaskState.TASK_STATE_WORKING, 'half'),
          metadata: undefined,
        }),
      )
    bus.publish(
      AgentEvent.statusUpdate({ taskId, contextId, status: status(last, `done: ${said}`), metadata: undefined }),
    )
    bus.finished()
  }

  async cancelTask(taskId: string): Promise<void> {
    this.#held.get(taskId)?.()
  }
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member
type Json = any

export interface Stage {
  readonly guard: Guard
  readonly lines: Lines
  readonly gateway: A2aGateway
  /** Where the agent is; below `/hook` it takes callbacks of its own. */
  readonly agentUrl: string
  readonly helper: Helper
  /** The card the agent shows now. */
  readonly card: { shown: unknown }
  /** Everything the agent was sent, heads as well. */
  readonly sent: { readonly url: string; readonly headers: Record<string, unknown>; readonly body: string }[]
  /** An agent that signs in under this name, over one binding. */
  client(name: string, binding?: 'JSONRPC' | 'HTTP+JSON'): Promise<Client>
  ask(
    path: string,
    body: unknown,
    more?: { as?: string; headers?: Record<string, string>; method?: string },
  ): Promise<{ status: number; body: Json; headers: Headers }>
  close(): Promise<void>
}

export function cardOf(url: string): Record<string, unknown> {
  return {
    name: 'helper',
    description: 'helps with refunds',
    version: '1',
    supportedInterfaces: [
      { url: `${url}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
      { url: `${url}/rest`, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
      { url: `${url}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
      { url: 'grpc.example:50051', protocolBinding: 'GRPC', protocolVersion: '1.0' },
    ],
    capabilities: {
      streaming: true,
      pushNotifications: true,
      extendedAgentCard: true,
      extensions: [{ uri: 'https://ext.example/known' }],
    },
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [
      { id: 'refunds', name: 'Refunds', description: 'gives money back', tags: ['money'] },
      { id: 'chat', name: 'Chat', description: 'talks', tags: ['talk'] },
    ],
  }
}

export function charterWith(card: unknown, text: string = charterText): Charter {
  const { charter: parsed, diagnostics } = parseCharter([{ file: 'charter.yaml', text }])
  assert.ok(parsed, JSON.stringify(diagnostics))
  const read = readAgentCard('helper', card, () => ({ file: 'helper.card.json', line: 1, column: 1 }))
  assert.deepEqual(read.diagnostics, [])
  assert.ok(read.description)
  const linked = linkCharter(parsed, new Map([['helper', read.description]]))
  assert.deepEqual(
    linked.diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  )
  return linked.charter
}

export async function openStage(
  options: Partial<A2aGatewayOptions> & {
    readonly agent?: A2aGatewayOptions['agents'][string]
    readonly charter?: string
    readonly on?: Partial<GuardOptions>
    /** Another node before the agent of this one. */
    readonly beside?: Pick<Stage, 'agentUrl'>
  } = {},
): Promise<Stage> {
  const helper = new Helper()
  const sent: Stage['sent'] = []
  const app = express()
  app.use((request, _response, next) => {
    const chunks: Buffer[] = []
    const push = request.push.bind(request)
    const entry = { url: request.url, headers: { ...request.headers }, body: '' }
    sent.push(entry)
    request.push = (chunk, encoding) => {
      if (chunk !== null) chunks.push(Buffer.from(chunk))
      entry.body = Buffer.concat(chunks).toString()
      return push(chunk, encoding)
    }
    next()
  })
  const server: Server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const approved = cardOf(url)
  const card: Stage['card'] = { shown: approved }
  const own: Card = AgentCard.fromJSON(approved)
  const extended = AgentCard.fromJSON({
    ...approved,
    skills: [...Object(approved)['skills'], { id: 'secret', name: 'Secret', description: 'more', tags: [] }],
  })
  const handler = new DefaultRequestHandler(
    own,
    new InMemoryTaskStore(),
    helper,
    undefined,
    new InMemoryPushNotificationStore(),
    undefined,
    extended,
  )
  const userBuilder = UserBuilder.noAuthentication
  app.get('/.well-known/agent-card.json', (_request, response) => void response.json(card.shown))
  app.post('/hook/:id', (_request, response) => void response.json({}))
  app.use('/rpc', jsonRpcHandler({ requestHandler: handler, userBuilder, legacyCompat: { enabled: true } }))
  app.use('/rest', restHandler({ requestHandler: handler, userBuilder }))

  const lines = new Lines()
  const store = openSqliteStore(':memory:')
  const { agent, charter: text, on, beside, ...rest } = options
  const shown = beside === undefined ? approved : cardOf(beside.agentUrl)
  const guard = await createGuard(charterWith(shown, text), { version: 'v1', journal: lines, store, ...on })
  const gateway = await openA2aGateway({
    guard,
    identifier,
    agents: {
      helper: { headers: { authorization: 'Bearer the-gateway-itself' }, callbacks: [`${url}/hook`], ...agent },
    },
    listen: { host: '127.0.0.1', port: 0 },
    believedMs: 0,
    ...rest,
  })
  return {
    guard,
    lines,
    gateway,
    agentUrl: url,
    helper,
    card,
    sent,
    async client(name, binding = 'JSONRPC') {
      const fetchImpl: typeof fetch = (input, init) => {
        const headers = new Headers(init?.headers)
        headers.set('authorization', `Bearer agent-${name}`)
        return fetch(input, { ...init, headers })
      }
      const made = new ClientFactory(
        ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
          transports: [
            binding === 'JSONRPC'
              ? new JsonRpcTransportFactory({ fetchImpl })
              : new RestTransportFactory({ fetchImpl }),
          ],
          preferredTransports: [binding],
        }),
      )
      return made.createFromUrl(`${gateway.address.url}/helper/`)
    },
    async ask(path, body, { as = 'planner', headers = {}, method = 'POST' } = {}) {
      const response = await fetch(`${gateway.address.url}${path}`, {
        method,
        headers: {
          'a2a-version': '1.0',
          authorization: `Bearer agent-${as}`,
          ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const read = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        body:
          read === '' ? undefined : /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(read) : read,
      }
    },
    async close() {
      await gateway.close(100)
      await guard.close()
      await store.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function message(text: string, more: object = {}): Message {
  return {
    messageId: `m-${text}-${Math.random()}`,
    contextId: '',
    taskId: '',
    role: Role.ROLE_USER,
    parts: [{ content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: '' }],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
    ...more,
  }
}
