/** Asks the control API of a guard that runs elsewhere. */
import { z } from 'zod'

/** What a control API answered; `body` is undefined when it was no JSON. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly text: string
}

/** @throws when it cannot be reached; the message never has the token. */
export async function callControl(
  { url, token }: { readonly url: string; readonly token: string },
  method: string,
  path: string,
  body?: unknown,
  timeoutMs = 15_000,
): Promise<Answer> {
  const base = url.replace(/\/$/, '')
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    // SECURITY: a redirect would carry the token elsewhere.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new Error(`${base} cannot be reached`, { cause })
  })
  const text = await answer.text()
  return { status: answer.status, body: parsed(text), text }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    // No JSON: something else than a control API answered, and its status says enough.
    return undefined
  }
}

/** @throws with what the control API says of it, when it refused. */
export function fine(answer: Pick<Answer, 'status' | 'body'>): unknown {
  if (answer.status >= 300) throw new Error(problemIn(answer))
  return answer.body
}

/** Why it refused. */
export function problemIn({ status, body }: Pick<Answer, 'status' | 'body'>): string {
  const detail = z.object({ detail: z.string() }).safeParse(body)
  return detail.success ? detail.data.detail : `the control API answered ${status}`
}
