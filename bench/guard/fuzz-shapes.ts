// Requests to begin with, and what is done to them.

/** mulberry32. */
export function randomFrom(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const host = 'Host: notes.test\r\n'
export const seeds: readonly string[] = [
  `GET /v1/notes?limit=5&tag=a HTTP/1.1\r\n${host}X-Tag: a\r\n\r\n`,
  `GET /v1/notes/n{n} HTTP/1.1\r\n${host}X-User: bob\r\nCookie: a=b\r\n\r\n`,
  `POST /v1/notes HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 24\r\n\r\n{"amount":5,"text":"abc"}`,
  `POST /v1/notes HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{"amount":5}\r\n0\r\n\r\n`,
  `PUT /v1/notes/n{n} HTTP/1.1\r\n${host}X-User: bob\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 12\r\n\r\n{"amount":5}`,
  `POST /v1/forms HTTP/1.1\r\n${host}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 15\r\n\r\namount=1&text=a`,
  `POST /v1/files HTTP/1.1\r\n${host}Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nabc`,
  `PUT /v1/boxes/b{n} HTTP/1.1\r\n${host}X-User: bob\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Sum: 1\r\n\r\n`,
  `POST /v1/notes HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"amo\r\n7\r\nunt":5}\r\n0\r\n\r\n`,
  `DELETE /v1/notes/n{n} HTTP/1.1\r\n${host}Authorization: Bearer x\r\n\r\n`,
  `GET /v1/socket HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
]
export const bits: readonly string[] = [
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
  '\r\n0\r\n\r\n',
  'ffffffffffffffff\r\n',
  '0x5\r\n',
  ';a="\r\n',
  'Trailer: Content-Length\r\n',
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

export function mutate(text: string, random: () => number): string {
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

/** One request or several on one connection, each with its own name in `X-Fuzz`. */
export function bytesOf(
  id: number,
  random: () => number,
): { readonly bytes: Buffer; readonly names: readonly string[] } {
  const several = random() < 0.2 ? 2 + Math.floor(random() * 2) : 1
  const names = Array.from({ length: several }, (_, index) => `f${id}.${index}`)
  const texts = names.map((name) => {
    const seed = (seeds[Math.floor(random() * seeds.length)] ?? '').replace('{n}', String(Math.floor(random() * 500)))
    // One of several may be as it should be: what comes before must not change it.
    const text = several > 1 && random() < 0.5 ? seed : mutate(seed, random)
    const line = text.indexOf('\r\n')
    return line < 0 ? text : `${text.slice(0, line)}\r\nX-Fuzz: ${name}${text.slice(line)}`
  })
  return { bytes: Buffer.from(texts.join(''), 'latin1'), names }
}
