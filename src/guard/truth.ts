import type { CallRequest } from '../charter/charter.ts'
import type { Incoming } from './call.ts'
import type { ObjectRef } from './store.ts'

/** Looks at objects through the API they live in. */
export interface Truth {
  /**
   * The representation of an object now: null when there is none, undefined when that cannot be told. Never throws.
   *
   * @param call - The call it is needed for: its path may say where the object is, its credentials are the last eyes tried.
   */
  read(object: ObjectRef, call: Look): Promise<unknown>
}

export interface Look {
  readonly request: CallRequest
  readonly credentials?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** For charters whose objects are all tracked. */
export const blind: Truth = { read: () => Promise.resolve(undefined) }

/** How objects are looked at for a call. */
export function lookOf({ request, credentials, signal }: Incoming): Look {
  return {
    request,
    ...(credentials === undefined ? {} : { credentials }),
    ...(signal === undefined ? {} : { signal }),
  }
}
