/** Secrets on their way to an API, and kept out of what comes back. */
import type { Charter, OperationId, Principal, Run } from '../../charter/charter.ts'
import { agentActors } from '../../constraint/delegation.ts'
import { VaultError } from '../../vault/error.ts'
import type { Asking, Injector, Scrubber } from '../../vault/injector.ts'
import { parseLosslessJson, printLosslessJson } from '../../wire/lossless-json.ts'
import { decodeBytes } from './answer.ts'
import { withoutByteHeaders } from './headers.ts'
import { refused } from './refused.ts'
import type { Reply } from './reply.ts'
import type { AnswerHead, Sending } from './sending.ts'

/** A request as it is sent, and what its answer is looked through with. */
export interface Armed {
  readonly sending: Sending
  /** Undefined where nothing that comes back can have a value in it. */
  readonly scrubbing?: Scrubbing
}

/** Keeps the values out of one answer; what is found goes on the record. */
export interface Scrubbing {
  readonly asking: Asking
  readonly scrubber: Scrubber
  readonly vault: Injector
}

/** Of a call, what says which secrets belong into it. */
export interface Whose {
  readonly source: string
  readonly operation?: OperationId
  readonly call?: string
  readonly principal?: Principal
  /** Verified, as the guard let the call go. */
  readonly run?: Run
}

/**
 * For what secrets are wanted. The workflow is that of the run; without one, that of the agent, or, for who is no agent, the only one the
 * operation belongs to. SECURITY: where that is not one, it is none, so that nobody gets what is for another workflow.
 */
export function askingFor(charter: Charter, { source, operation, call, principal, run }: Whose): Asking {
  const isAgent = principal?.kind === 'agent'
  const workflow = run?.workflow ?? (isAgent ? workflowOfAgent(charter, principal) : workflowIn(charter, operation))
  const agent = (isAgent ? principal.id : undefined) ?? run?.agent
  return {
    source,
    ...(operation === undefined ? {} : { operation }),
    ...(call === undefined ? {} : { call }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(agent === undefined ? {} : { agent }),
    ...(principal?.id === undefined ? {} : { principal: principal.id }),
  }
}

function workflowOfAgent(charter: Charter, principal: Principal): string | undefined {
  return onlyOne(agentActors(charter, principal).map(({ workflow }) => workflow))
}

function workflowIn(charter: Charter, operation: OperationId | undefined): string | undefined {
  if (operation === undefined) return undefined
  return onlyOne([...charter.workflows].flatMap(([name, { operations }]) => (operations.has(operation) ? [name] : [])))
}

function onlyOne(names: readonly (string | undefined)[]): string | undefined {
  const [name, ...others] = new Set(names)
  return others.length === 0 ? name : undefined
}

/**
 * Puts in the secrets that belong to a request, at the last moment.
 *
 * @throws {Refused} when one cannot be had; the caller is not told which.
 */
export async function arm(
  vault: Injector | undefined,
  asking: Asking,
  sending: Sending,
  onFail: (why: string) => void,
): Promise<Armed> {
  if (vault === undefined) return { sending }
  const [path = '', query] = split(sending.path)
  const { body } = sending
  try {
    const injected = await vault.inject(asking, {
      headers: sending.headers,
      ...(query === undefined ? {} : { query }),
      ...(Buffer.isBuffer(body) ? { text: body, body: () => parseLosslessJson(body.toString('utf8')) } : {}),
    })
    const armed: Sending = {
      ...sending,
      path: injected.query === undefined ? path : `${path}?${injected.query}`,
      headers: injected.headers,
      ...('body' in injected ? { body: Buffer.from(printLosslessJson(injected.body)) } : {}),
    }
    if (injected.used.length === 0 && !vault.watches(asking.source)) return { sending: armed }
    return { sending: armed, scrubbing: { asking, scrubber: vault.scrubber(), vault } }
  } catch (error) {
    if (!(error instanceof VaultError)) throw error
    onFail(error.message)
    throw refused('unavailable', 'a secret that belongs into this call cannot be had', { retryAfterMs: 1000 })
  }
}

function split(target: string): readonly [string, string | undefined] {
  const at = target.indexOf('?')
  return at < 0 ? [target, undefined] : [target.slice(0, at), target.slice(at + 1)]
}

/** An answer that may be seen. */
export interface Cleaned {
  readonly head: AnswerHead
  readonly bytes: Buffer
}

/** A whole answer without values; undefined when it is encoded in a way that nobody can look through. */
export async function cleanAnswer(
  scrubbing: Scrubbing | undefined,
  head: AnswerHead,
  bytes: Buffer,
  maxBytes: number,
): Promise<Cleaned | undefined> {
  if (scrubbing === undefined) return { head, bytes }
  const { scrubber } = scrubbing
  const plain = await decodeBytes(bytes, encodingOf(head), maxBytes)
  if (plain === undefined && bytes.length > 0) return undefined
  const cleaned = scrubber.bytes(plain ?? bytes)
  const known = cleanHead(scrubbing, head)
  tell(scrubbing)
  if (cleaned === (plain ?? bytes)) return { head: known, bytes }
  return { head: { ...known, headers: withoutByteHeaders(known.headers) }, bytes: cleaned }
}

/** The head of an answer without values. */
export function cleanHead({ scrubber }: Scrubbing, head: AnswerHead): AnswerHead {
  const cleaned = Object.entries(head.headers).map(
    ([name, value]) =>
      [name, typeof value === 'string' ? scrubber.text(value) : value?.map((each) => scrubber.text(each))] as const,
  )
  return { ...head, headers: Object.fromEntries(cleaned) }
}

/** Whether what comes piece by piece can be looked through as it comes. */
export function isReadable(head: AnswerHead): boolean {
  return /^(?:identity)?$/i.test(encodingOf(head)?.trim() ?? '')
}

function encodingOf({ headers }: AnswerHead): string | undefined {
  const encoding = headers['content-encoding']
  return typeof encoding === 'string' ? encoding : encoding?.join(',')
}

/** A reply that passes on what has no value in it. */
export function cleaning(scrubbing: Scrubbing, reply: Reply): Pick<Reply, 'write' | 'end' | 'once' | 'destroy'> {
  const stream = scrubbing.scrubber.stream()
  return {
    write: (chunk) => {
      const cleaned = stream.push(chunk)
      return cleaned.length === 0 || reply.write(cleaned)
    },
    end: () => {
      const rest = stream.end()
      tell(scrubbing)
      return rest.length === 0 ? reply.end() : reply.end(rest)
    },
    once: (event, listener) => reply.once(event, listener),
    destroy: (error) => {
      tell(scrubbing)
      return reply.destroy(error)
    },
  }
}

function tell({ vault, asking, scrubber }: Scrubbing): void {
  if (scrubber.found.size > 0) vault.returned(asking, scrubber.found)
}
