/** Who came to the control API, on the record. */
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Guard } from '../../guard/guard.ts'
import { BoundedMap } from '../../identity/bounded-map.ts'
import { type Caller, nameOf } from './caller.ts'
import { Problem } from './problem.ts'

/** Puts sign-ins on the record. What cannot be recorded is no sign-in: both throw a problem with status 503. */
export interface SignIns {
  /** At the first use of a credential by somebody, and again after an hour; between them it costs a look into a map. */
  accepted(caller: Caller, headers: IncomingHttpHeaders): Promise<void>
  /** Always. */
  refused(why: string): Promise<void>
}

const againMs = 60 * 60_000
const most = 10_000

export function makeSignIns(guard: Pick<Guard, 'note'>, now: () => number = Date.now): SignIns {
  // Requests that come together wait for the one entry that speaks for all of them.
  const known = new BoundedMap<Promise<void>>(most, now)
  return {
    accepted(caller, headers) {
      const key = keyOf(caller, headers)
      const before = known.get(key)
      if (before !== undefined) return before
      const recorded = record(guard.note({ kind: 'control-sign-in', principal: nameOf(caller) }))
      known.set(key, recorded, now() + againMs)
      recorded.catch(() => known.delete(key))
      return recorded
    },
    refused: (why) => record(guard.note({ kind: 'control-sign-in-refused', why })),
  }
}

/** SECURITY: credentials are remembered by their digests only. */
function keyOf(caller: Caller, { authorization = '' }: IncomingHttpHeaders): string {
  return JSON.stringify([caller.kind, nameOf(caller), createHash('sha256').update(authorization).digest('base64')])
}

async function record(noted: Promise<void>): Promise<void> {
  try {
    await noted
  } catch (cause) {
    throw new Problem(503, 'unavailable', 'sign-ins cannot be recorded now', {}, { cause })
  }
}
