// `lockstep prove` against targets that are down, slow, mute or lying: it ends with a reason and the documented exit code, and finds nothing.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { parseFindings } from '../../src/prove/report/json.ts'
import { type Mischief, openTarget, packedMegabytes, sendJson, sendMegabytes } from './bad-target.ts'
import { charterText, descriptionText, identitiesText } from './notes.ts'

const folder = mkdtempSync(join(tmpdir(), 'target-'))
after(() => rmSync(folder, { recursive: true }))
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const charter = write('charter.yaml', charterText)
write('openapi.yaml', descriptionText)
const plain = write('plain.yaml', identitiesText(''))
const signing = write(
  'signing.yaml',
  identitiesText(`login: [{ request: POST /login, headers: { Authorization: "Bearer \${env:NAME}" } }]`),
)

/** A token that ended in 2020, for both. */
const stale = `e30.${Buffer.from(JSON.stringify({ sub: 'alice', exp: 1_600_000_000 })).toString('base64url')}.sig`

interface Case {
  readonly name: string
  readonly mischief: Mischief
  readonly signs?: true
  readonly token?: string
  /** Waits for an answer no longer than it takes to see that there is none. */
  readonly hurried?: true
  readonly code: number
  /** Somewhere in what is printed. */
  readonly says: RegExp
  /** Nowhere in the reasons of what was not reached. */
  readonly never?: RegExp
  /** Something is tried and held all the same. */
  readonly holds?: true
}

const html = (response: ServerResponse, status: number): void =>
  void response.writeHead(status, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>')
const packed = packedMegabytes(50)
let elsewhere = ''

/** Does it to everything but signing in. */
const toCalls =
  (mischief: (response: ServerResponse, count: number) => void): Mischief =>
  ({ response, signsIn, count }, honest) =>
    signsIn ? honest() : mischief(response, count)

const cases: readonly Case[] = [
  { name: 'an honest one', mischief: (_visit, honest) => honest(), code: 0, says: /No way found/, holds: true },
  {
    name: 'no answer at all',
    mischief: () => undefined,
    hurried: true,
    code: 1,
    says: /no complete answer in time \(300 ms\)/,
  },
  ...[0, 1, 2].map(
    (turn): Case => ({
      name: `a 503 for every third request, from the ${turn + 1}. on`,
      mischief: ({ response, count }, honest) =>
        count % 3 === turn ? sendJson(response, 503, { error: 'overloaded' }) : honest(),
      code: 0,
      says: /503 overloaded/,
      never: /shows in nothing/,
    }),
  ),
  {
    name: 'a 503 for every look',
    mischief: ({ request, response }, honest) =>
      request.method === 'GET' ? sendJson(response, 503, { error: 'overloaded' }) : honest(),
    code: 0,
    says: /could look at what the rightful call does: 503 overloaded/,
    never: /shows in nothing/,
  },
  {
    name: 'a 404 for every seventh request: no note is gone for that',
    signs: true,
    mischief: ({ response, count }, honest) => (count % 7 === 5 ? sendJson(response, 404, {}) : honest()),
    code: 0,
    says: /No way found/,
    holds: true,
  },
  { name: 'a 500 for everything', mischief: toCalls((response) => sendJson(response, 500, {})), code: 1, says: /500/ },
  {
    name: 'HTML with 200',
    mischief: toCalls((response) => html(response, 200)),
    code: 1,
    says: /does not say the key/,
  },
  { name: 'HTML where it signs in', signs: true, mischief: ({ response }) => html(response, 200), code: 1, says: /./ },
  {
    name: 'a login that is refused',
    signs: true,
    mischief: ({ response }) => sendJson(response, 403, { error: 'locked' }),
    code: 1,
    says: /nobody could sign in to notes at[\s\S]*alice, login step 1 \(POST \/login\): expected 2xx, got 403/,
  },
  {
    name: 'a login that is not answered',
    signs: true,
    mischief: ({ response }) => void response.destroy(),
    code: 1,
    says: /alice, login step 1 \(POST \/login\): the connection ended before the answer did/,
  },
  {
    name: 'tokens that ended long ago',
    token: stale,
    mischief: (_visit, honest) => honest(),
    code: 1,
    says: /alice: its token expired at 2020-09-13/,
  },
  {
    name: 'tokens that end in the middle',
    mischief: ({ response, count }, honest) => (count < 8 ? honest() : sendJson(response, 401, { error: 'expired' })),
    code: 0,
    says: /401 expired/,
  },
  {
    name: 'a body of 50 MB',
    mischief: ({ request, response }, honest) => (request.method === 'GET' ? sendMegabytes(response, 50) : honest()),
    code: 0,
    says: /shows in nothing that anyone may read|nothing that could be disclosed/,
  },
  {
    name: 'a body that never ends, for everything',
    hurried: true,
    mischief: toCalls((response) => {
      const timer = setInterval(() => response.write(' '), 20)
      response.writeHead(200, { 'content-type': 'application/json' }).on('close', () => clearInterval(timer))
    }),
    code: 1,
    says: /no complete answer in time/,
  },
  {
    name: '50 MB packed into 50 kB',
    mischief: toCalls(
      (response) =>
        void response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(packed),
    ),
    code: 1,
    says: /does not say the key/,
  },
  {
    name: 'a body that is not the gzip it claims',
    mischief: toCalls((response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('{"id":"1"}')),
    code: 1,
    says: /not an exchange in valid HTTP/,
  },
  {
    name: 'an encoding nobody knows',
    mischief: toCalls(
      (response) =>
        void response
          .writeHead(200, { 'content-encoding': 'x-secret', 'content-type': 'application/json; charset=klingon' })
          .end('\u0000\u0001'),
    ),
    code: 1,
    says: /does not say the key/,
  },
  {
    name: 'bytes that are no text',
    mischief: toCalls(
      (response) =>
        void response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(Buffer.from([0x7b, 0xff, 0xfe, 0x1b, 0x5b, 0x32, 0x4a])),
    ),
    code: 1,
    says: /does not say the key/,
  },
  {
    name: 'redirects to another host',
    mischief: toCalls((response) => void response.writeHead(307, { location: `${elsewhere}/stolen` }).end()),
    code: 1,
    says: /307/,
  },
  {
    name: 'a redirect to another host where it signs in',
    signs: true,
    mischief: ({ response }) => void response.writeHead(302, { location: `${elsewhere}/stolen` }).end(),
    code: 1,
    says: /expected 2xx, got 302/,
  },
  {
    name: '404 where 200 is documented',
    mischief: toCalls((response) => sendJson(response, 404, { message: 'moved to /v2' })),
    code: 1,
    says: /404 moved to \/v2/,
  },
  {
    name: 'a list where an object is documented',
    mischief: toCalls((response) => sendJson(response, 200, [[1], null, 'x'])),
    code: 1,
    says: /does not say the key/,
  },
  {
    name: 'members of other types than documented',
    mischief: toCalls((response) => sendJson(response, 200, { id: { a: 1 }, ownerId: [], status: 7 })),
    code: 1,
    says: /does not say the key/,
  },
  {
    name: 'a state nobody declared',
    mischief: ({ request, response }, honest) =>
      request.method === 'GET' && request.headers.authorization === 'Bearer alice'
        ? sendJson(response, 200, { id: request.url?.split('/')[2], ownerId: 'alice', status: 'limbo' })
        : honest(),
    code: 0,
    says: /limbo|not reached/,
  },
  {
    name: 'connections that are reset',
    mischief: toCalls((response) => void response.socket?.resetAndDestroy()),
    code: 1,
    says: /the connection ended before the answer did/,
  },
  {
    name: 'answers cut off in the middle',
    mischief: toCalls((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '400' })
      response.write('{"id":"note-1"', () => response.destroy())
    }),
    code: 1,
    says: /the connection ended before the answer did|not an exchange in valid HTTP/,
  },
  {
    name: 'more bytes than announced',
    mischief: toCalls((response) => {
      response.socket?.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}{}{}{}')
    }),
    code: 1,
    says: /not reached/,
  },
  {
    name: 'something that is not HTTP',
    mischief: toCalls((response) => void response.socket?.end('220 mail.example ESMTP ready\r\n')),
    code: 1,
    says: /not an exchange in valid HTTP/,
  },
  {
    name: 'a head of a megabyte',
    mischief: toCalls((response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\nx-pad: ${'x'.repeat(1_000_000)}\r\n\r\n`)
    }),
    code: 1,
    says: /the head of the answer is too large|connection ended/,
  },
  {
    name: 'answers that steer the terminal',
    mischief: toCalls((response) => sendJson(response, 400, { error: '\u001B[2J\u001B]0;gotcha\u0007\rheld' })),
    code: 1,
    says: /400 \[2J\]0;gotchaheld/,
  },
]

interface Run {
  readonly code: number
  readonly said: string
  readonly ms: number
}

async function prove(url: string, each: Pick<Case, 'signs' | 'token' | 'hurried'>, report: string): Promise<Run> {
  let said = ''
  const output = { write: (text: string) => (said += text) }
  const startedAt = performance.now()
  const args = ['prove', charter, '--identities', each.signs ? signing : plain, '--target', `notes=${url}`]
  const limits = [
    '--timeout',
    each.hurried ? '300ms' : '10s',
    '--race-rounds',
    '1',
    '--race-width',
    '4',
    '--report',
    `json=${report}`,
  ]
  const { token } = each
  const env = token === undefined ? { ALICE: 'alice', BOB: 'bob' } : { ALICE: token, BOB: token }
  const code = await main([...args, ...limits], openTerminal(output, output, env))
  return { code, said, ms: performance.now() - startedAt }
}

function assertPlain({ said, ms }: Run): void {
  assert.doesNotMatch(said, /\n\s+at .*\.ts:\d+|\[object|undefined|NaN|TypeError/)
  const controls = [...said].filter((each) => /\p{Cc}/u.test(each) && each !== '\n')
  assert.deepEqual(controls, [])
  assert.ok(ms < 20_000, `${ms} ms`)
}

describe('a target that gives', { concurrency: 4 }, () => {
  for (const [index, each] of cases.entries()) {
    test(each.name, async () => {
      const trap = await openTarget((_visit, honest) => honest())
      elsewhere = trap.url
      const target = await openTarget(each.mischief)
      const report = join(folder, `${index}.json`)
      const run = await prove(target.url, each, report)
      await target.close()
      await trap.close()
      assert.equal(trap.asked(), 0, 'another host was asked')
      assertPlain(run)
      assert.match(run.said, each.says)
      assert.equal(run.code, each.code, run.said)
      if (/nobody could sign in/.test(run.said)) return
      const { file } = parseFindings(readFileSync(report, 'utf8'))
      assert.deepEqual(file?.findings, [])
      const held = file?.cells.filter(({ verdict }) => verdict === 'held') ?? []
      const open = file?.cells.filter(({ verdict }) => verdict === 'not-reached') ?? []
      if (each.never !== undefined) for (const { why } of open) assert.doesNotMatch(why, each.never)
      if (each.holds) assert.ok(held.length > 3)
      if (each.code === 1) assert.deepEqual(held, [])
    })
  }
})
