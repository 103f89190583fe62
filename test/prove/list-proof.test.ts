// Rules over whole lists and absent members, proven on a running server that leaves one check out at a time.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { openStage, proveAll } from '../../examples/shared/stage.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import type { Outcome } from '../../src/prove/finding.ts'
import { parseIdentities } from '../../src/prove/identity/parse-identities.ts'
import { analyse } from '../charter/fixture.ts'

interface Item {
  readonly sku: string
  readonly quantity: number
}

interface Basket {
  readonly items: readonly Item[]
  readonly discount?: number
}

/** What the server demands of a basket, each by the name of the charter's rule. */
const checks: Readonly<Record<string, (basket: Basket) => boolean>> = {
  positive: ({ items }) => items.every((item) => item.quantity > 0),
  apart: ({ items }) => new Set(items.map((item) => item.sku)).size === items.length,
  few: ({ items }) => items.length <= 3,
  some: ({ items }) => items.length > 0,
  undiscounted: ({ discount }) => discount === undefined,
}

/** Checks that look at a part only. */
const careless: Readonly<Record<string, (basket: Basket) => boolean>> = {
  positive: ({ items }) => (items[0]?.quantity ?? 1) > 0,
  few: ({ items }) => items.length !== 4,
}

const { charter, diagnostics } = analyse(`
lockstep: 1
name: baskets
sources:
  - name: shop
    type: inline
    operations:
      order:
        method: POST
        path: /orders
        body: { type: object, required: [items], properties: { discount: { type: integer }, items: { type: array, items: { type: object, required: [sku, quantity], properties: { sku: { type: string, examples: [tea] }, quantity: { type: integer, examples: [1] } } } } } }
        response: { id: uuid, ownerId: string, items: 'object[]' }
      getOrder: { method: GET, path: '/orders/{orderId}', response: { id: uuid, ownerId: string, items: 'object[]' } }
actors: { user: {} }
objects:
  order:
    owner: /ownerId
    read: shop.getOrder
    transitions:
      create:
        on: shop.order
        by: user
        when:
          - { name: positive, rule: "request.items.all(i, i.quantity > 0)" }
          - { name: apart, rule: "request.items.all(i, request.items.exists_one(j, j.sku == i.sku))" }
          - { name: few, rule: size(request.items) <= 3 }
          - { name: some, rule: size(request.items) > 0 }
          - { name: undiscounted, rule: "!has(request.discount)" }
operations:
  shop.getOrder: { by: owner }
`)
assert.ok(charter !== undefined && !hasErrors(diagnostics), JSON.stringify(diagnostics))
const { identities } = parseIdentities({
  file: 'identities.yaml',
  text: `
lockstep-identities: 1
targets: { shop: "http://127.0.0.1:1" }
identities:
  ann: { actor: user, principal: { id: ann, roles: [user] }, headers: { Authorization: "Bearer \${env:ANN}" } }`,
})
assert.ok(identities)

/** An API that takes orders under the given checks. */
async function openShop(demanded: Readonly<Record<string, (basket: Basket) => boolean>>) {
  const orders = new Map<string, object>()
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const known = orders.get((request.url ?? '').split('/')[2] ?? '')
    if (request.headers.authorization === undefined) return answer(401, {})
    if (request.method === 'GET') return known === undefined ? answer(404, {}) : answer(200, known)
    const basket = basketIn(await json(request))
    const broken = Object.keys(demanded).find((name) => demanded[name]?.(basket) === false)
    if (broken !== undefined) return answer(422, { error: broken })
    const order = { id: randomUUID(), ownerId: 'ann', ...basket }
    orders.set(order.id, order)
    return answer(201, order)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const close = (): Promise<void> => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  return { url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`, close }
}

function basketIn(body: unknown): Basket {
  const isItem = (each: unknown): each is Item =>
    typeof each === 'object' && each !== null && 'sku' in each && 'quantity' in each
  if (typeof body !== 'object' || body === null || !('items' in body) || !Array.isArray(body.items))
    return { items: [] }
  const items = body.items.filter(isItem)
  return 'discount' in body ? { items, discount: Number(body.discount) } : { items }
}

async function proveShop(demanded: Readonly<Record<string, (basket: Basket) => boolean>>): Promise<Outcome> {
  assert.ok(charter && identities)
  const server = await openShop(demanded)
  try {
    const run = await openStage({ charter, identities }, server.url, { env: { ANN: 'ann' }, raceRounds: 1 })
    return await proveAll(run, { only: ['shop.order'] }).finally(() => run.close())
  } finally {
    await server.close()
  }
}

describe('an API that takes lists', { concurrency: 2 }, () => {
  test('holds every rule when it checks all of them', async () => {
    const { findings, cells } = await proveShop(checks)
    assert.deepEqual(
      findings.map((each) => each.title),
      [],
    )
    for (const name of Object.keys(checks)) {
      const verdicts = cells.filter((cell) => cell.constraint.endsWith(`when.${name}`)).map((cell) => cell.verdict)
      assert.deepEqual(verdicts, ['held'], name)
    }
  })

  const weak = [
    ...Object.keys(checks).map((name) => [`without ${name}`, name, () => true] as const),
    ...Object.entries(careless).map(([name, check]) => [`with a careless ${name}`, name, check] as const),
  ]
  for (const [what, name, check] of weak)
    test(`is proven broken ${what}`, async () => {
      const { findings } = await proveShop({ ...checks, [name]: check })
      assert.deepEqual(
        findings.map((finding) => finding.constraint),
        [`order.create.when.${name}`],
      )
    })
})
