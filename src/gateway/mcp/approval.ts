/** Calls that wait for somebody: the client is asked to wait in its own words where it can be asked, and told where to look where it cannot. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Refusal } from '../../guard/call.ts'
import { digestOf } from '../../guard/id.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import { metaCapabilities } from './era.ts'
import type { Asking, Verdict } from './judge.ts'
import { metaOf, type RequestMessage } from './message.ts'
import { codes, errorBytes, errorOf, resultBytes } from './rpc-error.ts'

/** A request as it comes back, without what was meant for us. */
export type Returning =
  | { readonly kind: 'goes'; readonly message: RequestMessage; readonly hold?: string }
  | Extract<Verdict, { kind: 'said' }>

export interface Approvals {
  /** Opens the state of ours that a request brings back. */
  returning(asking: Asking, message: RequestMessage): Returning
  /** Asks the client to wait and come back; undefined when it cannot be asked. */
  ask(asking: Asking, message: RequestMessage, refusal: Refusal, call: string): Verdict | undefined
}

/** What is sealed into `requestState`. */
interface State {
  readonly hold: string
  readonly expires: number
  /** Who asked for what: nobody else, and nothing else, comes back with it. */
  readonly bound: string
  readonly rounds: number
  /** What the server itself waits for in this round. */
  readonly inner?: { readonly requestState?: unknown; readonly inputResponses?: unknown }
}

const inputName = 'lockstep_approval'
const prefix = 'lockstep.1.'
const holdName = 'lockstep/hold'
const mostRounds = 20

/** @param key - Seals our state; the same on all nodes that are one gateway. */
export function makeApprovals(now: () => number, key: Buffer = randomBytes(32)): Approvals {
  const macOf = (payload: string): Buffer => createHmac('sha256', key).update(payload).digest()
  const seal = (state: State): string => {
    const payload = Buffer.from(JSON.stringify(state)).toString('base64url')
    return `${prefix}${payload}.${macOf(payload).toString('base64url')}`
  }
  const open = (text: string): State | undefined => {
    const [payload = '', mac = ''] = text.slice(prefix.length).split('.')
    const given = Buffer.from(mac, 'base64url')
    const right = macOf(payload)
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
    const state: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return isState(state) ? state : undefined
  }
  return {
    returning: (asking, message) => {
      const { requestState, inputResponses } = message.params
      const named = metaOf(message)[holdName]
      if (typeof requestState !== 'string' || !requestState.startsWith(prefix))
        return { kind: 'goes', message, ...(typeof named === 'string' ? { hold: named.slice(0, 100) } : {}) }
      const state = open(requestState)
      if (state === undefined || state.expires < now() || state.bound !== boundTo(asking, message))
        return said(message, { code: codes.params, message: 'the state is none of ours, or its time is over' })
      const response = isRecord(inputResponses) ? inputResponses[inputName] : undefined
      const action = isRecord(response) ? response['action'] : undefined
      if (action !== 'accept')
        return said(message, {
          code: codes.params,
          message: 'the call was given up',
          data: { code: 'approval-needed', hold: state.hold },
        })
      return { kind: 'goes', hold: state.hold, message: withInner(message, state.inner) }
    },
    ask: (asking, message, refusal, call) => {
      const { hold } = refusal
      if (hold === undefined || asking.era !== 'modern' || !canElicit(message)) return undefined
      const { requestState, inputResponses } = message.params
      const before =
        typeof requestState === 'string' && requestState.startsWith(prefix) ? open(requestState) : undefined
      const rounds = (before?.rounds ?? 0) + 1
      if (rounds > mostRounds) return undefined
      const own = {
        ...(requestState === undefined ? {} : { requestState }),
        ...(inputResponses === undefined ? {} : { inputResponses }),
      }
      const inner = before === undefined ? own : before.inner
      const state: State = {
        hold: hold.reference,
        expires: hold.expires,
        bound: boundTo(asking, message),
        rounds,
        ...(inner === undefined || Object.keys(inner).length === 0 ? {} : { inner }),
      }
      return {
        kind: 'said',
        status: 200,
        bytes: resultBytes(message.id, printLosslessJson(question(refusal, call, seal(state)))),
      }
    },
  }
}

function question(refusal: Refusal, call: string, requestState: string): unknown {
  const { hold, detail } = refusal
  const approvals = hold?.approvals.join(', ') ?? ''
  const message = `${detail}. It waits for ${approvals} as ${hold?.reference ?? ''}. Continue once it is approved.`
  const requestedSchema = { type: 'object', properties: {} }
  return {
    resultType: 'input_required',
    inputRequests: {
      [inputName]: { method: 'elicitation/create', params: { mode: 'form', message, requestedSchema } },
    },
    requestState,
    _meta: { 'lockstep/refusal': errorOf(refusal, call).data },
  }
}

/** SECURITY: a state that was sealed for one call is of no use for another one, or to somebody else. */
function boundTo({ owner }: Asking, { method, params }: RequestMessage): string {
  const { name, arguments: given } = params
  return digestOf({ owner, method, name, given: given === undefined ? null : printLosslessJson(given) })
}

function canElicit(message: RequestMessage): boolean {
  const capabilities = metaOf(message)[metaCapabilities]
  return isRecord(capabilities) && capabilities['elicitation'] !== undefined
}

function withInner(message: RequestMessage, inner: State['inner']): RequestMessage {
  const { requestState: _, inputResponses: __, ...rest } = message.params
  const params = { ...rest, ...inner }
  const bytes = Buffer.from(printLosslessJson({ jsonrpc: '2.0', id: message.id, method: message.method, params }))
  return { ...message, params, bytes }
}

function said(message: RequestMessage, error: Parameters<typeof errorBytes>[1]): Extract<Verdict, { kind: 'said' }> {
  return { kind: 'said', status: 200, bytes: errorBytes(message.id, error) }
}

function isState(value: unknown): value is State {
  return (
    isRecord(value) &&
    typeof value['hold'] === 'string' &&
    typeof value['expires'] === 'number' &&
    typeof value['bound'] === 'string' &&
    typeof value['rounds'] === 'number'
  )
}
