import type { Refusal, RefusalCode } from '../../guard/call.ts'
import { refuse } from '../../guard/refusal.ts'

/** A request that is answered without being sent on. `challenge` is the `WWW-Authenticate` header. */
export class Refused extends Error {
  readonly refusal: Refusal
  readonly challenge: string | undefined
  constructor(refusal: Refusal, challenge?: string) {
    super(refusal.detail)
    this.name = 'Refused'
    this.refusal = refusal
    this.challenge = challenge
  }
}

/** The request can be read in more than one way, or in none. */
export function malformed(detail: string): Refused {
  return new Refused(refuse('malformed', detail))
}

/** A refusal with a code of its own. */
export function refused(code: RefusalCode, detail: string, more: Partial<Refusal> = {}): Refused {
  return new Refused(refuse(code, detail, more))
}
