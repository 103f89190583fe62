// Findings where they broke what is drawn, told by the API, of a shop with real flaws; where a state was written directly, of the bank.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { loadBank } from '../../examples/products.ts'
import type { Endpoints } from '../../src/api/endpoints.ts'
import { brokenPlace } from '../../src/explain/broken.ts'
import { lifecyclesOf } from '../../src/explain/lifecycle.ts'
import { movedIn } from '../../src/prove/report/moved.ts'
import { openProvenShop } from '../console/proven-shop.ts'
import { signedIn } from './signed-in.ts'

type Pins = z.output<Endpoints['GET /api/lifecycles/{object}/traffic']['answer']>['pins']

/** Each in a line: how bad, where, and whether a line of its own is drawn for it. */
function told(pins: Pins): readonly string[] {
  return pins.map(({ severity, state, use, place, line }) => {
    const where = Object.entries(place).map(([, value]) => value)
    return [state, severity, use, ...where, ...(line === undefined ? [] : ['drawn'])].join(' ')
  })
}

test('a state that was written directly is where it went, in the words of the charter', async () => {
  const { charter } = await loadBank()
  const changes = [{ label: 'transfer', pointer: '/status', before: 'draft', after: 'rejected' }]
  const written = { use: 'transfer.edit', tactic: { kind: 'write-field', field: 'status' } } as const
  const moved = movedIn(charter, { case: written, changes })
  assert.deepEqual(moved, { from: 'draft', to: 'rejected' })
  const lifecycle = lifecyclesOf(charter).find(({ object }) => object === 'transfer')
  assert.ok(lifecycle)
  assert.deepEqual(brokenPlace(charter, lifecycle, { use: 'transfer.edit', ...moved }), {
    kind: 'unintended',
    ...moved,
  })
})

test('findings of the shop stand where they broke the lifecycle, and at the steps of its workflow', async () => {
  const shown = await openProvenShop()
  try {
    const { read } = await signedIn(await shown.link())
    const order = await read('/api/lifecycles/order/traffic', ({ pins }) => pins.length === 3)
    assert.deepEqual(told(order.pins).toSorted(), [
      'open high order.cancel unintended packed cancelled drawn',
      'open high order.pay state paid',
      'open high shop.getOrder object',
    ])
    const selling = await read('/api/workflows/selling/traffic')
    assert.deepEqual(
      selling.pins
        .map(({ place }: { place: unknown }) => place)
        .toSorted((a: { operation: string }) => (a.operation === 'shop.cancelOrder' ? -1 : 1)),
      [
        { kind: 'step', operation: 'shop.cancelOrder' },
        { kind: 'step', operation: 'shop.payOrder' },
      ],
    )
  } finally {
    await shown.close()
  }
})
