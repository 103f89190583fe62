import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadDescription } from '../../src/charter/load-description.ts'
import { propertiesOf } from '../../src/charter/source/schema.ts'

const files: Readonly<Record<string, string>> = {
  '/api/openapi.yaml': `openapi: 3.1.0
paths:
  /a: { $ref: './paths/a.yaml' }
  /b: { get: { operationId: b, parameters: [{ $ref: '../secret.yaml#/P' }, { $ref: 'http://127.0.0.1:1/x.yaml#/P' }] } }
components: { schemas: { Root: { type: object, properties: { n: { $ref: 'my models.yaml#/Node' } } } } }
`,
  '/api/paths/a.yaml': `post: { operationId: a, requestBody: { content: { application/json: { schema: { $ref: '../my models.yaml#/Node' } } } } }`,
  '/api/my models.yaml': `Node: { type: object, properties: { next: { $ref: '#/Node' }, root: { $ref: 'openapi.yaml#/components/schemas/Root' } } }`,
  '/secret.yaml': 'P: { in: query, name: secret }',
}

async function check(location: string, outside: number): Promise<void> {
  const { description, diagnostics } = await loadDescription('shop', location)
  assert.deepEqual(
    description?.operations.map((each) => [each.name, each.parameters.length]),
    [
      ['a', 0],
      ['b', 0],
    ],
  )
  assert.ok(description)
  const node = propertiesOf(description, description.operations[0]?.body?.schema)
  assert.deepEqual(Object.keys(node), ['next', 'root'])
  assert.deepEqual(Object.keys(propertiesOf(description, node['root']?.schema)), ['n'])
  assert.equal(diagnostics.filter((each) => each.code === 'api-load').length, outside)
}

test('follows references to files below the root document only', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'description-'))
  t.after(() => rm(directory, { recursive: true }))
  await mkdir(join(directory, 'api/paths'), { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  await check(join(directory, 'api/openapi.yaml'), 2)
  await symlink(join(directory, 'secret.yaml'), join(directory, 'api/link.yaml'))
  await writeFile(
    join(directory, 'api/linked.yaml'),
    `openapi: 3.1.0\npaths: { /: { get: { parameters: [{ $ref: link.yaml#/P }] } } }`,
  )
  const linked = await loadDescription('shop', join(directory, 'api/linked.yaml'))
  assert.deepEqual(linked.description?.operations[0]?.parameters, [])
  const small = await loadDescription('shop', join(directory, 'api/openapi.yaml'), {
    maxBytes: 10,
    maxFiles: 9,
    timeoutMs: 1000,
  })
  assert.deepEqual(
    small.diagnostics.map((each) => each.code),
    ['api-load'],
  )
})

test('follows references to the same origin only, and no redirects', async (t) => {
  const server = createServer((request, response) => {
    const body = files[decodeURIComponent(request.url ?? '')]
    if (request.url === '/moved.yaml') response.writeHead(302, { location: '/api/openapi.yaml' }).end()
    else response.writeHead(body === undefined ? 404 : 200).end(body)
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((done) => server.once('listening', done))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const origin = `http://127.0.0.1:${address.port}`
  const { description } = await loadDescription('shop', `${origin}/api/openapi.yaml`)
  assert.deepEqual(
    description?.operations.map((each) => each.parameters.map((one) => one.name)),
    [[], ['secret']],
  )
  const moved = await loadDescription('shop', `${origin}/moved.yaml`)
  assert.match(moved.diagnostics[0]?.message ?? '', /302/)
})

const limits = { maxBytes: 100_000, maxFiles: 9, timeoutMs: 300 }
const bad: readonly [what: string, answer: (response: ServerResponse) => void, says: RegExp][] = [
  ['nothing', () => undefined, /no complete answer in time/],
  ['a body that never ends', (response) => void response.write('openapi: 3.1.0'), /no complete answer in time/],
  ['too much', (response) => void response.end('x'.repeat(200_000)), /more than 100000 bytes/],
  ['a page', (response) => void response.end('<!doctype html><p>Sign in'), /this is no API description/],
  ['a refusal', (response) => void response.writeHead(403).end(), /the server answered 403/],
  ['a reset', (response) => void response.socket?.resetAndDestroy(), /no answer that could be read/],
  [
    'half of it',
    (response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('openapi: 3.1.0', () => response.destroy())
    },
    /no answer that could be read/,
  ],
  [
    'no gzip where it says so',
    (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('openapi: 3.1.0'),
    /no answer that could be read \(Z_DATA_ERROR\)/,
  ],
]
for (const [what, answer, says] of bad) {
  test(`an address that gives ${what}`, async (t) => {
    const server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1')
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
    await new Promise((done) => server.once('listening', done))
    const address = server.address()
    assert.ok(typeof address === 'object' && address !== null)
    const { description, diagnostics } = await loadDescription('shop', `http://127.0.0.1:${address.port}/`, limits)
    assert.equal(description, undefined)
    assert.match(diagnostics.map(({ message }) => message).join(), says)
  })
}

test('an address where nobody is, and none', async () => {
  const down = await loadDescription('shop', 'http://127.0.0.1:9/', limits)
  assert.match(down.diagnostics[0]?.message ?? '', /no answer that could be read|bad port/)
  const none = await loadDescription('shop', 'http://', limits)
  assert.match(none.diagnostics[0]?.message ?? '', /is no address/)
})
