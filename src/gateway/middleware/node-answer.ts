/** What a middleware on `node:http` does with a response: settle the call by it, and show what may be shown. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { readAnswer } from '../http/answer.ts'
import { changedHeaders } from '../http/headers.ts'
import { sendAgain, sendRefusal } from '../http/reply.ts'
import { type Going, type Judged, settleSafely } from './desk.ts'
import { holdResponse, type Shown } from './hold-response.ts'

/** Answers a call that does not reach the application. @returns false when it is to reach it. */
export function answerAtOnce(judged: Judged, request: IncomingMessage, response: ServerResponse): boolean {
  if (judged.kind === 'refused') {
    const hangUp = !request.readableEnded && request.httpVersionMajor < 2
    sendRefusal(response, judged.refusal, judged.call, { challenge: judged.challenge, hangUp })
    return true
  }
  if (judged.kind === 'answered') {
    sendAgain(response, judged.answer, judged.call)
    return true
  }
  return false
}

const conditional = ['if-none-match', 'if-modified-since', 'if-range', 'range', 'accept-encoding']

/** Settles a call by what the application answers. Called before the application sees the request. */
export function followAnswer(
  { ruling, inspect }: Extract<Judged, { kind: 'go' }>,
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): void {
  response.setHeader('lockstep-call', ruling.call)
  if (!inspect) {
    settleAtEnd(ruling, response)
    return
  }
  // Nothing may be left out of an answer that is looked at.
  if (request.method === 'GET' || request.method === 'HEAD')
    for (const name of conditional) Reflect.deleteProperty(request.headers, name)
  holdResponse(response, {
    maxBytes,
    judge: (status, headers, bytes) => judgeAnswer(ruling, { status, headers, bytes }, maxBytes),
    onGone: () => void settleSafely(ruling, { kind: 'unknown', why: 'the client went before the answer came' }),
  })
}

function settleAtEnd(ruling: Going, response: ServerResponse): void {
  const finished = (): void => {
    response.off('close', closed)
    void settleSafely(ruling, { kind: 'answered', answer: { status: response.statusCode } })
  }
  const closed = (): void => {
    response.off('finish', finished)
    void settleSafely(ruling, { kind: 'unknown', why: 'the client went before the answer came' })
  }
  response.once('finish', finished).once('close', closed)
}

interface Written {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly bytes: Buffer | undefined
}

async function judgeAnswer(ruling: Going, { status, headers, bytes }: Written, maxBytes: number): Promise<Shown> {
  const texts = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value : String(value)]),
  )
  const answer = bytes === undefined ? { status } : await readAnswer({ status, headers: texts }, bytes, maxBytes)
  const release = await settleSafely(ruling, { kind: 'answered', answer })
  if (release.kind === 'refused')
    return { kind: 'instead', write: (response) => sendRefusal(response, release.refusal, ruling.call) }
  if (release.kind === 'pass' || bytes?.length === 0) return { kind: 'pass' }
  const body = Buffer.from(printLosslessJson(release.body))
  const { via: _, ...others } = changedHeaders(texts, ruling.call, body.length)
  return { kind: 'changed', headers: others, body }
}
