// A gateway for models with a real guard behind it, in front of a scripted provider.
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import type { Charter } from '../../../src/charter/charter.ts'
import { linkCharter } from '../../../src/charter/link.ts'
import { parseCharter } from '../../../src/charter/parse.ts'
import type { HttpEvent } from '../../../src/gateway/http/call.ts'
import { type ModelGateway, type ModelGatewayOptions, openModelGateway } from '../../../src/gateway/llm/gateway.ts'
import type { ModelSource } from '../../../src/gateway/llm/provider.ts'
import { createGuard, type Guard } from '../../../src/guard/guard.ts'
import type { GuardEvent } from '../../../src/guard/journal.ts'
import type { Identifier } from '../../../src/identity/identity.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { Secret } from '../../../src/wire/secret.ts'
import { openProvider, type ScriptedProvider } from './provider.ts'

export const providerKey = 'sk-provider-7f3a9c'

const source = (name: string, provider: string): unknown => ({
  name,
  type: 'model',
  provider,
  operations: { web_search: { method: 'POST', path: '/web_search', body: 'any' } },
})

/** Adds words to the charter, some of them to its workflow. */
export interface More {
  readonly charter?: object
  readonly workflow?: object
}

const written = (tokens: number, { charter = {}, workflow = {} }: More): unknown => ({
  lockstep: 1,
  name: 'talk',
  sources: [
    source('gpt', 'openai'),
    source('claude', 'anthropic'),
    {
      name: 'desk',
      type: 'inline',
      operations: {
        get_order: { method: 'GET', path: '/orders/{order_id}', response: { id: 'string' } },
        post_note: { method: 'POST', path: '/notes', body: { to: 'string', text: 'string' } },
        send_email: { method: 'POST', path: '/mails', body: { to: 'string', subject: 'string' } },
      },
    },
  ],
  actors: { clerk: {}, intern: {}, bot: { kind: 'agent', workflow: 'support', 'acts-for': ['clerk'] } },
  operations: {
    'gpt.generate': { by: 'clerk', when: "request.model != 'gpt-old'" },
    'claude.generate': { by: 'clerk', when: "request.model != 'claude-old'" },
    'gpt.models': { by: 'clerk' },
    'claude.models': { by: 'clerk' },
    'claude.count': { by: 'clerk' },
    'gpt.web_search': { by: 'clerk', when: "request.type != 'web_search_preview'" },
    'claude.web_search': { by: 'clerk', when: 'has(body.allowed_domains)' },
    'desk.get_order': { by: 'clerk' },
    'desk.post_note': {
      by: 'clerk',
      values: { to: { from: 'prompt' }, text: { from: ['prompt', 'trusted', 'model'] } },
    },
    'desk.send_email': { by: 'clerk', when: "request.to.endsWith('@example.com')" },
  },
  workflows: {
    support: {
      operations: ['gpt.generate', 'claude.generate', 'desk.get_order', 'desk.post_note', 'desk.send_email'],
      models: ['openai/gpt-*', 'anthropic/claude-*'],
      budget: [{ tokens, per: 'person', within: '1d' }],
      ...workflow,
    },
  },
  ...charter,
})

export function talkCharter(tokens: number, more: More = {}): Charter {
  const parsed = parseCharter([{ file: 'talk.yaml', text: JSON.stringify(written(tokens, more)) }])
  if (parsed.charter === undefined) throw new Error(JSON.stringify(parsed.diagnostics))
  const { charter, diagnostics } = linkCharter(parsed.charter, new Map())
  const errors = diagnostics.filter((each) => each.severity === 'error')
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return charter
}

/** Tokens of callers are their names; in `Authorization` only. */
export const byName: Identifier = {
  identify: async ({ headers: { authorization } }) => {
    const [, name] = typeof authorization === 'string' ? (/^Bearer token-(\w+)$/.exec(authorization) ?? []) : []
    if (authorization === undefined) return { ok: true, principal: {} }
    return name === undefined
      ? { ok: false, code: 'unknown', why: 'nobody has this token', challenge: 'Bearer error="invalid_token"' }
      : { ok: true, principal: { id: name, roles: [name === 'ann' ? 'clerk' : name], kind: 'user' } }
  },
  close: async () => undefined,
}

export interface Stage {
  readonly provider: ScriptedProvider
  readonly gateway: ModelGateway
  readonly guard: Guard
  readonly url: string
  readonly entries: GuardEvent[]
  readonly events: HttpEvent[]
  readonly openai: OpenAI
  readonly anthropic: Anthropic
  /** The last event of this kind on the record. */
  last<Kind extends GuardEvent['kind']>(kind: Kind): Extract<GuardEvent, { kind: Kind }>
  close(): Promise<void>
}

export async function openStage(
  options: Partial<ModelGatewayOptions> & {
    readonly source?: Partial<ModelSource>
    readonly tokens?: number
    readonly words?: More
  } = {},
): Promise<Stage> {
  const { source: more = {}, tokens = 10_000_000, words, ...others } = options
  const provider = await openProvider()
  const store = openSqliteStore(':memory:')
  const entries: GuardEvent[] = []
  const events: HttpEvent[] = []
  const guard = await createGuard(talkCharter(tokens, words), {
    version: '1',
    store,
    journal: { append: async (event) => void entries.push(event) },
  })
  const key = new Secret(providerKey)
  const gateway = await openModelGateway({
    guard,
    identifier: byName,
    sources: {
      gpt: { provider: 'openai', upstream: { url: `${provider.url}/v1` }, key, ...more },
      claude: { provider: 'anthropic', upstream: { url: provider.url }, key, ...more },
    },
    listen: { host: '127.0.0.1', port: 0 },
    onEvent: (event) => events.push(event),
    ...others,
  })
  const { url } = gateway.address
  return {
    provider,
    gateway,
    guard,
    url,
    entries,
    events,
    ...clientsOf(url, 'token-ann'),
    last: (kind) => {
      const found = entries.findLast((each) => each.kind === kind)
      if (found === undefined) throw new Error(`nothing of kind ${kind} is on the record`)
      return found as Extract<GuardEvent, { kind: typeof kind }>
    },
    close: async () => {
      await gateway.close(500)
      await guard.close()
      await store.close()
      await provider.close()
    },
  }
}

/** The official clients, with nothing but their base URL and key changed. */
export function clientsOf(url: string, apiKey: string): { readonly openai: OpenAI; readonly anthropic: Anthropic } {
  return {
    openai: new OpenAI({ apiKey, baseURL: `${url}/gpt/v1`, maxRetries: 0 }),
    anthropic: new Anthropic({ apiKey, baseURL: `${url}/claude`, maxRetries: 0 }),
  }
}
