// Asks the console's API as its pages do.
import { cookieName } from '../../src/api/session/sessions.ts'

export interface Asking {
  get<T>(path: string): Promise<T>
  /** The answer, whatever it is. */
  send(method: string, path: string, body?: unknown): Promise<Response>
}

/** Signs in with a one-time link. */
export async function signedIn(link: string): Promise<Asking> {
  const { origin, hash } = new URL(link)
  const token = new URLSearchParams(hash.slice(1)).get('link')
  const send = (cookie: string, method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${origin}${path}`, {
      method,
      headers: {
        cookie,
        ...(method === 'GET' ? {} : { origin }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const response = await send('', 'POST', '/api/session/link', { token })
  const cookie = response.headers.getSetCookie().find((each) => each.startsWith(cookieName)) ?? ''
  const own = cookie.split(';', 1)[0] ?? ''
  return {
    send: (method, path, body) => send(own, method, path, body),
    async get<T>(path: string) {
      const answer = await send(own, 'GET', path)
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      return (await answer.json()) as T
    },
  }
}
