import type { Principal } from '../charter/charter.ts'
import type { Credentials, Slot } from './credentials.ts'
import type { Presented } from './identity.ts'
import type { NotIdentified } from './not-identified.ts'

/** One kind of credential of one origin. */
export interface Provider {
  readonly name: string
  /** Where it looks. A request that shows credentials elsewhere is not its to judge. */
  readonly slots: readonly Slot[]
  /** Whether what is there is of the form it judges. */
  takes(credentials: Credentials): boolean
  /** @throws {NotIdentified} when the credential is not accepted; `foreign` when it may be another provider's. */
  identify(credentials: Credentials, presented: Presented): Promise<Principal>
  /** The challenges it answers with (RFC 9110 section 11.6.1). */
  challenges(fault: Pick<NotIdentified, 'code' | 'error' | 'message'>): readonly string[]
}

const realm = 'realm="api"'

/** A challenge in which nothing of a request stands: `message` is one of ours. */
export function challenge(
  scheme: string,
  fault: Pick<NotIdentified, 'code' | 'error' | 'message'>,
  parameters: readonly string[] = [],
): string {
  const said =
    fault.code === 'unavailable'
      ? []
      : [
          `error="${fault.error}"`,
          `error_description="${fault.message.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'")}"`,
        ]
  return `${scheme} ${[realm, ...parameters, ...said].join(', ')}`
}
