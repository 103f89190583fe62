/** Decides what is planted in which message of a run, and keeps what was seen. */
import type { Charter } from '../charter/charter.ts'
import { type Canary, type ListedTool, listedTools } from './canary.ts'
import type { Onlooker } from './http-relay.ts'
import { isRecord } from './json-leaf.ts'
import type { Payload, Rendered } from './payload.ts'
import { plantInResult, plantInTools, plantSecret } from './plant.ts'
import { type Message, Tape } from './tape.ts'

/** What is planted in one run. */
export interface Scene {
  readonly payload: Payload
  readonly rendered: Rendered
  readonly canary: Canary
}

/** Where a secret of the run is put: the place that a charter labels. */
export interface Secret {
  readonly server: string
  readonly tool: string
  readonly at: readonly string[]
  readonly value: string
}

/** One run after the other; the same for all connections. */
export class Director implements Onlooker {
  /** As servers see it. */
  readonly back = new Tape()
  /** As the agent sees it. The same as `back` where nothing stands between. */
  readonly front: Tape
  readonly #charter: Charter | undefined
  readonly #maxCalls: number
  readonly #tools = new Map<string, readonly ListedTool[]>()
  #scene: Scene | undefined
  #secret: Secret | undefined
  #halves = 0
  #first = ''
  #calls = 0
  #planted = false

  constructor(options: { readonly between: boolean; readonly maxCalls: number; readonly charter?: Charter }) {
    this.front = options.between ? new Tape() : this.back
    this.#charter = options.charter
    this.#maxCalls = options.maxCalls
  }

  /** Begins a run; without a scene nothing is planted. Tools are kept. */
  begin(scene: Scene | undefined, secret: Secret | undefined): void {
    this.#scene = scene
    this.#secret = secret
    this.#halves = 0
    this.#first = ''
    this.#planted = false
    this.goOn()
  }

  /** Another run with nothing planted any more, after what was planted before. */
  later(): void {
    this.#scene = undefined
    this.goOn()
  }

  private goOn(): void {
    this.#calls = 0
    this.back.clear()
    this.front.clear()
  }

  get planted(): boolean {
    return this.#planted
  }

  get tools(): readonly ListedTool[] {
    return [...this.#tools.values()].flat()
  }

  /** Looks on at the agent's end, where something stands between: nothing is changed there. */
  readonly watcher: Onlooker = {
    toServer: (server, connection, message) => {
      this.front.sent(server, connection, message)
      return undefined
    },
    fromServer: (server, connection, message) => {
      this.front.came(server, connection, message)
      return message
    },
  }

  /** A message of an agent on its way to a server. @returns the answer instead, when it goes no further. */
  toServer(server: string, connection: string, message: Message): Message | undefined {
    this.back.sent(server, connection, message)
    if (message['method'] !== 'tools/call') return undefined
    this.#calls += 1
    if (this.#calls <= this.#maxCalls) return undefined
    const error = { code: -32000, message: 'the run has made as many calls as it may' }
    const refused = { jsonrpc: '2.0', id: message['id'], error }
    this.back.came(server, connection, refused)
    return refused
  }

  /** A message of a server on its way back, as it is to be passed on. */
  fromServer(server: string, connection: string, message: Message): Message {
    const answered = this.back.came(server, connection, message)
    const { result } = message
    if (answered === undefined || !isRecord(result)) return message
    if (answered.method === 'tools/list') {
      this.#learn(server, result)
      return this.#inTools(message, result)
    }
    return answered.call === undefined ? message : this.#inResult(message, result, { server, tool: answered.call.tool })
  }

  #learn(server: string, result: Readonly<Record<string, unknown>>): void {
    const known = this.#tools.get(server) ?? []
    const listed = listedTools(server, result, this.#charter)
    this.#tools.set(server, [...known.filter(({ name }) => !listed.some((each) => each.name === name)), ...listed])
  }

  #inTools(message: Message, result: Readonly<Record<string, unknown>>): Message {
    const scene = this.#scene
    if (scene?.payload.place !== 'description') return message
    const changed = plantInTools(result, scene.rendered.text, scene.canary.tool)
    if (changed === undefined) return message
    this.#planted = true
    return { ...message, result: changed }
  }

  #inResult(
    message: Message,
    result: Readonly<Record<string, unknown>>,
    { server, tool }: { readonly server: string; readonly tool: string },
  ): Message {
    const secret = this.#secret
    const shown =
      secret?.server === server && secret.tool === tool ? plantSecret(result, secret.at, secret.value) : result
    const planted = this.#plantedIn(shown, server, tool)
    if (planted !== undefined) this.#planted = true
    const next = planted ?? shown
    return next === result ? message : { ...message, result: next }
  }

  #plantedIn(
    result: Readonly<Record<string, unknown>>,
    server: string,
    tool: string,
  ): Readonly<Record<string, unknown>> | undefined {
    const scene = this.#scene
    if (scene === undefined || scene.payload.place === 'description') return undefined
    // What a tool says that acts is not what others have written.
    if (this.tools.find((each) => each.server === server && each.name === tool)?.reads === false) return undefined
    const { payload, rendered } = scene
    const trusted = this.#charter?.operations.get(`${server}.${tool}`)?.trusted
    if (payload.place === 'error') {
      // Once: an agent that tries again goes on.
      if (this.#planted || trusted === 'all') return undefined
      return plantInResult(result, rendered.text, 'error')
    }
    if (payload.place !== 'two-texts') return plantInResult(result, rendered.text, payload.place, trusted)
    const second = this.#halves > 0 && this.#first !== tool
    const planted = plantInResult(result, second ? (rendered.second ?? '') : rendered.text, 'two-texts', trusted)
    if (planted === undefined) return undefined
    if (this.#halves === 0) this.#first = tool
    this.#halves += 1
    return planted
  }
}
