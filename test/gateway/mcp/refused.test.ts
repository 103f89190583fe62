// A server that does not take the gateway's own credentials: its clients are not sent to sign in, and the operator is told what is missing.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { listen } from '../../transport/open.ts'
import { ask, askOld } from './ask.ts'
import { openStage, type Stage } from './stage.ts'

/** What the server answers next. */
let refusal: { readonly status: number; readonly challenge: string } | undefined
const server = createServer(async (request, response) => {
  const { id } = (await json(request)) as { readonly id?: unknown }
  if (refusal === undefined) {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: {} }))
  } else {
    response.writeHead(refusal.status, { 'www-authenticate': refusal.challenge })
    response.end('{"error":"insufficient_scope"}')
  }
})
const told: string[] = []
let stage: Stage
before(async () => {
  stage = await openStage({
    servers: { desk: { http: { url: `http://${await listen(server)}/mcp` } } },
    onEvent: (event) => void (event.kind === 'failed' && told.push(event.why)),
  })
})
after(async () => {
  await stage?.close()
  server.close()
})

for (const status of [401, 403, 407])
  test(`HTTP ${status} of a server is not the client's`, async () => {
    refusal = { status, challenge: 'Bearer error="insufficient_scope", scope="desk:write"' }
    for (const said of [await ask(stage.url, 'prompts/list'), await askOld(stage.url, 'prompts/list')]) {
      assert.equal(said.status, 502)
      assert.equal(said.headers.get('www-authenticate'), null)
      assert.equal(said.error?.code, -32019)
      assert.equal(said.error?.message, `the server does not take the gateway's own credentials (HTTP ${status})`)
    }
  })

test('the operator is told once, and again once it had been let in', async () => {
  told.length = 0
  refusal = { status: 403, challenge: 'Bearer error="insufficient_scope", scope="desk:read desk:write"' }
  await ask(stage.url, 'prompts/list')
  await ask(stage.url, 'prompts/list')
  const missing = "desk does not take the gateway's credentials: HTTP 403, insufficient_scope, for desk:read desk:write"
  assert.deepEqual(told, [missing])
  const before = refusal
  refusal = undefined
  await ask(stage.url, 'prompts/list')
  refusal = before
  await ask(stage.url, 'prompts/list')
  assert.deepEqual(told, [missing, missing])
})

test('nothing of a challenge is repeated but what OAuth has there', async () => {
  told.length = 0
  refusal = { status: 401, challenge: 'Bearer error="\tclear <b>", scope="a\xa0b", error_description="call 555"' }
  await ask(stage.url, 'prompts/list')
  assert.deepEqual(told, ["desk does not take the gateway's credentials: HTTP 401"])
})
