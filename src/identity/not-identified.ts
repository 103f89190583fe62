import type { IdentityFault } from './identity.ts'

/** What a challenge calls a fault: RFC 6750 section 3.1, RFC 9449 section 7.1. */
export type ChallengeError = 'invalid_request' | 'invalid_token' | 'invalid_dpop_proof'

interface More {
  readonly error?: ChallengeError
  /** Whether another provider may still know the credential. */
  readonly foreign?: boolean
  readonly cause?: unknown
}

/** A credential that was not accepted. The message is shown to whoever sent it: it names no secret and nothing of the credential. */
export class NotIdentified extends Error {
  readonly code: IdentityFault
  readonly error: ChallengeError
  readonly foreign: boolean

  constructor(code: IdentityFault, why: string, { error, foreign, cause }: More = {}) {
    super(why, { cause })
    this.name = 'NotIdentified'
    this.code = code
    this.error = error ?? (code === 'malformed' || code === 'several' ? 'invalid_request' : 'invalid_token')
    this.foreign = foreign ?? false
  }
}

/** Why no identifier could be opened. */
export type IdentitySetupCode = 'missing-secret' | 'unusable-key' | 'unreadable-file' | 'unknown-source'

/** What an operator must put right before anybody can be identified. Names the place, never the secret. */
export class IdentitySetupError extends Error {
  readonly code: IdentitySetupCode

  constructor(code: IdentitySetupCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'IdentitySetupError'
    this.code = code
  }
}
