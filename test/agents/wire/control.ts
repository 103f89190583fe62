// What people and agents of a world ask of the control API: runs, tokens, and answers to questions.
import type { RunGiven } from '../scenario.ts'
import type { World } from '../world.ts'
import type { People } from './people.ts'
import { record } from './said.ts'
import type { WireStage } from './stage.ts'

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'

/** What is asked for with a token. */
type Form = Readonly<Record<string, string | undefined>>

interface Token {
  readonly token: string
  readonly run: string
}

/** What somebody shows: a token of a run, or a handle of one beside their own credential; nothing in no run. */
export interface Shown {
  readonly token?: string
  readonly handle?: string
  readonly run?: string
}

/** Asks it as whoever is named: `NAME`, or `AGENT for PERSON`. */
export class ControlClient {
  readonly #parts: { readonly stage: WireStage; readonly people: People; readonly world: World }

  constructor(parts: { readonly stage: WireStage; readonly people: People; readonly world: World }) {
    this.#parts = parts
  }

  /** What somebody shows who is in no run: a token of the people's issuer, or the key of an agent. */
  async credentialOf(who: string): Promise<string> {
    const { world, people, stage } = this.#parts
    const names = who.split(' for ')
    const last = world.principal(names.at(-1) ?? '')
    if (last.kind === 'agent') return people.keyOf(last.id ?? '')
    return people.sign(last, names.slice(0, -1), stage.now())
  }

  async beginByHandle(who: string, { workflow, prompt: purpose, tools }: RunGiven): Promise<Shown> {
    const credential = await this.credentialOf(who)
    const { status, body } = await this.#ask('POST', '/v1/runs', credential, { workflow, tools, purpose })
    return status === 201 ? { handle: String(body['handle']), run: String(body['lockstep_run']) } : {}
  }

  async beginByToken(who: string, { workflow, prompt: purpose, tools }: RunGiven): Promise<Shown> {
    return (await this.tokenOf(who, { workflow, purpose, tools: tools?.join(' ') })) ?? {}
  }

  /** A token for an agent and the one it acts for, or for an agent alone. */
  async tokenOf(who: string, asked: Form): Promise<Token | undefined> {
    const [agent = '', person] = who.split(' for ')
    const subject = person === undefined ? undefined : await this.credentialOf(person)
    return this.tokenFor(agent, { ...asked, subject })
  }

  /** What an agent gets for a token of somebody else, or for nobody's. */
  async tokenFor(agent: string, { subject, ...asked }: Form): Promise<Token | undefined> {
    const { stage, people } = this.#parts
    const form = new URLSearchParams({ grant_type: subject === undefined ? 'client_credentials' : exchange })
    if (subject !== undefined) form.append('subject_token', subject)
    if (subject !== undefined) form.append('subject_token_type', accessToken)
    for (const [name, value] of Object.entries(asked)) if (value !== undefined) form.append(name, value)
    for (const resource of stage.resources) form.append('resource', resource)
    const basic = Buffer.from(`${agent}:${people.keyOf(agent)}`).toString('base64')
    const headers = { authorization: `Basic ${basic}` }
    const response = await fetch(`${stage.control}/v1/token`, { method: 'POST', headers, body: form })
    const body = record(await response.json())
    return response.ok ? { token: String(body['access_token']), run: String(body['lockstep_run']) } : undefined
  }

  /** The person a run is for says more; where it is for nobody, its agent tells it. */
  async say(run: string, who: string, text: string): Promise<void> {
    const credential = await this.credentialOf(who.split(' for ').at(-1) ?? '')
    const { status } = await this.#ask('POST', `/v1/runs/${run}/words`, credential, { text })
    if (status !== 204) throw new Error(`nothing can be said in the run of ${who}: ${status}`)
  }

  /** An agent ends its run. */
  async end(run: string, who: string): Promise<void> {
    const { status } = await this.#ask('DELETE', `/v1/runs/${run}`, await this.credentialOf(who))
    if (status !== 204) throw new Error(`the run of ${who} cannot be ended: ${status}`)
  }

  /** Somebody approves what an operator is shown. @returns whether that counted. */
  async approve(hold: string, who: string): Promise<boolean> {
    const path = `/v1/approvals/${hold}`
    const shown = await this.#ask('GET', path, this.#parts.stage.operator)
    const given = { verdict: 'approve', digest: shown.body['digest'] }
    return (await this.#ask('POST', path, await this.credentialOf(who), given)).status === 200
  }

  /** @returns whether that counted. */
  async refuse(hold: string, who: string): Promise<boolean> {
    const given = { verdict: 'refuse', why: 'no' }
    return (await this.#ask('POST', `/v1/approvals/${hold}`, await this.credentialOf(who), given)).status === 200
  }

  async #ask(
    method: string,
    path: string,
    credential: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
    const response = await fetch(`${this.#parts.stage.control}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${credential}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: record(text === '' ? {} : JSON.parse(text)) }
  }
}
