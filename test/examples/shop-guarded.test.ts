// The shop with a check left out, behind its guard.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { loadShop } from '../../examples/products.ts'
import { type FlawName, flaws, isFlawName } from '../../examples/shop-orders/flaws.ts'
import { start } from '../../examples/shop-orders/start.ts'
import { guardWith } from '../../src/cli/prove/guarded.ts'
import { Lines } from '../guard/wallet.ts'
import { attacks } from './shop-attacks.ts'
import { Desk } from './shop-desk.ts'

const { guard } = await loadShop()

/** Opens the shop with a flaw and its guard, and closes both after the work. */
async function behindGuard(flaw: FlawName, work: (desk: Desk, journal: Lines) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-'))
  const shop = await start({ flaws: [flaw] })
  try {
    await mkdir(join(folder, '.lockstep'))
    for (const [name, token] of Object.entries(shop.tokens)) await writeFile(join(folder, '.lockstep', name), token)
    const journal = new Lines()
    const guarded = await guardWith({ config: { ...guard, folder }, env: {}, journal })({ shop: shop.url }, Date.now)
    const { shop: url = '' } = guarded.targets
    await work(new Desk({ ...shop, url }), journal).finally(() => guarded.close())
  } finally {
    await shop.close()
    await rm(folder, { recursive: true })
  }
}

describe('whichever check is left out, its abuse comes to nothing', () => {
  for (const flaw of Object.keys(flaws).filter(isFlawName))
    test(flaw, () => behindGuard(flaw, async (desk) => assert.equal(await attacks[flaw](desk), false)))
})

test('a list that the API does not filter shows everybody what is theirs alone', () =>
  behindGuard('invoices-unfiltered', async (desk) => {
    const customer = await desk.customer()
    const { id } = await desk.paid(customer)
    const { id: elsewhere } = await desk.paid(customer, 'prd-5')
    const seenBy = async (person: typeof customer): Promise<readonly string[]> =>
      (await person.get('/invoices')).body.invoices.map(({ orderId }) => orderId)
    assert.deepEqual(await seenBy(customer), [id, elsewhere])
    const ofShop = await seenBy(desk.as('clara'))
    assert.ok(ofShop.includes(id))
    assert.ok(!ofShop.includes(elsewhere))
  }))

test('an approval that the API lets outlive a change is worth nothing, and that the API does so is on record', () =>
  behindGuard('refund-changed', async (desk, journal) => {
    const customer = await desk.customer()
    const { id } = await desk.refund(customer, 11_000)
    await desk.as('mona').post(`/refunds/${id}/approve`)
    const { body } = await desk.as('clara').patch(`/refunds/${id}`, { amount: 15_900 })
    assert.equal(body.status, 'approved', 'the guard cannot keep the API from that')
    const outcome = journal.events.findLast((event) => event.kind === 'outcome')
    const says = `astray: the refund ${id} is approved, and as the call was allowed it can only be requested`
    assert.deepEqual(outcome?.astray, { says, object: { type: 'refund', key: id, state: 'approved' } })
    assert.equal((await desk.as('clara').post(`/refunds/${id}/execute`)).http, 403)
    assert.equal((await customer.get('/me')).body.credit, 0)
  }))
