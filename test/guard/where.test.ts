// What a call does not name and must be there: the guard looks for it, keeps others off it and decides on what it says then.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { getPointer } from '../../src/charter/pointer.ts'
import { isSought } from '../../src/constraint/where.ts'
import { createGuard } from '../../src/guard/guard.ts'
import type { Truth } from '../../src/guard/truth.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterFrom } from '../decide/charters.ts'
import { answered, Lines } from './wallet.ts'

type Kept = Readonly<Record<string, unknown>> & { readonly id: string }
type World = Readonly<Record<string, readonly Kept[]>>

const charter = charterFrom(readFileSync('cases/charters/auctions.yaml', 'utf8'))
const ann = { id: 'ann', roles: ['bidder'], tenant: 'north' }
const cy = { id: 'cy', roles: ['cashier'] }
const bid = { operation: 'house.bid', principal: ann, request: { path: { lotId: 'l1' }, body: { amount: 50 } } }
const absentee = { operation: 'house.absenteeBid', principal: ann, request: { body: { lotId: 'l1', amount: 50 } } }
const settle = { operation: 'house.settle', principal: cy, request: { path: { invoiceId: 'i1' } } }
const lot = [{ id: 'l1', saleId: 's1', status: 'open' }]
const invoice = [{ id: 'i1', status: 'open' }]
const mine = { id: 'r1', bidderId: 'ann', saleId: 's1', status: 'approved', limit: 100 }

/** A truth of what is there; `whole` tells whether all of a list is seen. */
function truthOf(world: World, whole: boolean | undefined): Truth {
  const at = (type: string, key: string): Kept | undefined =>
    world[type]?.find((each) => getPointer(each, charter.objects.get(type)?.key ?? []) === key)
  return {
    read: async ({ type, key }) => at(type, key) ?? null,
    search: async (type, sought) =>
      whole === undefined
        ? undefined
        : { values: (world[type] ?? []).filter((each) => isSought(sought, each) === true), whole },
  }
}

async function ask(incoming: typeof bid | typeof absentee | typeof settle, truth: Truth): Promise<string> {
  const lines = new Lines()
  const guard = await createGuard(charter, { version: '1', store: openSqliteStore(':memory:'), journal: lines, truth })
  const result = await guard.call(incoming, async () => answered(200, { id: 'made' }))
  return result.kind === 'refused' ? result.refusal.code : 'ok'
}

const cases: readonly (readonly [string, Parameters<typeof ask>[0], World, boolean | undefined, string])[] = [
  ['one that is approved', bid, { lot, registration: [mine] }, true, 'ok'],
  [
    'the approved one of several',
    bid,
    { lot, registration: [{ ...mine, id: 'r0', status: 'revoked' }, mine] },
    true,
    'ok',
  ],
  ['an approved one, though there may be more', bid, { lot, registration: [mine] }, false, 'ok'],
  ['one that is not approved', bid, { lot, registration: [{ ...mine, status: 'pending' }] }, true, 'denied'],
  ['none', bid, { lot, registration: [] }, true, 'denied'],
  ['somebody else’s', bid, { lot, registration: [{ ...mine, bidderId: 'bob' }] }, true, 'denied'],
  ['one for another sale', bid, { lot, registration: [{ ...mine, saleId: 's2' }] }, true, 'denied'],
  ['nobody can look', bid, { lot, registration: [mine] }, undefined, 'denied'],
  ['the rule reads it', bid, { lot, registration: [{ ...mine, limit: 49 }] }, true, 'denied'],
  ['through another reference', absentee, { lot, registration: [mine] }, true, 'ok'],
  [
    'through another reference, for another sale',
    absentee,
    { lot, registration: [{ ...mine, saleId: 's2' }] },
    true,
    'denied',
  ],
  ['no dispute', settle, { invoice, dispute: [] }, true, 'ok'],
  ['none in what is seen of the list', settle, { invoice, dispute: [] }, false, 'denied'],
  ['an open dispute', settle, { invoice, dispute: [{ id: 'd1', invoiceId: 'i1', status: 'open' }] }, true, 'denied'],
  [
    'an open one behind one that is over',
    settle,
    {
      invoice,
      dispute: [
        { id: 'd0', invoiceId: 'i1', status: 'resolved' },
        { id: 'd1', invoiceId: 'i1', status: 'open' },
      ],
    },
    true,
    'denied',
  ],
  ['one that is over', settle, { invoice, dispute: [{ id: 'd1', invoiceId: 'i1', status: 'rejected' }] }, true, 'ok'],
  [
    'an open one of another invoice',
    settle,
    { invoice, dispute: [{ id: 'd1', invoiceId: 'i2', status: 'open' }] },
    true,
    'ok',
  ],
]
for (const [name, incoming, world, whole, expected] of cases)
  test(name, async () => assert.equal(await ask(incoming, truthOf(world, whole)), expected))

test('what was found is looked at again when others are kept off it', async () => {
  const truth = truthOf({ lot, registration: [mine] }, true)
  const revoked: Truth = {
    ...truth,
    read: async (ref, look) =>
      ref.type === 'registration' ? { ...mine, status: 'revoked' } : await truth.read(ref, look),
  }
  assert.equal(await ask(bid, revoked), 'denied')
})
