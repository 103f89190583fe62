/** Cookies that browsers send to this host alone. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem } from '../../gateway/control/problem.ts'

/** @throws {Problem} 400 when there are several of that name: one of them is somebody else's. */
export function cookieIn(request: IncomingMessage, name: string): string | undefined {
  const found = (request.headers.cookie ?? '').split(/; */).filter((each) => each.startsWith(`${name}=`))
  if (found.length > 1) throw new Problem(400, 'malformed', 'several sessions')
  const value = found[0]?.slice(name.length + 1)
  return value === '' ? undefined : value
}

/** @param site - `Lax` where it must come along when another site leads here. */
export function setCookie(
  response: ServerResponse,
  name: string,
  value: string,
  { maxAge, site = 'Strict' }: { readonly maxAge: number; readonly site?: 'Strict' | 'Lax' },
): void {
  response.appendHeader('set-cookie', `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=${site}; Max-Age=${maxAge}`)
}
