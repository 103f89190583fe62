import { NotIdentified } from './not-identified.ts'

/** How long and how much whoever is asked may answer. */
export interface AskLimits {
  readonly timeoutMs: number
  readonly maxBytes: number
}

export type Ask = (url: string, init?: RequestInit) => Promise<Response>

/**
 * A `fetch` that follows no redirect and has the whole answer when it returns.
 *
 * @throws {NotIdentified} `unavailable` when there is no answer in time, or too much of one.
 */
export function makeAsk(limits: AskLimits, closing: AbortSignal): Ask {
  return async (url, init = {}) => {
    const signal = AbortSignal.any([
      AbortSignal.timeout(limits.timeoutMs),
      closing,
      ...(init.signal ? [init.signal] : []),
    ])
    try {
      const response = await fetch(url, { ...init, redirect: 'manual', signal })
      const body = await readWhole(response, limits.maxBytes)
      const hasBody = ![204, 205, 304].includes(response.status)
      return new Response(hasBody ? body : null, { status: response.status, headers: response.headers })
    } catch (cause) {
      throw new NotIdentified('unavailable', 'whoever knows this caller does not answer', { cause })
    }
  }
}

async function readWhole(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.byteLength
    if (length > maxBytes) throw new RangeError('the answer is too long')
    parts.push(part)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}
