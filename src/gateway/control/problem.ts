/** A request of the control API that is not answered as asked: problem details (RFC 9457). */
export class Problem extends Error {
  readonly status: number
  /** Stable: `urn:lockstep:control:CODE`, or a whole URI. */
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  constructor(
    status: number,
    code: string,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(detail, options)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.headers = headers
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'The request cannot be read',
  401: 'The caller could not be verified',
  403: 'The caller may not do this',
  404: 'There is no such thing',
  405: 'This cannot be done with that method',
  408: 'The request did not come whole',
  409: 'This is not possible any more',
  410: 'It is too late for this',
  413: 'The request is too large',
  415: 'The body must be JSON',
  421: 'The request is for another host',
  500: 'The request failed',
  503: 'Not ready',
}

/** The problem as it goes over HTTP. */
export function problemBody({ status, code, message }: Problem): Readonly<Record<string, unknown>> {
  const type = code.startsWith('urn:') ? code : `urn:lockstep:control:${code}`
  return { type, title: titles[status] ?? 'The request failed', status, detail: message }
}
