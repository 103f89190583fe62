// A voucher shows nowhere until the next order is made: its effect is found by going on with the workflow.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { openStage, proveAll } from '../../examples/shared/stage.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { parseIdentities } from '../../src/prove/identity/parse-identities.ts'
import { analyse } from '../charter/fixture.ts'

const charterText = `
lockstep: 1
name: vouchers
sources:
  - name: shop
    type: inline
    operations:
      join: { method: POST, path: /memberships, response: { id: string, ownerId: string, status: string } }
      getMembership: { method: GET, path: '/memberships/{membershipId}', response: { id: string, ownerId: string, status: string } }
      end: { method: POST, path: '/memberships/{membershipId}/end' }
      claim: { method: POST, path: '/memberships/{membershipId}/voucher' }
      order: { method: POST, path: /orders, response: { id: string, ownerId: string, total: integer } }
      getOrder: { method: GET, path: '/orders/{orderId}', response: { id: string, ownerId: string, total: integer } }
actors: { member: {}, staff: {} }
objects:
  membership:
    owner: /ownerId
    state: /status
    read: shop.getMembership
    states: [active, ended]
    final: ended
    transitions:
      join: { on: shop.join, to: active, by: member }
      claim: { on: shop.claim, from: active, by: owner }
      end: { on: shop.end, from: active, to: ended, by: owner }
  order:
    owner: /ownerId
    read: shop.getOrder
    fields: { total: { type: money } }
    transitions: { create: { on: shop.order, by: member } }
operations:
  shop.getMembership: { by: [owner, staff] }
  shop.getOrder: { by: [owner, staff] }
`

interface Thing {
  readonly id: string
  readonly ownerId: string
  status?: string
  total?: number
}

/** Vouchers halve the next order of whoever claimed one; a flawed shop gives them to ended memberships too. */
function openShop(flawed: boolean): Promise<Server> {
  const things = new Map<string, Thing>()
  const vouchers = new Set<string>()
  const caller = (request: IncomingMessage) => /^Bearer token-(.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const act = (who: string, method: string, path: string): [number, unknown?] => {
    const [kind = '', id = '', verb = ''] = path.split('/').slice(1)
    if (id === '' && who === 'sam') return [403]
    if (id === '') {
      const made: Thing = {
        id: `${kind}-${things.size + 1}`,
        ownerId: who,
        ...(kind === 'orders' ? { total: vouchers.delete(who) ? 500 : 1000 } : { status: 'active' }),
      }
      things.set(made.id, made)
      return [201, made]
    }
    const thing = things.get(id)
    if (thing === undefined || (thing.ownerId !== who && who !== 'sam')) return [404]
    if (method === 'GET') return [200, thing]
    if (thing.ownerId !== who) return [404]
    if (thing.status !== 'active' && !(flawed && verb === 'voucher')) return [409]
    if (verb === 'voucher') vouchers.add(who)
    else thing.status = 'ended'
    return [204]
  }
  const server = createServer((request, response) => {
    const who = caller(request)
    request.resume()
    const [status, body] = who === undefined ? [401] : act(who, request.method ?? '', request.url ?? '')
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(body === undefined ? undefined : JSON.stringify(body))
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

async function findingsOf(flawed: boolean): Promise<{ class: string; operation: string; sentence: string }[]> {
  const server = await openShop(flawed)
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const { charter, diagnostics } = analyse(charterText)
  assert.ok(charter !== undefined && !hasErrors(diagnostics), JSON.stringify(diagnostics))
  const people = ['ann', 'ben', 'sam'].map(
    (name) => `
  ${name}: { actor: ${name === 'sam' ? 'staff' : 'member'}, principal: { id: ${name} }, headers: { Authorization: "Bearer \${env:${name.toUpperCase()}}" } }`,
  )
  const { identities } = parseIdentities({
    file: 'i.yaml',
    text: `\nlockstep-identities: 1\ntargets: { shop: "${url}" }\nobserver: sam\nidentities:${people.join('')}\n`,
  })
  assert.ok(identities)
  const env = { ANN: 'token-ann', BEN: 'token-ben', SAM: 'token-sam' }
  const run = await openStage({ charter, identities } as Parameters<typeof openStage>[0], url, { env })
  try {
    const outcome = await proveAll(run)
    return outcome.findings.map((each) => ({
      class: each.class,
      operation: each.operation,
      sentence: each.proof.sentence,
    }))
  } finally {
    await run.close()
    server.closeAllConnections()
    server.close()
  }
}

test('a voucher given to an ended membership shows in the next order', async () => {
  const [finding, ...others] = await findingsOf(true)
  assert.deepEqual(others, [])
  assert.equal(finding?.operation, 'shop.claim')
  assert.equal(finding?.class, 'use-after-end')
  assert.match(finding?.sentence ?? '', /total of order-\d went from 1000 to 500/)
})

test('a sound shop gives none', async () => {
  assert.deepEqual(await findingsOf(false), [])
})
