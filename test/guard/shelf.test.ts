// Whose a shelf is: what a run of one person noted vouches for nothing in the runs of somebody else with the same id.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call, Principal } from '../../src/charter/charter.ts'
import { Shelves } from '../../src/guard/shelves.ts'
import type { Labelled } from '../../src/session/provenance/memory.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'

const ann: Principal = { id: 'ann', kind: 'user', tenant: 'north' }
const callFor = (person: Principal): Call => ({
  operation: 'desk.note',
  principal: { id: 'bot', kind: 'agent', chain: [person] },
  request: {},
  at: 0,
})

test('a shelf is of one person of one tenant and kind', async () => {
  const store = openSqliteStore(':memory:')
  try {
    const shelves = new Shelves({ store, now: () => 1 })
    const kept: readonly Labelled[] = [{ value: 'DE89370400440532013000', origins: [{ trust: 'prompt', how: 'same' }] }]
    await shelves.keep(callFor(ann), 'desk', { kept, noted: [] })
    const found = async (person: Principal): Promise<number> =>
      (await shelves.keptIn(callFor(person), 'desk')).kept.length
    const { kind: _, ...unsaid } = ann
    assert.deepEqual(
      await Promise.all([ann, unsaid, { ...ann, tenant: 'south' }, { ...ann, kind: 'partner' as const }].map(found)),
      [1, 1, 0, 0],
    )
  } finally {
    await store.close()
  }
})
