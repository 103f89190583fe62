/** Calls of tools, and of what else a server does: decided before, settled after. */
import type { CallRequest, Charter, OperationId } from '../../charter/charter.ts'
import { passesUndescribed } from '../../constraint/delegation.ts'
import type { Pin } from '../../constraint/facts.ts'
import type { Incoming, Outcome, Refusal, Release, Ruling } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { newId } from '../../guard/id.ts'
import { refuse } from '../../guard/refusal.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import { judgedBodyOf } from '../../wire/tool-result.ts'
import type { Failure } from '../http/sending.ts'
import type { Expected } from './conversation.ts'
import type { Asking, Verdict } from './judge.ts'
import { type RequestMessage, type ResponseMessage, withArguments } from './message.ts'
import { errorBytes, errorOf, type RpcError, refusalCodes, resultBytes } from './rpc-error.ts'
import { judgedOnly, knownOnly, taskOnly, withBodyOf, withoutMeta } from './tool-result.ts'

/** One call that is to be decided. */
export interface Deciding {
  readonly guard: Guard
  readonly asking: Asking
  readonly message: RequestMessage
  readonly operation: OperationId
  readonly arguments: unknown
  readonly pin?: Pin
  /** The reference of a hold it comes back for. */
  readonly hold?: string
  /** Looks for this call are made on the session it came on. */
  readonly bind?: (request: CallRequest) => void
  /** What goes to the server. */
  readonly sent: RequestMessage
  /** Keeps a call open whose result comes later as a task. @returns whether the caller may ask for it. */
  readonly later: (task: string, ruling: Going) => Promise<boolean>
}

/** Settles a call with the result that came, and says what the client is told instead; undefined: the result as it is. */
export interface Settling {
  /** @returns the result or the error as it may be shown, a refusal, or undefined: as it came. */
  readonly settle: (
    result: unknown,
    error: unknown,
    status: number,
  ) => Promise<{ readonly result: unknown } | { readonly error: RpcError } | { readonly refusal: Refusal } | undefined>
  readonly lost: (failure: Pick<Failure, 'sent' | 'why'>) => Promise<void>
  readonly call: string
}

/** Has a call decided. A question that waits for somebody is told by `asked`, where the client can be asked itself. */
export async function decideCall(
  deciding: Deciding,
  asked?: (refusal: Refusal, call: string) => Verdict | undefined,
): Promise<Verdict> {
  const { guard, asking, operation, message, pin, hold } = deciding
  const isTool = message.method === 'tools/call'
  const incoming: Incoming = {
    operation,
    principal: asking.principal,
    request: { path: {}, query: {}, header: {}, body: deciding.arguments },
    signal: asking.signal,
    ...(isTool ? { rewrites: true } : {}),
    ...(asking.run === undefined ? {} : { run: asking.run }),
    ...(asking.credentials === undefined ? {} : { credentials: asking.credentials }),
    ...(hold === undefined ? {} : { hold }),
    ...(pin === undefined ? {} : { pin }),
  }
  deciding.bind?.(incoming.request)
  const ruling = await guard.begin(incoming)
  if (ruling.kind === 'refused') {
    const instead = ruling.refusal.hold === undefined ? undefined : asked?.(ruling.refusal, ruling.call)
    return instead ?? refusedVerdict(message, ruling.refusal, ruling.call)
  }
  if (ruling.kind === 'answered')
    return {
      kind: 'said',
      status: 200,
      bytes: resultBytes(message.id, printLosslessJson(asResult(ruling.answer.body))),
    }
  const settling = settlingOf(ruling)
  return {
    kind: 'go',
    call: ruling.call,
    message: ruling.instead === undefined ? deciding.sent : withArguments(deciding.sent, ruling.instead.body),
    expected: expectedOf(deciding, ruling, settling),
    dropped: () => settleSafely(ruling, { kind: 'not-sent', why: 'repeated id' }).then(() => undefined),
  }
}

function refusedVerdict(message: RequestMessage, refusal: Refusal, call: string): Verdict {
  return { kind: 'said', status: 200, bytes: errorBytes(message.id, errorOf(refusal, call)) }
}

/** An answer that is given again: what was judged, as a result. */
function asResult(body: unknown): unknown {
  return {
    content: [{ type: 'text', text: printLosslessJson(body ?? null) }],
    ...(isRecord(body) ? { structuredContent: body } : {}),
  }
}

export type Going = Extract<Ruling, { kind: 'go' }>

/** How a call is settled, by what knows it. */
export function settlingOf(ruling: Pick<Going, 'call' | 'settle'>): Settling {
  return {
    call: ruling.call,
    lost: async ({ sent, why }) =>
      void (await settleSafely(ruling, sent ? { kind: 'unknown', why } : { kind: 'not-sent', why })),
    settle: async (result, error, status) => {
      const outcome = outcomeOf(result, error, status)
      const release = await settleSafely(ruling, outcome)
      if (release.kind === 'refused') return { refusal: release.refusal }
      if (!isRecord(result)) {
        if (release.kind === 'pass' && error !== undefined) return undefined
        return { error: errorIn(release.kind === 'pass' ? undefined : release.body) }
      }
      const known = knownOnly(result)
      if (release.kind === 'changed') return { result: withoutMeta(withBodyOf(known, release.body)) }
      const shown = judgedOnly(known) ?? known
      return shown === result ? undefined : { result: shown }
    },
  }
}

/** An error of a server without what was taken out of it. */
function errorIn(body: unknown): RpcError {
  const { code, message, data } = isRecord(body) ? body : {}
  return typeof code === 'number' && typeof message === 'string'
    ? { code, message, ...(data === undefined ? {} : { data }) }
    : { code: refusalCodes['upstream-failed'], message: 'the server gave no usable answer' }
}

async function settleSafely(ruling: Pick<Going, 'settle'>, outcome: Outcome): Promise<Release> {
  try {
    return await ruling.settle(outcome)
  } catch {
    return { kind: 'refused', refusal: refuse('unavailable', 'what became of the call could not be put on the record') }
  }
}

/** Errors of JSON-RPC that a message gets before anything is done. */
const beforehand: ReadonlySet<unknown> = new Set([-32700, -32600, -32601, -32602, -32002, -32020, -32021, -32022])

/** A result as an answer of an API: a tool that says it failed has not done it, one that needs input not yet. */
function outcomeOf(result: unknown, error: unknown, status: number): Outcome {
  if (error !== undefined || !isRecord(result)) {
    const code = isRecord(error) ? error['code'] : undefined
    const refused = beforehand.has(code) || (status >= 400 && status < 500)
    return { kind: 'answered', answer: { status: refused ? 400 : 500, headers: {}, body: error ?? null } }
  }
  if (result['resultType'] === 'input_required')
    return { kind: 'answered', answer: { status: 428, headers: {}, body: null } }
  const body = judgedBodyOf(result)
  return {
    kind: 'answered',
    answer: {
      status: result['isError'] === true ? 422 : 200,
      headers: {},
      body,
      // Printed only where it is kept.
      get text() {
        return printLosslessJson(body)
      },
    },
  }
}

function expectedOf({ message, later }: Deciding, ruling: Going, settling: Settling): Expected {
  return {
    answered: async ({ result, error }, status) => {
      const task = taskIn(result)
      if (task !== undefined) {
        if (await later(task, ruling).catch(() => false)) return knownTask(message, result)
        await settling.lost({ sent: true, why: 'its result could not be asked for' })
        return taskRefused(message, settling.call)
      }
      return told(message, settling.call, await settling.settle(result, error, status))
    },
    lost: async ({ sent, why }) => {
      await settling.lost({ sent, why })
      const detail = sent
        ? 'the server was asked and did not answer; nobody knows whether it did what it was asked'
        : 'the server cannot be reached'
      return errorBytes(
        message.id,
        errorOf(refuse('upstream-failed', detail, sent ? {} : { retryAfterMs: 1000 }), settling.call),
      )
    },
  }
}

/** What the client is told; undefined: what came. */
export function told(
  message: RequestMessage,
  call: string,
  shown: Awaited<ReturnType<Settling['settle']>>,
): Buffer | undefined {
  if (shown === undefined) return undefined
  if ('refusal' in shown) return errorBytes(message.id, errorOf(shown.refusal, call))
  if ('error' in shown) return errorBytes(message.id, shown.error)
  return resultBytes(message.id, printLosslessJson(shown.result))
}

/** A result that stands for a task, with nothing beside that nobody judged; undefined: as it came. */
function knownTask({ id }: RequestMessage, result: unknown): Buffer | undefined {
  const known = isRecord(result) ? taskOnly(result) : {}
  return known === result ? undefined : resultBytes(id, printLosslessJson(known))
}

/** Whether a result only says that the real one comes later. */
function isTask(result: Readonly<Record<string, unknown>>): boolean {
  return result['resultType'] === 'task' || (isRecord(result['task']) && result['content'] === undefined)
}

/** The id of the task that a result stands for, in the shapes of both eras; undefined when it is no task. */
function taskIn(result: unknown): string | undefined {
  if (!isRecord(result) || !isTask(result)) return undefined
  const task = isRecord(result['task']) ? result['task'] : result
  const id = task['taskId']
  return typeof id === 'string' ? id : undefined
}

/** Somebody else has a task of this id, or it cannot be kept. */
function taskRefused(message: RequestMessage, call: string): Buffer {
  return errorBytes(message.id, errorOf(refuse('upstream-failed', 'the task cannot be kept for this caller'), call))
}

/** What no charter describes: let through and recorded, or refused, as the charter says of such. */
export async function decideUndescribed(
  {
    guard,
    asking,
    message,
    reads,
    later,
  }: {
    readonly guard: Guard
    readonly asking: Asking
    readonly message: RequestMessage
    readonly reads: boolean
    /** Keeps a task for who asked, where the answer is one. */
    readonly later?: (task: string) => Promise<boolean>
  },
  what: string,
  unknown: number,
): Promise<Verdict> {
  const call = newId(Date.now())
  const charter: Charter = guard.charter()
  const passed = passesUndescribed(charter, reads ? 'reads' : 'writes', asking)
  const noted = {
    kind: 'undescribed',
    call,
    method: message.method,
    path: what,
    passed,
    principal: asking.principal,
  } as const
  try {
    await guard.note(noted)
  } catch {
    return refusedVerdict(
      message,
      refuse('unavailable', 'the request cannot be put on the record', { retryAfterMs: 1000 }),
      call,
    )
  }
  if (passed)
    return passing(message, async ({ result }) => {
      const task = taskIn(result)
      const isKept = task === undefined || later === undefined || (await later(task).catch(() => false))
      return isKept ? undefined : taskRefused(message, call)
    })
  const error = errorOf(refuse('undescribed', `nothing is said of \`${what}\``), call)
  return { kind: 'said', status: 200, bytes: errorBytes(message.id, { ...error, code: unknown }) }
}

/** A request that goes on without a decision of its own. */
export function passing(
  message: RequestMessage,
  answered?: (message: ResponseMessage) => Buffer | undefined | Promise<Buffer | undefined>,
  to?: string,
): Verdict {
  return {
    kind: 'go',
    message,
    ...(to === undefined ? {} : { to }),
    dropped: async () => undefined,
    expected: {
      answered: (came) => answered?.(came),
      lost: ({ sent }) =>
        errorBytes(message.id, {
          code: refusalCodes['upstream-failed'],
          message: sent ? 'the server did not answer' : 'the server cannot be reached',
        }),
    },
  }
}
