// Mail under TLS, to a server that others wrote: whoever is not who they should be is told nothing, and no password.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { type MailServer, mail } from '../../src/api/notice/mail.ts'
import type { Message } from '../../src/api/notice/target.ts'
import { selfSigned } from '../transport/certificate.ts'
import { listen } from '../transport/open.ts'
import { type MailboxTls, mailbox } from './notice-stage.ts'

const message: Message = {
  id: 'm-1',
  at: Date.now(),
  from: 'shop.example',
  link: () => undefined,
  notices: [
    {
      index: 1,
      at: Date.now(),
      kind: 'switches',
      type: 'switch.off',
      subject: 'a',
      says: 'it is off',
      path: '/',
      data: {},
      minor: false,
    },
  ],
}

/** Sends one mail. @returns why it did not arrive; undefined when it did. */
async function tell(port: number, given: Partial<MailServer>): Promise<string | undefined> {
  const login = { user: 'guard', password: 'letmein' }
  const server: MailServer = { host: 'localhost', port, tls: 'starttls', login, ...given }
  const way = mail(server, { from: 'guard@shop.example', to: ['desk@shop.example'] })
  return (await way(message, new AbortController().signal))?.why
}

const untrusted = 'the certificate of the mail server is by nobody who is trusted: `ca` says whom to trust'
const own = selfSigned()
const others = selfSigned({ name: 'mail.elsewhere.example' })
const old = selfSigned({ until: '20210101000000Z' })

for (const way of ['starttls', 'implicit'] as const)
  describe(`${way}`, () => {
    const cases: Readonly<Record<string, readonly [MailboxTls, ca: string | undefined, why: string | undefined]>> = {
      'arrives where the certificate is trusted': [{ way, ...own }, own.cert, undefined],
      'a certificate by nobody who is trusted': [{ way, ...own }, undefined, untrusted],
      'a certificate by somebody else than the one who is trusted': [{ way, ...own }, selfSigned().cert, untrusted],
      'a certificate for another name': [
        { way, ...others },
        others.cert,
        'the certificate of the mail server is for another name',
      ],
      'a certificate that is over': [{ way, ...old }, old.cert, 'the certificate of the mail server is out of date'],
    }
    for (const [name, [tls, ca, why]] of Object.entries(cases))
      test(`${name}${why === undefined ? '' : ': nothing is sent'}`, async () => {
        const box = await mailbox(undefined, tls)
        try {
          assert.equal(await tell(box.port, { tls: way, ...(ca === undefined ? {} : { ca }) }), why)
          assert.deepEqual(box.passwords, why === undefined ? ['under TLS: letmein'] : [])
          assert.equal(box.mails.length, why === undefined ? 1 : 0)
        } finally {
          await box.close()
        }
      })
  })

test('a server without STARTTLS is told nothing', async () => {
  const box = await mailbox()
  try {
    assert.equal(await tell(box.port, {}), 'the mail server offers no TLS that can be trusted')
    assert.equal(await tell(box.port, { tls: 'implicit' }), 'the mail server does not begin with TLS at this port')
    assert.deepEqual([box.passwords, box.mails], [[], []])
  } finally {
    await box.close()
  }
})

test('what somebody on the way says in the clear, after TLS was agreed upon, is not taken for the word of the server', async () => {
  const heard: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write('220 mail\r\n')
    socket.on('data', (chunk) => {
      const line = chunk.toString('latin1')
      heard.push(line)
      if (line.startsWith('EHLO')) socket.write('250-mail\r\n250 STARTTLS\r\n')
      // Answers in one piece that were to come under TLS.
      else if (line.startsWith('STARTTLS')) socket.write('220 go\r\n250-mail\r\n250 AUTH PLAIN\r\n235 in\r\n250 ok\r\n')
      else socket.destroy()
    })
  })
  const port = Number((await listen(server)).split(':').at(-1))
  assert.notEqual(await tell(port, {}), undefined)
  assert.ok(!heard.some((line) => line.includes('AUTH') || line.includes('MAIL FROM')), heard.join())
  server.close()
})

test('a wrong password is said to be one, and is in no word of ours', async () => {
  const box = await mailbox(undefined, { way: 'starttls', ...own })
  try {
    const login = { user: 'guard', password: 'not-this-one' }
    assert.equal(await tell(box.port, { ca: own.cert, login }), 'the mail server does not let us sign in')
  } finally {
    await box.close()
  }
})
