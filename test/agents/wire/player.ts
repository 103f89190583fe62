// Plays on the wire, as agents do: tokens from the control API, tools through the MCP gateway, other calls through that of HTTP.
import { encodeHeader } from '../../../src/gateway/mcp/era.ts'
import { ask, askOld } from '../../gateway/mcp/ask.ts'
import { askGuard, partedBy } from '../in-process.ts'
import { agentOf, nothing, type PassedOn, type Player, type Verdict } from '../player.ts'
import type { CallStep, RunGiven, Scenario } from '../scenario.ts'
import type { World } from '../world.ts'
import { ControlClient, type Shown } from './control.ts'
import type { Manner } from './manner.ts'
import type { People } from './people.ts'
import { answerIn, type Said, saidIn } from './said.ts'
import type { WireStage } from './stage.ts'

const renewalMs = 30 * 60_000

/** Somebody with what they show. */
interface Acting extends Shown {
  /** `NAME`, or `AGENT for PERSON`. */
  readonly who: string
}

export interface WireParts {
  readonly stage: WireStage
  readonly people: People
  readonly world: World
  readonly manner: Manner
}

/** One agent after the other, in one world and one manner. Calls to what neither gateway serves are ruled on beside them. */
export class WirePlayer implements Player {
  readonly #parts: WireParts
  readonly #control: ControlClient
  /** Only a handle can be shown beside the credential of somebody else. */
  readonly #run: Manner['run']
  readonly #named = new Map<string, Acting>()
  /** Cards that are not as they were approved. */
  readonly #changed = new Set<string>()
  /** What a client comes back with that was asked to wait, by call. */
  readonly #waiting = new Map<string, string>()
  #acting: Acting = { who: '' }
  #hold: string | undefined
  #onTheWay = 0

  constructor(parts: WireParts, scenario: Scenario) {
    this.#parts = parts
    this.#control = new ControlClient(parts)
    const isShown = scenario.steps.some((step) => 'call' in step && step.handle !== undefined)
    this.#run = isShown ? 'handle' : parts.manner.run
  }

  async begin(given: RunGiven): Promise<void> {
    const { for: person, name } = given
    const agent = agentOf(this.#parts.stage.guard.charter(), given)
    const who = person === undefined ? agent : `${agent} for ${person}`
    const begun = await (this.#run === 'handle'
      ? this.#control.beginByHandle(who, given)
      : this.#control.beginByToken(who, given))
    this.#goOn(name, { who, ...begun })
  }

  async pass({ to, tools, name }: PassedOn): Promise<boolean> {
    const { who, run, token } = this.#acting
    if (run === undefined) return false
    // What is passed on is a token: an agent that has a handle asks for one of the same run.
    const subject = token ?? (await this.#control.tokenOf(who, { run }))?.token
    if (subject === undefined) throw new Error(`no token goes on with the run of ${who}`)
    const given = await this.#control.tokenFor(to, { subject, tools: tools?.join(' ') })
    if (given !== undefined) this.#goOn(name, { who: `${to} for ${who}`, ...given })
    return given !== undefined
  }

  async said(text: string): Promise<void> {
    const { who, run } = this.#acting
    if (run === undefined) throw new Error('there is no run to say it in')
    await this.#control.say(run, who, text)
  }

  back(name: string): void {
    this.#acting = this.#named.get(name) ?? this.#acting
  }

  async end(name: string): Promise<void> {
    const { who, run } = this.#named.get(name) ?? {}
    if (who !== undefined && run !== undefined) await this.#control.end(run, who)
  }

  #goOn(name: string, acting: Acting): void {
    this.#acting = acting
    this.#named.set(name, acting)
  }

  async call(step: CallStep): Promise<Verdict> {
    const acting = await this.#callerOf(step)
    if (typeof acting === 'string') return { ...nothing, effect: 'deny', says: [acting] }
    const { servers } = this.#parts.stage
    const caller = acting.who.split(' for ').at(-1) ?? ''
    if (this.#onTheWay > 0 && servers.now.caller !== caller) throw new Error('one caller at a time')
    this.#onTheWay += 1
    const { call: operation, answer } = step
    servers.now = { caller, ...(answer === undefined ? {} : { instead: { operation, answer } }) }
    const before = servers.received.length
    const { hold, ...verdict } = await this.#said(step, acting).finally(() => {
      this.#onTheWay -= 1
    })
    if (hold !== undefined) this.#hold = hold
    if (verdict.sent !== '') return verdict
    return {
      ...verdict,
      sent: servers.received.slice(before).findLast((each) => each.operation === operation)?.text ?? '',
    }
  }

  /** Who calls with what; or why they cannot: a token of somebody else is worth what its bearer gets for it. */
  async #callerOf({ as, handle: named }: CallStep): Promise<Acting | string> {
    const who = as ?? this.#acting.who
    const shown = named === undefined ? undefined : this.#named.get(named)
    if (shown === undefined) return as === undefined ? this.#acting : { who }
    if (shown.handle !== undefined) return { who, handle: shown.handle }
    if (shown.token === undefined || who === shown.who) return shown
    const given = await this.#control.tokenFor(who.split(' for ')[0] ?? '', { subject: shown.token })
    return given === undefined ? 'the token of somebody else was not exchanged' : { who, ...given }
  }

  async #said(step: CallStep, acting: Acting): Promise<Said> {
    const { stage } = this.#parts
    const [source = ''] = step.call.split('.')
    if (stage.servers.mcp[source] !== undefined) return this.#callTool(step, acting)
    const operation = stage.guard.charter().operations.get(step.call)
    if (stage.servers.api[source] !== undefined && operation !== undefined)
      return this.#callApi(step, operation, acting)
    return this.#callAside(step, acting)
  }

  async #headersOf({ who, token, handle }: Acting): Promise<Readonly<Record<string, string>>> {
    if (token !== undefined) return { authorization: `Bearer ${token}` }
    const authorization = `Bearer ${await this.#control.credentialOf(who)}`
    return handle === undefined ? { authorization } : { authorization, 'lockstep-run': handle }
  }

  async #callTool({ call, with: given }: CallStep, acting: Acting): Promise<Said> {
    const { era, elicits } = this.#parts.manner
    const { url, name } = this.#placeOf(call)
    const key = JSON.stringify([acting, call, given])
    const state = this.#waiting.get(key)
    const accepted = { lockstep_approval: { action: 'accept', content: {} } }
    const params = {
      name,
      arguments: given,
      ...(state === undefined ? {} : { requestState: state, inputResponses: accepted }),
    }
    const headers = { 'mcp-name': encodeHeader(name), ...(await this.#headersOf(acting)) }
    const capabilities = elicits ? { elicitation: { form: {} } } : {}
    const said =
      era === 'modern'
        ? await ask(url, 'tools/call', params, { headers, capabilities })
        : await askOld(url, 'tools/call', params, { headers })
    const { requestState } = said.result ?? {}
    if (typeof requestState === 'string') this.#waiting.set(key, requestState)
    else this.#waiting.delete(key)
    return saidIn.tool(said)
  }

  /** Where a tool is called, and by which name. */
  #placeOf(call: string): { readonly url: string; readonly name: string } {
    const { stage, manner } = this.#parts
    const [source = '', ...rest] = call.split('.')
    const name = rest.join('.')
    const isMerged = manner.address === 'merged' && Object.keys(stage.servers.mcp).length > 1
    return isMerged
      ? { url: `${stage.mcp}/mcp`, name: `${source}__${name}` }
      : { url: `${stage.mcp}/mcp/${source}`, name }
  }

  async #callApi(
    { with: given }: CallStep,
    operation: NonNullable<Parameters<typeof partedBy>[0]>,
    acting: Acting,
  ): Promise<Said> {
    const { inPath, inQuery, rest } = partedBy(operation, given)
    const { method, path = '' } = operation.shape
    const at = path.replace(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(String(inPath[name])))
    const url = new URL(`${this.#parts.stage.http}${at}`)
    for (const [name, value] of Object.entries(inQuery)) url.searchParams.set(name, String(value))
    const hasBody = Object.keys(rest).length > 0
    const response = await fetch(url, {
      method,
      headers: { ...(await this.#headersOf(acting)), ...(hasBody ? { 'content-type': 'application/json' } : {}) },
      ...(hasBody ? { body: JSON.stringify(rest) } : {}),
    })
    return saidIn.api(response.headers.get('content-type') ?? '', await response.text())
  }

  /** Models and other agents are asked in protocols of their own: of these calls only who calls, in which run, comes over the wire. */
  async #callAside(step: CallStep, acting: Acting): Promise<Said> {
    const { stage, world } = this.#parts
    const shown = { method: 'POST', url: stage.http, headers: await this.#headersOf(acting) }
    const identified = await stage.identifier.identify(shown)
    if (!identified.ok) return { ...nothing, effect: 'deny', says: [identified.why] }
    const { principal, run } = identified
    const who = run === undefined ? { principal } : { principal, handle: run }
    return askGuard(stage.guard, world, { step, acting: who, changed: this.#changed })
  }

  async approve(who: string): Promise<boolean> {
    return this.#hold !== undefined && (await this.#control.approve(this.#hold, who))
  }

  async refuse(who: string): Promise<boolean> {
    return this.#hold !== undefined && (await this.#control.refuse(this.#hold, who))
  }

  /** An agent sees the new description when it lists the tools, as every client does that is told of a change. */
  async describe(tool: string, description: string | undefined): Promise<void> {
    const { servers } = this.#parts.stage
    const [source = ''] = tool.split('.')
    if (servers.mcp[source] === undefined || description === undefined) {
      this.#changed.add(tool)
      return
    }
    servers.describe(tool, description)
    const headers = await this.#headersOf(this.#acting)
    const listing = this.#parts.manner.era === 'modern' ? ask : askOld
    const said = answerIn(await listing(this.#placeOf(tool).url, 'tools/list', {}, { headers }))
    if (said.result === undefined) throw new Error(`tools cannot be listed: ${said.text}`)
  }

  /** Agents exchange their tokens in time, until the run is over. */
  async wait(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= renewalMs) {
      this.#parts.stage.later(Math.min(left, renewalMs))
      for (const [name, acting] of this.#named) await this.#renew(name, acting)
    }
  }

  async #renew(name: string, acting: Acting): Promise<void> {
    if (acting.token === undefined) return
    const given = await this.#control.tokenFor(acting.who.split(' for ')[0] ?? '', { subject: acting.token })
    if (given === undefined) return
    const renewed = { ...acting, ...given }
    this.#named.set(name, renewed)
    if (this.#acting === acting) this.#acting = renewed
  }

  close(): Promise<void> {
    return this.#parts.stage.close()
  }
}
