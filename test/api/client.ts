// A client of the console's API as a browser is one: signed in by a link, with the origin of the pages.
import assert from 'node:assert/strict'
import type { Shown } from '../console/shown.ts'

export interface ApiAnswer {
  readonly status: number
  readonly body: Record<string, unknown>
}

export interface Client {
  get(path: string): Promise<ApiAnswer>
  post(path: string, body?: unknown): Promise<ApiAnswer>
}

export async function clientOf({ url, link }: Pick<Shown, 'url' | 'link'>): Promise<Client> {
  const ask = async (method: string, path: string, body?: unknown, cookie?: string): Promise<Response> =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        origin: url,
        ...(cookie === undefined ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const token = new URL(await link()).hash.replace('#link=', '')
  const signedIn = await ask('POST', '/api/session/link', { token })
  assert.equal(signedIn.status, 204)
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const answerOf = async (asked: Promise<Response>): Promise<ApiAnswer> => {
    const response = await asked
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
  }
  return {
    get: (path) => answerOf(ask('GET', path, undefined, cookie)),
    post: (path, body) => answerOf(ask('POST', path, body, cookie)),
  }
}
