/** Messages by mail: text, and the same as simple HTML. */
import type { Notice } from './notice.ts'
import { type Failure, type Message, mostLines, titleOf, type Way } from './target.ts'

/** A server that takes mail. */
export interface MailServer {
  readonly host: string
  readonly port: number
  /** `starttls` is insisted on. */
  readonly tls: 'starttls' | 'implicit' | 'none'
  readonly login?: { readonly user: string; readonly password: string }
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string
}

export interface MailAddresses {
  readonly from: string
  readonly to: readonly string[]
}

/** The library is loaded with the first mail. */
export function mail(server: MailServer, { from, to }: MailAddresses): Way {
  let transport: Promise<{ sendMail(sent: Sent): Promise<unknown> }> | undefined
  return async (message) => {
    transport ??= transportTo(server)
    try {
      const mailer = await transport
      await mailer.sendMail({ from, to: [...to], ...contentOf(message, from) })
      return undefined
    } catch (error) {
      return failureOf(error)
    }
  }
}

async function transportTo({ host, port, tls, login, ca }: MailServer): Promise<{
  sendMail(sent: Sent): Promise<unknown>
}> {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    // SECURITY: a message is text; nothing in it is read from a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  })
}

interface Sent {
  readonly from: string
  readonly to: string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly messageId: string
  readonly date: Date
  readonly headers: { [name: string]: string }
}

function contentOf(message: Message, from: string): Omit<Sent, 'from' | 'to'> {
  const { id, at, notices, from: origin } = message
  const shown = notices.slice(0, mostLines)
  const rest = notices.length - shown.length
  const more = rest > 0 ? [`and ${rest} more`] : []
  const end = `The record of ${origin} has all of it.`
  const lines = shown.map((notice) => lineOf(message, notice))
  return {
    subject: `[${origin}] ${titleOf(message)}`,
    text: [...lines.map(({ text }) => text), ...more, '', end].join('\n\n'),
    html: `<!doctype html><html><body>${[...lines.map(({ html }) => html), ...more.map((each) => `<p>${each}</p>`)].join('')}<p>${escaped(end)}</p></body></html>`,
    messageId: `<${id}@${domainOf(from)}>`,
    date: new Date(at),
    // Nobody's absence is to be told to us (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}

function lineOf({ link }: Message, { says, at, path }: Notice): { readonly text: string; readonly html: string } {
  const time = new Date(at).toISOString()
  const address = link(path)
  return {
    text: `${time}  ${says}${address === undefined ? '' : `\n${address}`}`,
    html: `<p>${escaped(says)}<br><small>${time}</small>${address === undefined ? '' : `<br><a href="${escaped(address)}">Open in the console</a>`}</p>`,
  }
}

function domainOf(from: string): string {
  return /@([a-z0-9.-]+)/i.exec(from)?.[1] ?? 'lockstep.invalid'
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`)
}

const untrusted = 'the certificate of the mail server is by nobody who is trusted: `ca` says whom to trust'
const outOfDate = 'the certificate of the mail server is out of date'

/** What Node says of a connection, and the library of its steps, in words that have nothing of the server's. */
const wordsOf: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: outOfDate,
  CERT_NOT_YET_VALID: outOfDate,
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the mail server is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the mail server does not begin with TLS at this port',
  ETLS: 'the mail server offers no TLS that can be trusted',
  EAUTH: 'the mail server does not let us sign in',
}

/** SECURITY: of what a server says, its number alone: it may repeat what it was sent. */
function failureOf(error: unknown): Failure {
  const [cause, code] = [memberOf(error, 'originalCode'), memberOf(error, 'code')].map(String)
  const why = wordsOf[cause ?? ''] ?? wordsOf[code ?? '']
  if (why !== undefined) return { why, final: false }
  const answer = memberOf(error, 'responseCode')
  if (typeof answer === 'number')
    return { why: `the mail server answered ${answer}`, final: answer >= 550 && answer < 560 }
  return { why: 'the mail server cannot be reached', final: false }
}

function memberOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
}
