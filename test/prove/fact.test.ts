// Rules over what an object is like: broken by what it was made with, by what earlier steps put into it, and by changing it in between.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { openStage, proveAll } from '../../examples/shared/stage.ts'
import type { Charter } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { parseIdentities } from '../../src/prove/identity/parse-identities.ts'
import { useById } from '../../src/prove/plan/graph.ts'
import { planUse } from '../../src/prove/plan/plan-use.ts'
import type { AbuseCase } from '../../src/prove/plan/scenario.ts'
import { analyse } from '../charter/fixture.ts'

/** A basket that is opened, filled from a shelf, perhaps edited, and bought. */
function charterWith(rule: string): Charter {
  const { charter, diagnostics } = analyse(`
lockstep: 1
name: baskets
sources:
  - name: api
    type: inline
    operations:
      open: { method: POST, path: /baskets, body: { name: string }, response: { id: uuid, ownerId: string, status: string, quantity: integer, weight: integer } }
      get: { method: GET, path: '/baskets/{basketId}', response: { id: uuid, ownerId: string, status: string, quantity: integer, weight: integer } }
      fill: { method: POST, path: '/baskets/{basketId}/items/{shelfId}', body: { quantity: integer } }
      edit: { method: PATCH, path: '/baskets/{basketId}', body: { weight: integer } }
      buy: { method: POST, path: '/baskets/{basketId}/buy' }
      shelf: { method: GET, path: '/shelves/{shelfId}', response: { id: string, stock: integer } }
      shelves: { method: GET, path: /shelves, response: { shelves: 'object[]' } }
actors: { user: {} }
objects:
  shelf: { read: api.shelf, list: api.shelves }
  basket:
    owner: /ownerId
    state: /status
    read: api.get
    states: [empty, full, bought]
    final: bought
    transitions:
      open: { on: api.open, to: empty, by: user }
      fill:
        on: api.fill
        from: empty
        to: full
        by: owner
        refs: { rack: { object: shelf, key: $request.path.shelfId } }
        when: request.quantity >= 1 && request.quantity <= 10
      edit: { on: api.edit, from: full, to: full, by: owner, when: request.weight >= 0 && request.weight <= 100 }
      buy:
        on: api.buy
        from: full
        to: bought
        by: owner
        refs: { shelf: { object: shelf, key: "$object#/shelfId" } }
        when: { name: fits, rule: ${JSON.stringify(rule)} }
operations:
  api.get: { by: owner }
  api.shelf: { by: signed-in }
  api.shelves: { by: signed-in, lists: shelf, items: /shelves }
`)
  assert.ok(charter !== undefined && !hasErrors(diagnostics), JSON.stringify(diagnostics))
  return charter
}

function planned(rule: string): readonly AbuseCase[] {
  const charter = charterWith(rule)
  const buy = useById(charter, 'basket.buy')
  assert.ok(buy)
  const ann = { name: 'ann', principal: { id: 'ann', roles: ['user'] }, pool: false }
  const { cases } = planUse({ charter, members: [ann] }, buy, { found: new Set() })
  return cases.filter((each) => each.tactic.kind === 'object-facts')
}

interface Case {
  readonly rule: string
  /** By tactic: the steps before the act that are given arguments, and to what end. */
  readonly wishes: Readonly<Record<string, readonly string[]>>
  readonly scarce?: string
}

const plans: readonly Case[] = [
  {
    rule: 'object.quantity <= 5',
    wishes: { 'object-facts': ['basket.fill: request.quantity <= 5 is false'] },
  },
  {
    rule: '!(object.quantity > 5 || state != "full")',
    wishes: { 'object-facts': ['basket.fill: request.quantity > 5 is true'] },
  },
  {
    rule: 'object.quantity <= shelf.stock',
    wishes: { 'object-facts': ['basket.fill: request.quantity <= rack.stock is false'] },
    scarce: 'shelf.stock > 0 && shelf.stock <= 5',
  },
  {
    rule: 'object.weight <= 30',
    wishes: {
      'object-facts': [],
      'object-facts.basket.edit': ['basket.edit: request.weight <= 30 is false'],
    },
  },
  {
    rule: 'object.quantity + object.weight <= 30',
    wishes: {
      'object-facts': ['basket.fill: request.quantity + object.weight <= 30 is false'],
      'object-facts.basket.edit': [
        'basket.fill: request.quantity + object.weight <= 30 is false',
        'basket.edit: object.quantity + request.weight <= 30 is false',
      ],
    },
  },
  { rule: 'object.colour == "red"', wishes: { 'object-facts': [] } },
]

describe('the plan of a rule over facts', () => {
  for (const { rule, wishes, scarce } of plans)
    test(rule, () => {
      const cases = planned(rule)
      const seen = cases.map(({ id, abuse }) => {
        const told = abuse.steps
          .slice(0, -1)
          .flatMap((step) => step.wishes.map((wish) => `${step.use}: ${wish.rule.source} is ${wish.want}`))
        return [id.split('|')[2], told.filter((each) => each.includes('request.'))]
      })
      assert.deepEqual(Object.fromEntries(seen), wishes)
      const found = cases.flatMap(({ abuse }) => abuse.vars['shelf-1']?.wishes.map((wish) => wish.rule.source) ?? [])
      assert.equal(
        found.map((source) => source.replaceAll(/[()]/g, '')).includes(scarce ?? ''),
        scarce !== undefined,
        found.join(' '),
      )
    })
})

interface Basket {
  readonly id: string
  readonly ownerId: string
  status: string
  quantity: number
  weight: number
  shelfId?: string
}

const shelves = [
  { id: 'wide', stock: 1000 },
  { id: 'scant', stock: 4 },
]

type Check = (basket: Basket) => boolean

const enough: Check = ({ quantity, shelfId }) => quantity <= (shelves.find((each) => each.id === shelfId)?.stock ?? 0)
const light: Check = ({ weight }) => weight <= 30

/** Answers like an API that buys what passes a check. */
function answer(baskets: Map<string, Basket>, [method, path]: readonly [string, string], body: unknown, check: Check) {
  const [, kind, id = '', verb, shelfId] = path.split('/')
  const given = (name: string): number => Number(Object.entries(body ?? {}).find(([each]) => each === name)?.[1] ?? 0)
  if (kind === 'shelves') return { status: 200, body: id === '' ? { shelves } : shelves.find((each) => each.id === id) }
  if (id === '') {
    const basket: Basket = { id: randomUUID(), ownerId: 'ann', status: 'empty', quantity: 0, weight: 0 }
    baskets.set(basket.id, basket)
    return { status: 201, body: basket }
  }
  const basket = baskets.get(id)
  if (basket === undefined) return { status: 404, body: {} }
  if (method === 'GET') return { status: 200, body: basket }
  const allowed = verb === 'items' ? basket.status === 'empty' : basket.status === 'full'
  if (!allowed || (verb === 'buy' && !check(basket))) return { status: 409, body: { error: 'no' } }
  if (verb === 'buy') basket.status = 'bought'
  else if (verb === undefined) basket.weight = given('weight')
  else Object.assign(basket, { status: 'full', quantity: given('quantity'), shelfId })
  return { status: 200, body: basket }
}

async function verdicts(rule: string, check: Check): Promise<Record<string, string>> {
  const { identities } = parseIdentities({
    file: 'identities.yaml',
    text: `
lockstep-identities: 1
targets: { api: "http://127.0.0.1:1" }
identities:
  ann: { actor: user, principal: { id: ann, roles: [user] }, headers: { Authorization: "Bearer \${env:ANN}" } }`,
  })
  assert.ok(identities)
  const baskets = new Map<string, Basket>()
  const server = createServer(async (request, response) => {
    const hasBody = request.headers['content-length'] !== undefined && request.headers['content-length'] !== '0'
    const body: unknown = hasBody ? await json(request) : {}
    const said = answer(baskets, [request.method ?? '', request.url ?? ''], body, check)
    response.writeHead(said.status, { 'content-type': 'application/json' }).end(JSON.stringify(said.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const run = await openStage({ charter: charterWith(rule), identities }, url, { env: { ANN: 'ann' }, raceRounds: 1 })
  const { cells } = await proveAll(run, { only: ['api.buy'] }).finally(() => run.close())
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  const facts = cells.filter((cell) => cell.tactic.startsWith('object-facts'))
  return Object.fromEntries(
    facts.map((cell) => [cell.tactic, cell.verdict === 'not-reached' ? cell.why : cell.verdict]),
  )
}

describe('a rule over facts on a running server', { concurrency: 2 }, () => {
  const cases: readonly (readonly [string, string, Check, Readonly<Record<string, string>>])[] = [
    ['holds', 'object.quantity <= shelf.stock', enough, { 'object-facts': 'held' }],
    ['is proven broken', 'object.quantity <= shelf.stock', () => true, { 'object-facts': 'proven' }],
    ['holds after a change', 'object.weight <= 30', light, { 'object-facts.basket.edit': 'held' }],
    ['is proven broken after a change', 'object.weight <= 30', () => true, { 'object-facts.basket.edit': 'proven' }],
  ]
  for (const [what, rule, check, expected] of cases)
    test(`${rule} ${what}`, async () => {
      const seen = await verdicts(rule, check)
      assert.deepEqual({ ...seen, ...expected }, seen)
    })
})
