import type { CallRequest } from '../charter/charter.ts'
import type { SoughtText } from '../constraint/where.ts'
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
  /**
   * The objects of a type that say what is looked for; undefined when nobody can look. Never throws. Without it, what is looked for is never known.
   */
  search?(type: string, sought: readonly SoughtText[], call: Look): Promise<Found | undefined>
}

/** What a search found. Unless all of the list was seen, there may be more. */
export interface Found {
  readonly values: readonly unknown[]
  readonly whole: boolean
}

export interface Look {
  readonly request: CallRequest
  readonly credentials?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** For charters whose objects are all tracked. */
export const blind: Truth = { read: () => Promise.resolve(undefined) }

/** How objects are looked at for a call. */
export function lookOf({ request, credentials, signal }: Pick<Incoming, 'request' | 'credentials' | 'signal'>): Look {
  return {
    request,
    ...(credentials === undefined ? {} : { credentials }),
    ...(signal === undefined ? {} : { signal }),
  }
}
