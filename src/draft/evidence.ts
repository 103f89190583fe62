/** Somebody who signed in for a probe. */
export interface Person {
  readonly name: string
  readonly actors: readonly string[]
  readonly id?: string | undefined
  readonly tenant?: string | undefined
}

/** One answer of the running API to a probe. `as` is absent for a request without credentials. */
export interface Answer {
  readonly operation: string
  readonly as?: string
  readonly path: Readonly<Record<string, string>>
  readonly status: number
  readonly body: unknown
}

/** What a probe saw: who asked, and every answer in the order of asking. */
export interface Evidence {
  readonly people: readonly Person[]
  readonly answers: readonly Answer[]
}

/** Whether an answer gave what was asked for. */
export function isGranted({ status }: Answer): boolean {
  return status >= 200 && status < 300
}

/** Whether an answer says that the caller may not. */
export function isRefused({ status }: Answer): boolean {
  return status === 401 || status === 403
}
