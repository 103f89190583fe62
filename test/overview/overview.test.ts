// The overview: what the ledger adds up to, found again after everything that can happen to either.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { EntryDraft } from '../../src/ledger/entry.ts'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import { type OpenOverview, openOverview } from '../../src/overview/overview.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-overview-'))
after(() => rmSync(folder, { recursive: true }))
const failures: string[] = []
after(() => assert.deepEqual(failures, []))
let names = 0
const at = Date.parse('2026-11-22T10:00:00Z')
const minute = 60_000

interface Stage {
  readonly ledger: Ledger
  readonly open: () => OpenOverview
  readonly file: string
}

async function stage(): Promise<Stage> {
  names += 1
  const home = join(folder, String(names))
  const storage = { type: 'sqlite', file: join(home, 'ledger.db'), keys: join(home, 'keys.db') } as const
  const ledger = await openLedger({
    storage,
    signingKey: join(home, 'key'),
    origin: 'test',
    node: 'a',
    version: '1',
    now: () => at,
  })
  const file = join(home, 'overview.db')
  return {
    ledger,
    file,
    open: () => openOverview({ file, storage, ledger: ledger.publicKey }, (why) => failures.push(why)),
  }
}

async function reach(overview: OpenOverview, size: number): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if ((await overview.reached()).size >= size) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail('the overview does not come that far')
}

const decision = (
  call: string,
  minutes: number,
  members: Partial<Extract<EntryDraft, { kind: 'decision' }>> = {},
): EntryDraft => ({
  kind: 'decision',
  at: at + minutes * minute,
  call,
  operation: 'shop.pay',
  use: 'order.pay',
  principal: { id: 'ann', kind: 'user', tenant: 'north' },
  effect: 'allow',
  reasons: [],
  charter: { name: 'shop', digest: 'd' },
  mode: 'enforce',
  reserved: true,
  objects: [{ type: 'order', key: '7' }],
  ...members,
})
const outcome = (call: string, minutes: number): EntryDraft => ({
  kind: 'outcome',
  at: at + minutes * minute,
  call,
  operation: 'shop.pay',
  outcome: 'effective',
})
/** Beside it, another that it only names: that one's state is not asked for. */
const inState = (state: string): Pick<Extract<EntryDraft, { kind: 'decision' }>, 'objects'> => ({
  objects: [
    { type: 'customer', key: '1', state: 'gone' },
    { type: 'order', key: '7', state },
  ],
})
const bot = { id: 'bot', kind: 'agent', actsFor: ['ann'] }
const broken = [{ constraint: 'order.pay.from', says: 'it must be placed' }]

test('entries are found by what they are about, calls without a run are joined until there is silence', async () => {
  const { ledger, open } = await stage()
  const drafts = [
    decision('c1', 0),
    outcome('c1', 0),
    decision('c2', 10, { effect: 'deny', reasons: broken, objects: [{ type: 'order', key: '8' }] }),
    decision('c3', 55),
    decision('c4', 56, { principal: bot, run: 'r1', workflow: 'refunds', operation: 'desk.refund', effect: 'ask' }),
    outcome('c4', 57),
  ]
  for (const draft of drafts) await ledger.append(draft)
  const overview = open()
  await reach(overview, 7)
  const calls = async (query: Parameters<OpenOverview['entries']>[0]): Promise<unknown[]> =>
    (await overview.entries(query)).entries.map(({ call, kind }) => `${kind} ${call}`)
  assert.deepEqual(await calls({ kind: 'decision', effect: 'deny' }), ['decision c2'])
  assert.deepEqual(await calls({ object: 'order/8' }), ['decision c2'])
  assert.deepEqual(await calls({ run: 'r1' }), ['outcome c4', 'decision c4'])
  assert.deepEqual(await calls({ person: 'ann', order: 'oldest' }), ['decision c4'])
  assert.deepEqual(await calls({ any: 'order/7', order: 'oldest', limit: 2 }), ['decision c1', 'decision c3'])
  assert.deepEqual(await calls({ any: 'order.pay.from' }), ['decision c2'])
  assert.deepEqual(await calls({ from: at + 50 * minute, to: at + 56 * minute }), ['decision c3'])
  const { entries, next } = await overview.entries({ limit: 3 })
  assert.equal(entries.length, 3)
  assert.deepEqual(await calls({ limit: 3, ...(next === undefined ? {} : { past: next }) }), [
    'decision c2',
    'outcome c1',
    'decision c1',
  ])
  const sessions = await overview.sessions({})
  assert.deepEqual(
    sessions.map(({ id, calls, refused, asked, person }) => [id, calls, refused, asked, person ?? '']),
    [
      ['r1', 1, 0, 1, 'ann'],
      ['s4', 1, 0, 0, ''],
      ['s1', 2, 1, 0, ''],
    ],
  )
  assert.deepEqual(await calls({ session: 's1', order: 'oldest' }), ['decision c1', 'outcome c1', 'decision c2'])
  await overview.close()
  await ledger.close()
})

test('however questions are put together, what is rare is found; sessions by what is in them, page by page', async () => {
  const { ledger, open } = await stage()
  const sub = { id: 'sub', kind: 'agent', actsFor: ['bot', 'ann'] }
  const drafts = [
    decision('c1', 0),
    // It goes on as long as an answer came in between.
    outcome('c1', 20),
    decision('c2', 45, { effect: 'deny', reasons: broken }),
    decision('c3', 46, { principal: bot, run: 'r1', workflow: 'refunds', objects: [{ type: 'order', key: '9' }] }),
    decision('c4', 47, { principal: sub, run: 'r1', workflow: 'refunds', effect: 'deny', reasons: broken }),
    decision('c5', 48, { principal: { id: 'eve', kind: 'user' }, operation: 'shop.list' }),
  ]
  for (const draft of drafts) await ledger.append(draft)
  const overview = open()
  await reach(overview, 7)
  const calls = async (query: Parameters<OpenOverview['entries']>[0]): Promise<unknown[]> =>
    (await overview.entries(query)).entries.map(({ call }) => call)
  assert.deepEqual(await calls({ effect: 'deny' }), ['c4', 'c2'])
  assert.deepEqual(await calls({ principal: 'ann', effect: 'deny' }), ['c2'])
  assert.deepEqual(await calls({ workflow: 'refunds', kind: 'decision', effect: 'deny', tenant: 'south' }), [])
  assert.deepEqual(await calls({ any: 'shop.pay', effect: 'deny', order: 'oldest' }), ['c2', 'c4'])
  assert.deepEqual(await calls({ any: 'order/9', kind: 'decision' }), ['c3'])
  assert.deepEqual(await calls({ any: 'order/9', kind: 'outcome' }), [])
  assert.deepEqual(await calls({ run: 'r1', effect: 'allow' }), ['c3'])
  assert.deepEqual((await overview.entries({ call: 'c4' })).entries[0]?.through, ['bot'])
  const ids = async (query: Parameters<OpenOverview['sessions']>[0]): Promise<unknown[]> =>
    (await overview.sessions(query)).map(({ id }) => id)
  assert.deepEqual(await ids({}), ['s6', 'r1', 's1'])
  assert.deepEqual(await ids({ refused: true }), ['r1', 's1'])
  assert.deepEqual(await ids({ any: 'order/9' }), ['r1'])
  assert.deepEqual(await ids({ any: 'shop.list' }), ['s6'])
  assert.deepEqual(await ids({ from: at + 48 * minute }), ['s6'])
  assert.deepEqual(await ids({ to: at + minute }), ['s1'])
  const [first] = await overview.sessions({ limit: 1 })
  assert.deepEqual(await ids({ limit: 1, before: first?.last, past: first?.id }), ['r1'])
  assert.equal((await overview.session('s1'))?.calls, 2)
  assert.equal(await overview.session('s2'), undefined)
  await overview.close()
  await ledger.close()
})

test('counts and tallies add up, in spans of time', async () => {
  const { ledger, open } = await stage()
  for (let n = 0; n < 30; n += 1)
    await ledger.append(
      decision(`c${n}`, n, n % 3 === 0 ? { effect: 'deny', reasons: broken, ...inState('paid') } : {}),
    )
  const astray = { type: 'order', key: '7', state: 'refunded' }
  await ledger.append({ ...outcome('c1', 29), astray, why: 'astray: it is refunded' } as EntryDraft)
  const overview = open()
  await reach(overview, 32)
  const counts = await overview.counts({
    from: at,
    to: at + 30 * minute,
    stepMs: 10 * minute,
    kind: 'decision',
    by: ['effect'],
  })
  assert.deepEqual(
    counts.map((each) => [(each.at - at) / minute, each.effect, each.n]),
    [
      [0, 'allow', 6],
      [0, 'deny', 4],
      [10, 'allow', 7],
      [10, 'deny', 3],
      [20, 'allow', 7],
      [20, 'deny', 3],
    ],
  )
  const [allowed, denied] = await overview.tallies('operation', 'shop.pay')
  assert.deepEqual([allowed?.n, denied?.n, denied?.last], [20, 10, at + 27 * minute])
  assert.deepEqual(
    (await overview.tallies('constraint')).map(({ name, n }) => [name, n]),
    [
      ['astray', 1],
      ['order.pay.from', 10],
    ],
  )
  const span = { from: at, to: at + 30 * minute, kind: 'decision' }
  assert.deepEqual(
    (await overview.counts({ ...span, by: ['use', 'effect', 'state'] })).map((each) => [
      each.effect,
      each.state,
      each.n,
    ]),
    [
      ['allow', '', 20],
      ['deny', 'paid', 10],
    ],
  )
  const { entries } = await overview.entries({ use: 'order.pay', effect: 'deny', state: 'paid', limit: 1 })
  assert.deepEqual([entries[0]?.call, entries[0]?.state], ['c27', 'paid'])
  const [led] = (await overview.entries({ rule: 'astray' })).entries
  assert.deepEqual([led?.call, led?.state, led?.objects], ['c1', 'refunded', ['order/7']])
  await overview.close()
  await ledger.close()
})

test('news come as the ledger grows; what is dropped there is dropped here; the file may be lost', async () => {
  const { ledger, open, file } = await stage()
  const overview = open()
  const heard: string[] = []
  overview.watch(({ entries }) => heard.push(...entries.map(({ call, kind }) => call ?? kind)))
  await ledger.append(decision('c1', 0))
  await ledger.append(decision('c2', 1))
  await reach(overview, 3)
  assert.deepEqual(heard, ['start', 'c1', 'c2'])
  await ledger.checkpoint()
  await ledger.prune(at + minute, { id: 'op' })
  await reach(overview, 4)
  for (let tries = 0; (await overview.entries({ call: 'c1' })).entries.length > 0; tries += 1) assert.ok(tries < 100)
  assert.equal((await overview.entries({ call: 'c2' })).entries.length, 1)
  await overview.close()
  assert.equal(statSync(file).mode & 0o077, 0)
  rmSync(file)
  const again = open()
  await reach(again, 4)
  assert.deepEqual(
    (await again.entries({ kind: 'decision' })).entries.map(({ call }) => call),
    ['c2'],
  )
  await again.close()
  await ledger.close()
})
