/** One request to a server of OpenBao or Vault (HTTP API v1), and what it may answer. */
import { type Dispatcher, request } from 'undici'
import { z } from 'zod'
import { VaultError } from '../error.ts'

/** How a server is reached. */
export interface Server {
  /** How it is called in the guard file. */
  readonly name: string
  readonly url: string
  readonly namespace?: string
  readonly timeoutMs: number
  /** Connections of their own, where other certificates are trusted. */
  readonly dispatcher?: Dispatcher
}

const auth = z.object({
  client_token: z.string().min(1),
  /** Seconds; 0 for a token that does not end. */
  lease_duration: z.number().min(0),
  renewable: z.boolean().default(false),
})

const answer = z.object({
  lease_id: z.string().default(''),
  lease_duration: z.number().min(0).default(0),
  renewable: z.boolean().default(false),
  data: z.record(z.string(), z.unknown()).nullable().default(null),
  auth: auth.nullish(),
})

/** What it answers. */
export type Answer = Readonly<z.output<typeof answer>>
/** A token it gave. */
export type Auth = Readonly<z.output<typeof auth>>

const mostBytes = 1024 * 1024

/**
 * Sends one request. SECURITY: nothing of what it answers is in any error but the status: a server may repeat what it was sent.
 *
 * @throws {VaultError} `refused` with the status in the message when it answers 4xx; `unavailable` for anything else.
 */
export async function ask(
  server: Server,
  method: 'GET' | 'POST',
  path: string,
  { token, body }: { readonly token?: string; readonly body?: object } = {},
): Promise<Answer> {
  const { name, url, namespace, timeoutMs, dispatcher } = server
  let status: number
  let text: string
  try {
    const response = await request(`${url.replace(/\/+$/, '')}/v1/${path}`, {
      method,
      headers: {
        'x-vault-request': 'true',
        ...(token === undefined ? {} : { 'x-vault-token': token }),
        ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
      ...(dispatcher === undefined ? {} : { dispatcher }),
    })
    status = response.statusCode
    text = await bounded(response.body)
  } catch {
    throw new VaultError('unavailable', `\`${name}\` does not answer`)
  }
  if (status >= 400 && status < 500) throw new VaultError('refused', `\`${name}\` answered ${status} to ${path}`)
  if (status >= 300) throw new VaultError('unavailable', `\`${name}\` answered ${status}`)
  return read(name, text)
}

async function bounded(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > mostBytes) throw new Error('too much')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function read(name: string, text: string): Answer {
  let value: unknown = {}
  try {
    if (text !== '') value = JSON.parse(text)
  } catch {
    throw new VaultError('unavailable', `\`${name}\` answered something that is no JSON`)
  }
  const parsed = answer.safeParse(value)
  if (!parsed.success) throw new VaultError('unavailable', `\`${name}\` answered something else than was asked for`)
  return parsed.data
}
