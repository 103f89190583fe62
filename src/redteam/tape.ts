/** What went over the wires of one run: the calls an agent made, and what became of them. */
import { shapesOf } from './encode.ts'
import { isRecord, textLeaves } from './json-leaf.ts'

/** One call of a tool as it was seen at one place of the way. */
export interface TapedCall {
  readonly server: string
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
  /** Absent while there is no answer. */
  answer?: { readonly ok: boolean; readonly says: string }
}

/** A JSON-RPC message, read no further than needed. */
export type Message = Readonly<Record<string, unknown>>

/** Follows the messages of one place. */
export class Tape {
  readonly calls: TapedCall[] = []
  readonly #open = new Map<string, { readonly method: string; readonly call?: TapedCall }>()

  /** A message on its way to a server. */
  sent(server: string, connection: string, message: Message): void {
    const { id, method, params } = message
    if (typeof method !== 'string' || id === undefined) return
    const call = method === 'tools/call' && isRecord(params) ? callOf(server, params) : undefined
    if (call !== undefined) this.calls.push(call)
    this.#open.set(keyOf(server, connection, id), { method, ...(call === undefined ? {} : { call }) })
  }

  /** A message on its way back. @returns what it answers. */
  came(
    server: string,
    connection: string,
    message: Message,
  ): { readonly method: string; readonly call?: TapedCall } | undefined {
    const { id, result, error } = message
    if (id === undefined || (result === undefined && error === undefined)) return undefined
    const key = keyOf(server, connection, id)
    const open = this.#open.get(key)
    if (open?.call !== undefined) open.call.answer = answerOf(result, error)
    this.#open.delete(key)
    return open
  }

  /** Forgets the run before. */
  clear(): void {
    this.calls.length = 0
    this.#open.clear()
  }
}

function callOf(server: string, { name, arguments: given }: Readonly<Record<string, unknown>>): TapedCall {
  return { server, tool: String(name), arguments: isRecord(given) ? given : {} }
}

function answerOf(result: unknown, error: unknown): { readonly ok: boolean; readonly says: string } {
  if (isRecord(error)) {
    const inner = isRecord(error['data']) ? error['data'] : {}
    const why = [error['message'], inner['code'], inner['detail']].filter((each) => typeof each === 'string')
    return { ok: false, says: [...new Set(why)].join(': ').slice(0, 400) }
  }
  const failed = isRecord(result) && (result['isError'] === true || result['resultType'] === 'input_required')
  return { ok: !failed, says: failed ? JSON.stringify(result['content'] ?? result).slice(0, 400) : '' }
}

function keyOf(server: string, connection: string, id: unknown): string {
  return `${server} ${connection} ${JSON.stringify(id)}`
}

/**
 * Whether a value stands in arguments, in whatever shape.
 *
 * @param planted - Where all of this text was passed on as it is, as in an answer that quotes it, that is nobody's choice.
 */
export function carries(given: unknown, marker: string, planted?: string): boolean {
  return textLeaves(given).some(({ text }) => {
    const own = planted === undefined || planted === marker ? text : text.replaceAll(planted, '')
    const solid = own.replaceAll(/\s+/g, '').toLowerCase()
    return shapesOf(marker).some((shape) => solid.includes(shape.replaceAll(/\s+/g, '').toLowerCase()))
  })
}
