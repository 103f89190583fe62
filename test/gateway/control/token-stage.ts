// A guard that gives tokens of its own, and what people and agents ask of it and show at its gateway.
import assert from 'node:assert/strict'
import { SignJWT } from 'jose'
import { issuer, keys, makeShared, type Node, openNode, people, removeShared, type Shared } from './agents.ts'

export const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const type = 'urn:ietf:params:oauth:token-type:access_token'

export type Form = Readonly<Record<string, string | readonly string[]>>

/** What asks for a token in exchange for another one. */
export const exchangeOf = (subject: string, more: Form = {}): Form => ({
  grant_type: exchange,
  subject_token: subject,
  subject_token_type: type,
  ...more,
})

export const basic = (name: string, key = keys[name] ?? ''): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${name}:${key}`).toString('base64')}`,
})

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

export interface Shown {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface TokenStage {
  readonly shared: Shared
  readonly node: Node
  /** A token of the people's issuer. */
  person(sub: string, roles: readonly string[], claims?: object): Promise<string>
  /** Asks the control API. */
  post(path: string, form: Form, headers?: Readonly<Record<string, string>>): Promise<Answered>
  /** What an agent gets in exchange for another token. */
  exchanged(agent: string, subject: string, more?: Form): Promise<Answered['body']>
  /** A token of ours; in the name of clara, a clerk, unless said otherwise. */
  tokenFor(agent: string, subject?: string, more?: Form): Promise<string>
  /** Calls the API through the gateway. */
  call(path: string, token: string | undefined, shown?: Shown): Promise<{ status: number; code: unknown }>
  close(): Promise<void>
}

export async function openTokenStage(): Promise<TokenStage> {
  const shared = await makeShared()
  const node = await openNode(shared)
  const person: TokenStage['person'] = (sub, roles, claims) => signPerson(shared, { sub, roles, ...claims })
  const post: TokenStage['post'] = (path, form, headers = {}) =>
    postForm(`${node.control.address.url}${path}`, form, headers)
  const exchanged: TokenStage['exchanged'] = async (agent, subject, more) => {
    const { status, body } = await post('/v1/token', exchangeOf(subject, more), basic(agent))
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  return {
    shared,
    node,
    person,
    post,
    exchanged,
    async tokenFor(agent, subject, more) {
      const body = await exchanged(agent, subject ?? (await person('clara', ['clerk'])), more)
      return String(body['access_token'])
    },
    call: (path, token, shown) => callWith(`${node.gateway.address.url}${path}`, token, shown),
    async close() {
      await node.close()
      removeShared(shared)
    },
  }
}

async function signPerson(shared: Shared, claims: object): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const payload = { iss: people, aud: issuer, org: 'north', scope: 'read refunds', iat: now, exp: now + 300, ...claims }
  return await new SignJWT(JSON.parse(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', kid: 'people' })
    .sign(shared.issuer.privateKey)
}

async function postForm(url: string, form: Form, headers: Readonly<Record<string, string>>): Promise<Answered> {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(form)) for (const each of [value].flat()) body.append(name, each)
  const response = await fetch(url, { method: 'POST', headers, body })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

async function callWith(
  url: string,
  token: string | undefined,
  { method = 'GET', body, headers = {} }: Shown = {},
): Promise<{ status: number; code: unknown }> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const { code } = (await response.json()) as { code?: unknown }
  return { status: response.status, code }
}
