/** Who calls, told from what a request presents. */
import type { Principal } from '../charter/charter.ts'

/** What a request shows of its caller. Header names in lower case; a repeated header is a list. */
export interface Presented {
  readonly method: string
  /** The address the caller used: scheme, host and path, without query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The verified client certificate of the connection. */
  readonly certificate?: ClientCertificate
}

/** A certificate whose chain was verified; made by `certificateOf`. */
export interface ClientCertificate {
  /** One `TYPE=value` a line. */
  readonly subject: string
  /** As `DNS:a.example`, `URI:spiffe://example/a`. */
  readonly names: readonly string[]
  /** SHA-256 over the DER form, base64url: `x5t#S256`. */
  readonly thumbprint: string
}

export type Identified =
  /** `principal.id` is absent when nothing was presented: an anonymous caller. */
  | { readonly ok: true; readonly principal: Principal; readonly provider?: string }
  /** `challenge` is the `WWW-Authenticate` header; `why` names no secret. */
  | { readonly ok: false; readonly code: IdentityFault; readonly why: string; readonly challenge: string }

export type IdentityFault =
  | 'malformed'
  | 'unknown'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'revoked'
  | 'replayed'
  | 'unbound'
  | 'several'
  | 'unavailable'

/** Tells callers apart. Never throws: what cannot be verified is refused. */
export interface Identifier {
  identify(presented: Presented): Promise<Identified>
  close(): Promise<void>
}

export const principalKinds = ['user', 'service', 'partner', 'agent'] as const

/** Where a secret is kept: a variable of the environment or a file. */
export interface SecretReference {
  readonly from: 'env' | 'file'
  readonly name: string
}
