/** Who calls, told from what a request presents. */
import type { Principal } from '../charter/charter.ts'
import type { RunHandle } from '../charter/run-handle.ts'
import type { ClientForm } from './client.ts'

/** What a request shows of its caller. Header names in lower case; a repeated header is a list. */
export interface Presented {
  readonly method: string
  /** The address the caller used: scheme, host and path, without query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The verified client certificate of the connection. */
  readonly certificate?: ClientCertificate
  /** What the gateway it came to is known as: tokens of ours must be for it. Without it, they must be for an address at or above `url`. */
  readonly resource?: string
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
  | {
      readonly ok: true
      readonly principal: Principal
      readonly provider?: string
      /** The run a token or handle of ours names. Goes into `Incoming.run` as it is. */
      readonly run?: RunHandle
      /** The credential is a token of ours: it must go to nobody else. */
      readonly ours?: true
    }
  /** `challenge` is the `WWW-Authenticate` header; `why` names no secret. */
  | { readonly ok: false; readonly code: IdentityFault; readonly why: string; readonly challenge: string }

/** `jkt` is the thumbprint of the key that the request proved to have; `subject` is what tokens of another issuer call the agent. */
export type Client = Identified & { readonly jkt?: string; readonly subject?: string }

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
  /** Tells who asks for a token, and the key it is to be bound to. Without it, whoever `identify` tells. */
  client?(presented: Presented, form: ClientForm): Promise<Client>
  close(): Promise<void>
}

export const principalKinds = ['user', 'service', 'partner', 'agent'] as const

/** Where a secret is kept: a variable of the environment or a file. */
export interface SecretReference {
  readonly from: 'env' | 'file'
  readonly name: string
}
