/** What servers ask of clients, and what clients answer: both decided, in requests of a server's own (until 2025-11-25) and in results. */
import { type AskedMethod, type Asks, askedOperation, isAskedMethod } from '../../charter/asked.ts'
import type { Refusal } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { newId } from '../../guard/id.ts'
import { refuse } from '../../guard/refusal.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import type { Asking } from './judge.ts'

type Members = Readonly<Record<string, unknown>>

/** What becomes of a question or an answer: what is passed on, or why nothing is. */
export type Passed =
  | { readonly ok: true; readonly value: Members }
  | { readonly ok: false; readonly refusal: Refusal; readonly call: string }

/** One question of a server. */
export interface Question {
  readonly source: string
  readonly method: string
}

/** Decides on both. */
export class ServerAsks {
  readonly #guard: Guard

  constructor(guard: Guard) {
    this.#guard = guard
  }

  /** Whether a client may be asked this: what the server says is taken in as anybody's word. */
  async question(asking: Asking, { source, method }: Question, params: Members): Promise<Passed> {
    const known = this.#guard.charter().sources.get(source)
    const why = known === undefined ? this.#whyNotUnknown(method) : whyNot(known.asks, source, method, params)
    if (why !== undefined) return this.#refuse(asking, `${source}.${method}`, why)
    if (known === undefined || !isAskedMethod(method)) return { ok: true, value: params }
    return this.#decide(asking, askedOperation(source, method), { sent: {}, came: params })
  }

  /**
   * What a client answers goes to the server, and only where data of its class may go.
   *
   * @param wasAsked - Whether we saw the question: only then can it be a user's word.
   */
  async answer(asking: Asking, { source, method }: Question, value: Members, wasAsked: boolean): Promise<Passed> {
    const known = this.#guard.charter().sources.get(source)
    if (known === undefined) {
      const why = this.#whyNotUnknown(method)
      return why === undefined ? { ok: true, value } : this.#refuse(asking, `${source}.${method}`, why)
    }
    if (!isAskedMethod(method)) return this.#refuse(asking, `${source}.${method}`, 'nobody asked this')
    const said = method === 'elicitation/create' || method === 'sampling/createMessage' ? 'content' : 'roots'
    // Who fails to answer says why, and that goes to the server as an answer does.
    const failed = value[said] === undefined && value['error'] !== undefined
    const name = failed ? 'error' : said
    const sent = value[name]
    // Who declines or cancels says nothing.
    if (sent === undefined) return { ok: true, value }
    const body = isRecord(sent) && method === 'elicitation/create' && !failed ? sent : { [name]: sent }
    const operation = askedOperation(source, method)
    const decided = await this.#decide(asking, operation, { sent: body })
    if (!decided.ok) return decided
    if (method === 'elicitation/create' && wasAsked && !failed && known.asks?.trustsAnswers === true)
      await this.#said(asking, operation, sent)
    const now = decided.value === body ? sent : body === sent ? decided.value : decided.value[name]
    return { ok: true, value: now === sent ? value : { ...value, [name]: now } }
  }

  #whyNotUnknown(method: string): string | undefined {
    const isOpen = this.#guard.charter().undescribed.writes === 'allow'
    return isOpen ? undefined : `nothing is said of a server that asks \`${method}\``
  }

  async #refuse({ principal }: Asking, path: string, why: string): Promise<Passed> {
    const call = newId(Date.now())
    await this.#guard.note({ kind: 'undescribed', call, method: 'asked', path, passed: false, principal })
    return { ok: false, refusal: refuse('denied', why), call }
  }

  /** One call of the guard: `sent` goes to the server, `came` is from it. */
  async #decide(
    { principal, run, signal }: Asking,
    operation: string,
    { sent, came }: { readonly sent: Members; readonly came?: Members },
  ): Promise<Passed> {
    const request = { path: {}, query: {}, header: {}, body: sent }
    const shown = run === undefined ? {} : { run }
    const ruling = await this.#guard.begin({ operation, principal, request, signal, rewrites: true, ...shown })
    const { call } = ruling
    if (ruling.kind === 'refused') return { ok: false, refusal: ruling.refusal, call }
    if (ruling.kind === 'answered') return { ok: false, refusal: refuse('unavailable', 'it was answered before'), call }
    const text = came === undefined ? {} : { text: printLosslessJson(came) }
    const release = await ruling.settle({ kind: 'answered', answer: { status: 200, body: came ?? null, ...text } })
    if (release.kind === 'refused') return { ok: false, refusal: release.refusal, call }
    const instead = came === undefined ? ruling.instead?.body : release.kind === 'changed' ? release.body : undefined
    return { ok: true, value: isRecord(instead) ? instead : (came ?? sent) }
  }

  async #said({ principal, run }: Asking, operation: string, words: unknown): Promise<void> {
    const shown = run === undefined ? {} : { run }
    const admitted = await this.#guard.runs.admit({ operation, principal, ...shown })
    if (admitted.ok && admitted.run !== undefined) await this.#guard.said(admitted.run, printLosslessJson(words))
  }
}

function whyNot(asks: Asks | undefined, source: string, method: string, params: Members): string | undefined {
  if (!isAskedMethod(method)) return `servers may not ask \`${method}\``
  if (asks === undefined) return `the charter does not let \`${source}\` ask anything`
  const notSaid = wordFor(asks, method, params)
  return notSaid === undefined ? undefined : `the charter does not let \`${source}\` ask this: ${notSaid}`
}

/** What the charter would have to say. */
function wordFor(asks: Asks, method: AskedMethod, params: Members): string | undefined {
  if (method === 'sampling/createMessage') return asks.sampling ? undefined : '`sampling: allow` at its source'
  if (method === 'roots/list') return asks.roots ? undefined : '`roots: allow` at its source'
  if (params['mode'] === undefined || params['mode'] === 'form')
    return asks.forms ? undefined : '`elicitation: { forms: allow }` at its source'
  return params['mode'] === 'url' && isAmong(asks.urls, params['url'])
    ? undefined
    : 'the host of the address in `elicitation: { urls: [] }` at its source'
}

/** SECURITY: an address that a user is sent to: encrypted, without a name or password in it, and of a host that is listed. */
function isAmong(hosts: readonly string[], address: unknown): boolean {
  const url = typeof address === 'string' ? URL.parse(address) : null
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') return false
  return hosts.some((host) => {
    const name = host.toLowerCase()
    return name.startsWith('*.') ? url.hostname.endsWith(name.slice(1)) : url.host === name
  })
}
