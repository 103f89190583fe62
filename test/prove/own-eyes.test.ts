// What shows only to whoever it is of: their own profile, what a sale brings them, what they were given; and what only a later use tells.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: swaps
sources:
  - name: api
    type: inline
    operations:
      me: { method: GET, path: /me, response: { id: string, name: string, credit: integer } }
      rename: { method: PATCH, path: /me, body: { type: object, properties: { name: { type: string } } }, response: { id: string } }
      offer: { method: POST, path: /offers, body: { price: integer }, response: { id: string } }
      getOffer: { method: GET, path: '/offers/{offerId}', response: { id: string, status: string, seller: string, price: integer } }
      buy: { method: POST, path: '/offers/{offerId}/buy', body: { reference: string }, response: { id: string } }
      addAccount: { method: POST, path: /accounts, response: { id: string } }
      verify: { method: POST, path: '/accounts/{accountId}/verify', response: { id: string } }
      payOut: { method: POST, path: /payouts, body: { accountId: string }, response: { id: string } }
      getPayout: { method: GET, path: '/payouts/{payoutId}', response: { id: string, by: string } }
      makePass: { method: POST, path: /passes, response: { id: string } }
      getPass: { method: GET, path: '/passes/{passId}', response: { id: string, status: string, holder: string, code: string } }
      give: { method: POST, path: '/passes/{passId}/give', body: { to: string }, response: { id: string } }
      use: { method: POST, path: '/passes/{passId}/use', body: { code: string }, response: { id: string } }
actors: { swapper: {}, clerk: {}, gate: {} }
objects:
  person:
    key: /id
    owner: /id
    read: api.me
    fields: { credit: { type: money, set-by: nobody } }
    transitions:
      rename: { on: api.rename, by: signed-in, key: $principal.id }
  offer:
    key: /id
    owner: /seller
    state: /status
    read: api.getOffer
    states: [open, sold]
    final: sold
    transitions:
      offer: { on: api.offer, to: open, by: swapper, example: { body: { price: 40 } } }
      buy:
        on: api.buy
        from: open
        to: sold
        by: swapper
        not: owner
        once: true
        idempotency: $request.body#/reference
        example: { body: { reference: 'r-{fresh}' } }
  account:
    key: /id
    owner: creator
    states: [new, verified]
    transitions:
      add: { on: api.addAccount, to: new, by: swapper }
      verify: { on: api.verify, from: new, to: verified, by: clerk }
  payout:
    key: /id
    owner: /by
    read: api.getPayout
    transitions:
      make: { on: api.payOut, by: swapper, refs: { account: { object: account, key: $request.body#/accountId, in: verified } } }
  pass:
    key: /id
    owner: /holder
    state: /status
    read: api.getPass
    states: [valid, used]
    final: used
    fields: { code: { seen-by: owner } }
    transitions:
      make: { on: api.makePass, to: valid, by: swapper }
      give: { on: api.give, from: valid, to: valid, by: owner, example: { body: { to: sol } } }
      use: { on: api.use, from: valid, to: used, by: gate, when: request.code == object.code }
operations:
  api.me: { by: signed-in, object: person, key: $principal.id }
  api.getOffer: { by: signed-in }
  api.getPayout: { by: [owner, clerk] }
  api.getPass: { by: [owner, gate] }
`

const people = { sam: 'swapper', sol: 'swapper', cleo: 'clerk', gus: 'gate' }

type Flaw = 'credit' | 'race' | 'reference' | 'verify' | 'old code'

function openSwaps(flaw: Flaw | undefined): (asked: Asked) => Promise<readonly [number, unknown?]> {
  interface Thing {
    readonly id: string
    status?: string
    by: string
    price?: number
    codes: string[]
  }
  const persons = new Map(Object.keys(people).map((id) => [id, { id, name: id, credit: 0 }]))
  const things = new Map<string, Thing>()
  const references = new Set<string>()
  const add = (kind: string, by: string, more: Partial<Thing>): Thing => {
    const thing = { id: `${kind}-${things.size}`, by, codes: [], ...more }
    things.set(thing.id, thing)
    return thing
  }
  return async ({ who = '', method, path: [kind, id = '', verb], body }) => {
    const role: string | undefined = people[who as keyof typeof people]
    const self = persons.get(who)
    if (role === undefined || self === undefined) return [401]
    if (kind === 'me') {
      if (method === 'PATCH' && typeof body['name'] === 'string') self.name = body['name']
      if (method === 'PATCH' && flaw === 'credit' && typeof body['credit'] === 'number') self.credit = body['credit']
      return [200, { ...self }]
    }
    const thing = things.get(id)
    if (thing === undefined && id !== '') return [404]
    if (thing === undefined) {
      if (role !== 'swapper') return [403]
      if (kind === 'offers') return [201, add('offer', who, { status: 'open', price: Number(body['price']) })]
      if (kind === 'accounts') return [201, { id: add('account', who, { status: 'new' }).id }]
      if (kind === 'passes') return [201, { id: add('pass', who, { status: 'valid', codes: [`c${things.size}`] }).id }]
      const account = things.get(String(body['accountId']))
      if (account === undefined || account.status !== 'verified') return [409]
      return [201, { id: add('payout', who, {}).id, by: who }]
    }
    const shown = { id, status: thing.status, seller: thing.by, holder: thing.by, by: thing.by, price: thing.price }
    const code = thing.by === who ? { code: thing.codes.at(-1) } : {}
    if (method === 'GET')
      return kind === 'offers' || thing.by === who || role !== 'swapper' ? [200, { ...shown, ...code }] : [404]
    if (verb === 'buy') {
      const reference = String(body['reference'])
      if (role !== 'swapper') return [403]
      if (thing.status !== 'open' || thing.by === who) return [409]
      if (references.has(reference) && flaw !== 'reference') return [409]
      references.add(reference)
      if (flaw === 'race') await pause(20)
      thing.status = 'sold'
      const seller = persons.get(thing.by)
      if (seller !== undefined) seller.credit += thing.price ?? 0
      return [200, shown]
    }
    if (verb === 'verify') {
      if (role !== 'clerk' && !(flaw === 'verify' && thing.by === who)) return [403]
      if (thing.status !== 'new') return [409]
      thing.status = 'verified'
      return [200, { id }]
    }
    if (verb === 'give') {
      const to = String(body['to'])
      if (thing.by !== who || !persons.has(to) || to === who) return [404]
      Object.assign(thing, { by: to })
      thing.codes.push(`c${things.size}-${thing.codes.length}`)
      return [200, { id, status: thing.status, holder: to }]
    }
    if (role !== 'gate') return [403]
    const fits = flaw === 'old code' ? thing.codes.includes(String(body['code'])) : thing.codes.at(-1) === body['code']
    if (!fits) return [422]
    if (thing.status !== 'valid') return [409]
    thing.status = 'used'
    return [200, { id }]
  }
}

const cases: readonly (readonly [flaw: Flaw, operation: string, constraint: string, tactic: string])[] = [
  ['credit', 'api.rename', 'person.credit.set-by', 'write-field.credit'],
  ['race', 'api.buy', 'offer.buy.once', 'race'],
  ['reference', 'api.buy', 'offer.buy.idempotency', 'same-key'],
  ['verify', 'api.verify', 'account.verify.by', 'as-other.other-actor'],
  ['old code', 'api.use', 'pass.use.when', 'object-facts'],
]

for (const [flaw, operation, constraint, tactic] of cases)
  for (const isFlawed of [true, false])
    test(`${operation} with the flaw ${flaw}: ${isFlawed ? 'proven' : 'held'}`, async () => {
      const answer = openSwaps(isFlawed ? flaw : undefined)
      const { findings, cells } = await proveSmall({ charter, people, answer, only: [operation] })
      const own = cells.filter((each) => each.constraint === constraint && each.tactic === tactic)
      const verdicts = own.map(({ verdict }) => verdict)
      const isAsWanted = isFlawed
        ? verdicts.includes('proven')
        : verdicts.length > 0 && verdicts.every((each) => each === 'held')
      assert.ok(isAsWanted, JSON.stringify(own.length > 0 ? own : cells))
      assert.deepEqual([...new Set(findings.map((each) => each.constraint))], isFlawed ? [constraint] : [])
    })
