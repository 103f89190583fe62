// A ledger, a shelf, a receiver of webhooks and a mail server, all real, for what is told of the record.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import type { Target } from '../../src/api/notice/target.ts'
import { openTeller, type Teller, type TellerOptions } from '../../src/api/notice/teller.ts'
import { parseSecret, verifyMessage } from '../../src/gateway/control/signature.ts'
import type { EntryDraft } from '../../src/ledger/entry.ts'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import { openShelf } from '../../src/store/shelf/open.ts'
import { listen } from '../transport/open.ts'

export const secret = `whsec_${randomBytes(24).toString('base64')}`

export interface Heard {
  /** Undefined when its signature was wrong. */
  readonly id: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}

export interface Receiver {
  readonly url: string
  readonly heard: Heard[]
  close(): Promise<void>
}

/** @param answer - The status for a message; nothing is heard unless it is 204. 0 hangs up. */
export async function receiver(answer: (heard: Heard) => number = () => 204): Promise<Receiver> {
  const heard: Heard[] = []
  const server = createServer(async (request, response) => {
    const bytes = Buffer.concat(await request.toArray())
    const id = verifyMessage(parseSecret(secret), request.headers, bytes, Date.now())
    const each: Heard = { id, body: JSON.parse(bytes.toString()) }
    const status = answer(each)
    if (status === 0) return void request.socket.destroy()
    if (status === 204) heard.push(each)
    response.writeHead(status).end()
  })
  const address = await listen(server)
  return {
    url: `http://${address}/hook`,
    heard,
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export interface Mailbox {
  readonly port: number
  readonly mails: string[]
  /** What it was told to be let in, and how. */
  readonly passwords: string[]
  close(): Promise<void>
}

/** How a mailbox has TLS: from the beginning, or once it is asked for. */
export interface MailboxTls {
  readonly way: 'implicit' | 'starttls'
  readonly key: string
  readonly cert: string
}

/** Takes mail after signing in as `guard` with `letmein`; `refuse` answers in its stead. */
export async function mailbox(refuse: () => number | undefined = () => undefined, tls?: MailboxTls): Promise<Mailbox> {
  const mails: string[] = []
  const passwords: string[] = []
  const server = new SMTPServer({
    ...(tls === undefined
      ? { disabledCommands: ['STARTTLS'], allowInsecureAuth: true }
      : { key: tls.key, cert: tls.cert, secure: tls.way === 'implicit' }),
    onAuth: ({ username, password }, { secure }, done) => {
      passwords.push(`${secure ? 'under TLS' : 'in the clear'}: ${password}`)
      if (username === 'guard' && password === 'letmein') done(null, { user: 'guard' })
      else done(new Error('no'))
    },
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const code = refuse()
        if (code === undefined) mails.push(Buffer.concat(chunks).toString())
        done(code === undefined ? null : Object.assign(new Error('not now'), { responseCode: code }))
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A client that does not believe the certificate hangs up on it.
  server.on('error', () => undefined)
  const bound = server.server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    mails,
    passwords,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

export interface Desk {
  readonly ledger: Ledger
  readonly failures: string[]
  readonly givenUp: string[]
  append(...drafts: readonly EntryDraft[]): Promise<void>
  tell(targets: readonly Target[], changes?: Partial<TellerOptions>): Promise<Teller>
  close(): Promise<void>
}

export async function desk(): Promise<Desk> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-notice-'))
  const storage = { type: 'sqlite', file: join(folder, 'ledger.db'), keys: join(folder, 'keys.db') } as const
  const ledger = await openLedger({
    storage,
    signingKey: join(folder, 'key'),
    origin: 'shop.example',
    node: 'a',
    version: '1',
  })
  const shelf = await openShelf({ type: 'sqlite', file: join(folder, 'console.db') })
  const [failures, givenUp, tellers]: [string[], string[], Teller[]] = [[], [], []]
  return {
    ledger,
    failures,
    givenUp,
    append: async (...drafts) => {
      for (const draft of drafts) await ledger.append(draft)
    },
    tell: async (targets, changes = {}) => {
      const teller = await openTeller({
        targets,
        shelf,
        reader: ledger.reader,
        origin: 'shop.example',
        ledger: ledger.publicKey,
        node: 'a',
        link: (path) => `https://console.example${path}`,
        workflowOf: async ({ workflow, operation }) => workflow ?? operation?.split('.')[0],
        onGivenUp: async ({ name }, count, why) => void givenUp.push(`${name} ${count} ${why}`),
        onFailure: (why) => failures.push(why),
        everyMs: 10,
        retryMs: [10],
        ...changes,
      })
      tellers.push(teller)
      return teller
    },
    close: async () => {
      await Promise.all(tellers.map((each) => each.close()))
      await shelf.close()
      await ledger.close()
      rmSync(folder, { recursive: true })
    },
  }
}

export async function until(test: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 6000; tries += 1) {
    if (await test()) return
    await pause(10)
  }
  throw new Error(`never: ${what}`)
}

export const off = (name: string, why = 'seen twice'): EntryDraft => ({
  kind: 'switch',
  at: Date.now(),
  of: 'agent',
  name,
  effect: 'off',
  principal: { id: 'olga' },
  why,
})

export const hold = (id: string, operation = 'refunds.pay', state = 'pending'): EntryDraft => ({
  kind: 'hold',
  at: Date.now(),
  hold: id,
  state,
  operation,
  principal: { id: 'bot' },
  approvals: ['large'],
  expires: new Date(Date.now() + 60_000).toISOString(),
})
