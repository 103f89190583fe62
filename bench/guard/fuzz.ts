// npm run bench -- guard/fuzz [count] [seed]: malformed requests by mutation. No crash, and nothing reaches the API without a ruling.
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { openHttpGateway } from '../../src/gateway/http/gateway.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { notesCharter } from '../../test/gateway/http/api.ts'
import { named } from '../../test/gateway/http/stage.ts'
import { listen } from '../../test/transport/open.ts'

const count = Number(process.argv[2] ?? 20_000)
const seed = Number(process.argv[3] ?? 1)
const lanes = 64

/** mulberry32. */
function randomFrom(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const host = 'Host: notes.test\r\n'
const seeds: readonly string[] = [
  `GET /v1/notes?limit=5&tag=a HTTP/1.1\r\n${host}X-Tag: a\r\n\r\n`,
  `GET /v1/notes/n1 HTTP/1.1\r\n${host}X-User: bob\r\nCookie: a=b\r\n\r\n`,
  `POST /v1/notes HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 24\r\n\r\n{"amount":5,"text":"abc"}`,
  `POST /v1/notes HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{"amount":5}\r\n0\r\n\r\n`,
  `PUT /v1/notes/n1 HTTP/1.1\r\n${host}X-User: bob\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 12\r\n\r\n{"amount":5}`,
  `POST /v1/forms HTTP/1.1\r\n${host}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 15\r\n\r\namount=1&text=a`,
  `POST /v1/files HTTP/1.1\r\n${host}Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nabc`,
  `DELETE /v1/notes/n1 HTTP/1.1\r\n${host}Authorization: Bearer x\r\n\r\n`,
  `GET /v1/socket HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
]
const bits: readonly string[] = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  '\t',
  ' ',
  ':',
  '//',
  '/../',
  '/./',
  '%2e%2e',
  '%2f',
  '%5c',
  '%00',
  '%ff',
  '%252e',
  '\\',
  ';',
  '#',
  '?',
  '&',
  '=',
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  '\xff',
  '\xc0\xaf',
  '\x7f',
  'Content-Length: 0\r\n',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity\r\n',
  'Host: other\r\n',
  'Expect: 100-continue\r\n',
  'Connection: close\r\n',
  'Connection: x-tag\r\n',
  'TE: gzip\r\n',
  'Upgrade: h2c\r\n',
  'X-HTTP-Method-Override: DELETE\r\n',
  'Content-Encoding: gzip\r\n',
  '0\r\n\r\n',
  'GET ',
  'CONNECT ',
  'http://other/',
  '*',
  'HTTP/1.0',
  'HTTP/2.0',
  '"amount":1000,',
  '"\\u0061mount":1000,',
  '1e999',
  '[[[[[[[[',
  '__proto__',
  'limit=100&',
  'limit[]=100&',
  '\r\n ',
  '\r\n\r\n',
]

function mutate(text: string, random: () => number): string {
  let mutated = text
  const rounds = 1 + Math.floor(random() * 4)
  for (let round = 0; round < rounds; round += 1) {
    const at = Math.floor(random() * (mutated.length + 1))
    const bit = bits[Math.floor(random() * bits.length)] ?? ''
    const kind = random()
    if (kind < 0.35) mutated = mutated.slice(0, at) + bit + mutated.slice(at)
    else if (kind < 0.5) mutated = mutated.slice(0, at) + mutated.slice(at + 1 + Math.floor(random() * 8))
    else if (kind < 0.7)
      mutated = mutated.slice(0, at) + String.fromCharCode(Math.floor(random() * 256)) + mutated.slice(at + 1)
    else if (kind < 0.85) {
      const lines = mutated.split('\r\n')
      const line = lines[Math.floor(random() * lines.length)] ?? ''
      lines.splice(Math.floor(random() * lines.length), 0, line)
      mutated = lines.join('\r\n')
    } else {
      const from = Math.floor(random() * mutated.length)
      mutated += mutated.slice(from, from + Math.floor(random() * 200))
    }
  }
  return mutated
}

/** Sends one mutation on a connection of its own and waits for the first answer, or for nothing. */
function send(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket: Socket = connect(port, '127.0.0.1')
    const done = (): void => {
      socket.destroy()
      resolve(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 'none')
    }
    socket.setTimeout(200, done)
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      if (answer.includes('\r\n\r\n')) done()
    })
    socket.on('error', done).on('close', done)
    socket.write(bytes)
  })
}

/** A guard that counts what it let through. */
function counting(guard: Guard): { guard: Guard; allowed: () => number } {
  let allowed = 0
  const counted: Guard = {
    begin: async (incoming) => {
      const ruling = await guard.begin(incoming)
      if (ruling.kind === 'go') allowed += 1
      return ruling
    },
    call: (...all) => guard.call(...all),
    evaluate: (incoming) => guard.evaluate(incoming),
    note: (noted) => guard.note(noted),
    reload: (...all) => guard.reload(...all),
    charter: guard.charter,
    switches: guard.switches,
    approvals: guard.approvals,
    doubts: guard.doubts,
    close: () => guard.close(),
  }
  return { guard: counted, allowed: () => allowed }
}

const crashes: unknown[] = []
process.on('uncaughtException', (error) => crashes.push(error))
process.on('unhandledRejection', (error) => crashes.push(error))

let reached = 0
const api = createServer((incoming, response) => {
  // The guard's own looks say nothing of where they come from.
  if (incoming.headers.via !== undefined) reached += 1
  incoming.resume()
  response.setHeader('content-type', 'application/json')
  incoming.on('end', () => response.end('{"id":"n1","owner":"bob","text":"t"}'))
})
api.on('upgrade', (incoming, socket) => {
  if (incoming.headers.via !== undefined) reached += 1
  socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
})
const url = `http://${await listen(api)}`
const store = openSqliteStore(':memory:')
const charter = notesCharter()
const { guard, allowed } = counting(
  await createGuard(charter, { version: '1', store, journal: { append: async () => undefined } }),
)
const gateway = await openHttpGateway({
  guard,
  identifier: named,
  upstreams: { api: { url } },
  hosts: ['notes.test'],
  listen: { host: '127.0.0.1', port: 0 },
})

const random = randomFrom(seed)
const statuses = new Map<string, number>()
let sent = 0
const began = performance.now()
await Promise.all(
  Array.from({ length: lanes }, async () => {
    while (sent < count) {
      sent += 1
      const text = seeds[Math.floor(random() * seeds.length)] ?? ''
      const status = await send(gateway.address.port, Buffer.from(mutate(text, random), 'latin1'))
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }),
)
const seconds = (performance.now() - began) / 1000
const sane = await send(gateway.address.port, Buffer.from(seeds[0] ?? '', 'latin1'))
await gateway.close(1000)
await guard.close()
await store.close()
api.closeAllConnections()
api.close()

const rows = [...statuses].sort().map(([status, times]) => `${status} ${times}`)
process.stdout.write(
  `${count} mutated requests in ${seconds.toFixed(1)} s (seed ${seed}): ${rows.join(', ')}\n` +
    `let through by the guard ${allowed()}, reached the API ${reached}, crashes ${crashes.length}, still serving: ${sane === '200'}\n`,
)
for (const crash of crashes.slice(0, 5))
  process.stdout.write(`${crash instanceof Error ? crash.stack : String(crash)}\n`)
if (crashes.length > 0 || reached > allowed() || sane !== '200') process.exitCode = 1
