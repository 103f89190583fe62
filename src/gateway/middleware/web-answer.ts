/** What is done with a web `Response` before it goes on: settle the call by it, and show what may be shown. */
import type { Answer, Refusal } from '../../guard/call.ts'
import { problemOf } from '../../guard/refusal.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { readAnswer } from '../http/answer.ts'
import { changedHeaders } from '../http/headers.ts'
import { type Going, settleSafely } from './desk.ts'
import { bodiless, takeBody } from './web-body.ts'

/** The refusal of a call as an answer. */
export function refusalResponse(refusal: Refusal, call: string, challenge?: string): Response {
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'lockstep-call': call,
  })
  if (refusal.status === 401) headers.set('www-authenticate', challenge ?? 'Bearer')
  if (refusal.retryAfterMs !== undefined) headers.set('retry-after', String(Math.ceil(refusal.retryAfterMs / 1000)))
  return new Response(JSON.stringify(problemOf(refusal, call)), { status: refusal.status, headers })
}

/** An answer that an idempotency key had before. */
export function againResponse({ status, headers = {}, text = '' }: Answer, call: string): Response {
  const type = headers['content-type']
  return new Response(bodiless.has(status) ? null : text, {
    status,
    headers: {
      ...(type === undefined ? {} : { 'content-type': type }),
      'cache-control': 'private, no-store',
      'idempotency-replayed': 'true',
      'lockstep-call': call,
    },
  })
}

/**
 * Settles a call by its answer.
 *
 * @param decoded - Whether whoever received it has undone its content encoding, as `fetch` does.
 */
export async function showResponse(
  { ruling, inspect }: { readonly ruling: Going; readonly inspect: boolean },
  response: Response,
  { maxBytes, decoded }: { readonly maxBytes: number; readonly decoded: boolean },
): Promise<Response> {
  const { status } = response
  if (!inspect) {
    await settleSafely(ruling, { kind: 'answered', answer: { status } })
    return response
  }
  const headers = plainHeaders(response.headers)
  const taken = await takeBody(response.body, maxBytes)
  const { 'content-encoding': _, ...unencoded } = headers
  const bytes = taken.kind === 'whole' ? taken.bytes : undefined
  const head = { status, headers: decoded ? unencoded : headers }
  const answer = bytes === undefined ? { status } : await readAnswer(head, bytes, maxBytes)
  const release = await settleSafely(ruling, { kind: 'answered', answer })
  if (release.kind === 'refused') {
    if (taken.kind === 'longer') await taken.stream.cancel()
    return refusalResponse(release.refusal, ruling.call)
  }
  if (release.kind === 'changed' && bytes?.length !== 0) {
    if (taken.kind === 'longer') await taken.stream.cancel()
    const body = printLosslessJson(release.body)
    return new Response(body, {
      status,
      headers: shownHeaders(changedHeaders(headers, ruling.call, Buffer.byteLength(body))),
    })
  }
  const kept = new Headers(response.headers)
  kept.set('lockstep-call', ruling.call)
  const body = taken.kind === 'longer' ? taken.stream : new Uint8Array(taken.bytes)
  return new Response(bodiless.has(status) ? null : body, { status, statusText: response.statusText, headers: kept })
}

function plainHeaders(headers: Headers): Readonly<Record<string, string | readonly string[]>> {
  const cookies = headers.getSetCookie()
  return { ...Object.fromEntries(headers), ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }) }
}

function shownHeaders({ via: _, ...headers }: ReturnType<typeof changedHeaders>): Headers {
  const shown = new Headers()
  for (const [name, value] of Object.entries(headers))
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) shown.append(name, String(each))
  return shown
}
