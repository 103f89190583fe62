/** Messages over HTTP: signed webhooks for programs, and the incoming webhooks of chats. */
import { parseSecret, signMessage } from '../../gateway/control/signature.ts'
import { type Failure, type Message, mostLines, titleOf, type Way } from './target.ts'

const timeoutMs = 10_000

/**
 * CloudEvents 1.0 as JSON, signed as Standard Webhooks. Takes messages of one notice.
 *
 * @throws {TypeError} when the secret is too short.
 */
export function webhook(url: string, secret: string): Way {
  const key = parseSecret(secret)
  return async (message, signal) => {
    const body = JSON.stringify(cloudEventOf(message))
    const headers = {
      'content-type': 'application/cloudevents+json',
      ...signMessage(key, message.id, Date.now(), body),
    }
    return post(url, headers, body, signal)
  }
}

function cloudEventOf({ id, from, notices: [notice], link }: Message): Readonly<Record<string, unknown>> {
  const { type, subject, at, data, says, path } = notice
  const shown = link(path)
  return {
    specversion: '1.0',
    id,
    source: `//${from}`,
    type: `dev.lockstep.${type}`,
    subject,
    time: new Date(at).toISOString(),
    datacontenttype: 'application/json',
    data: { ...data, says, ...(shown === undefined ? {} : { link: shown }) },
  }
}

/** `slack`: what Slack and those like it take; `json`: plain members. The address is itself a secret. */
export function chat(url: string, form: 'slack' | 'json'): Way {
  return (message, signal) => {
    const body = JSON.stringify(form === 'slack' ? slackOf(message) : plainOf(message))
    return post(url, { 'content-type': 'application/json' }, body, signal)
  }
}

function plainOf({ id, from, notices, link, ...message }: Message): Readonly<Record<string, unknown>> {
  return {
    id,
    from,
    text: titleOf({ id, from, notices, link, ...message }),
    messages: notices.slice(0, mostLines).map(({ kind, type, subject, says, at, path }) => {
      const shown = link(path)
      const time = new Date(at).toISOString()
      return { kind, type, subject, text: says, time, ...(shown === undefined ? {} : { link: shown }) }
    }),
    ...moreOf(notices.length),
  }
}

function slackOf(message: Message): Readonly<Record<string, unknown>> {
  const { notices, link } = message
  const lines = notices.slice(0, mostLines).map(({ says, path }) => {
    const shown = link(path)
    return `${notices.length > 1 ? '• ' : ''}${escaped(says)}${shown === undefined ? '' : ` <${shown}|open>`}`
  })
  const rest = notices.length - mostLines
  const text = [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n')
  return {
    text: escaped(titleOf(message)),
    // A section takes 3,000 characters.
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: text.slice(0, 2900) } }],
    unfurl_links: false,
  }
}

function moreOf(count: number): { readonly more?: number } {
  return count > mostLines ? { more: count - mostLines } : {}
}

/** SECURITY: names come from traffic; only these three mean something in Slack's text. */
function escaped(text: string): string {
  return text.slice(0, 300).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    await response.body?.cancel()
    if (response.ok) return undefined
    return { why: `it answered ${response.status}`, final: [400, 413, 415, 422].includes(response.status) }
  } catch {
    // SECURITY: what the client says of an address may hold the address.
    return { why: 'it cannot be reached', final: false }
  }
}
