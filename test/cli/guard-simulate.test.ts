// What another charter would have decided of calls that were really made, read from the ledger of a guard that ran.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { call, charterText, openTill, run, startGuard, type Till } from './guard-stage.ts'

let till: Till
before(async () => {
  till = await openTill()
  const guard = await startGuard(till.path('guard.yaml'))
  const ask = (as: string, line: string, amount: number): Promise<unknown> => call(guard.url, as, line, { amount })
  for (const amount of [500, 80, 20]) await ask('ann', 'POST /orders', amount)
  await ask('bob', 'POST /orders', 10)
  await ask('ann', 'POST /orders', -1)
  await ask('ann', 'POST /orders/o1/pay', 500)
  await ask('ann', 'POST /orders/o2/pay', 80)
  await ask('bob', 'POST /orders/o3/pay', 20)
  await ask('ann', 'POST /orders/o1/refund', 400)
  const on = ['--as', 'bea', '--roles', 'boss', '--guard', till.path('guard.yaml')]
  const [{ reference }] = JSON.parse((await run(['approve', '--json', ...on])).out)
  const { digest } = JSON.parse((await run(['approve', reference, '--json', ...on])).out)
  assert.equal((await run(['approve', reference, '--shown', digest, ...on])).code, 0)
  await ask('ann', 'POST /orders/o1/refund', 400)
  await call(guard.url, 'ann', 'GET /orders/o1')
  assert.equal(await guard.stop(), 0)
})
after(() => till.close())

interface Shift {
  readonly operation: string
  readonly before: string
  readonly after: string
  readonly count: number
  readonly reasons: readonly { readonly constraint: string }[]
}

async function simulate(
  charter: string,
  more: readonly string[] = [],
): Promise<{ code: number; shifts: string[]; untold: unknown; recorded: number; same: number }> {
  till.write('other.yaml', charter)
  const { code, out, error } = await run([
    'simulate',
    '--charter',
    till.path('other.yaml'),
    '--guard',
    till.path('guard.yaml'),
    '--json',
    ...more,
  ])
  assert.equal(error, '')
  const { shifts, untold, recorded, same } = JSON.parse(out)
  return {
    code,
    untold,
    recorded,
    same,
    shifts: shifts.map(
      (each: Shift) =>
        `${each.operation} ${each.before} → ${each.after} ${each.count} ${each.reasons.map(({ constraint }) => constraint).join()}`,
    ),
  }
}

test('the same charter decides the same', async () => {
  const { shifts, untold, recorded, same } = await simulate(charterText)
  assert.deepEqual([shifts, untold, recorded, same], [[], {}, 11, 11])
})

const changes: readonly [says: string, change: (text: string) => string, shifts: readonly string[]][] = [
  [
    'a rule that is tighter',
    (text) => text.replace('request.amount > 0', 'request.amount > 50'),
    ['api.open allow → deny 2 order.open.when'],
  ],
  [
    'a rule that is gone',
    (text) => text.replace(', when: request.amount > 0', ''),
    ['api.open deny → allow 1 order.open.when'],
  ],
  [
    'somebody else who may',
    (text) => text.replace('from: open, to: paid, by: owner', 'from: open, to: paid, by: [owner, user]'),
    ['api.pay deny → allow 1 order.pay.by'],
  ],
  ['an approval that is needed earlier', (text) => text.replace('request.amount > 100', 'request.amount > 0'), []],
  [
    'an approval that is needed later',
    (text) => text.replace('request.amount > 100', 'request.amount > 900'),
    ['api.refund ask → allow 1 order.refund.approval.large'],
  ],
  [
    'an approval by two',
    (text) => text.replace('by: boss, not', 'quorum: 2, by: boss, not'),
    ['api.refund allow → ask 1 order.refund.approval.large'],
  ],
  [
    'a count over earlier calls',
    (text) => `${text}rules:\n  - { rate: api.open, at-most: 2 per 1h, per: principal, name: pace }\n`,
    ['api.open allow → deny 1 rules.pace'],
  ],
  [
    'an order of steps',
    (text) => `${text}rules:\n  - { precedence: [api.refund, api.get], per: principal, name: steps }\n`,
    [],
  ],
  [
    'a sum over earlier calls',
    (text) =>
      `${text}rules:\n  - { limit: api.open, sum: request.amount, at-most: 550, per: principal, name: total }\n`,
    ['api.open allow → deny 2 rules.total'],
  ],
  [
    'what is only observed',
    (text) => `${text}workflows:\n  orders: { operations: [api.open, api.refund], mode: observe }\n`,
    ['api.open deny → allow 1 order.open.when', 'api.refund ask → allow 1 order.refund.approval.large'],
  ],
]
for (const [says, change, expected] of changes) {
  test(says, async () => {
    const { shifts, untold } = await simulate(change(charterText))
    assert.deepEqual([shifts, untold], [expected, {}])
  })
}

test('what cannot be told is said, and never counted as the same', async () => {
  const asks = charterText.replace(
    'refund: { on: api.refund',
    'refund: { on: api.refund, refs: { other: { object: order, key: $request.path.id, by: owner } }',
  )
  assert.deepEqual((await simulate(asks)).untold, {})
  const unknown = charterText
    .replace('- name: api', '- name: api')
    .replace(
      'open: { on: api.open,',
      'open: { on: api.open, refs: { earlier: { object: order, key: $request.body#/amount, by: owner } },',
    )
  const open = await simulate(unknown)
  assert.deepEqual([open.untold, open.shifts], [{ objects: 4 }, []])
  const exported = till.path('export.ndjson')
  await run(['ledger', 'export', till.path('guard.yaml'), '--out', exported])
  const blind = await simulate(charterText, ['--ledger', exported])
  assert.deepEqual([blind.untold, blind.same], [{ erased: 11 }, 0])
  const keys = till.path('.lockstep/guard/keys.db')
  assert.equal((await simulate(charterText, ['--ledger', exported, '--keys', keys])).same, 11)
  await run(['ledger', 'erase', 'bob', till.path('guard.yaml'), '--why', 'asked to'])
  const pace = (per: string): string =>
    `${charterText}rules:\n  - { rate: [api.open, api.pay], at-most: 9 per 1h, per: ${per}, name: pace }\n`
  // A call of bob's that counted cannot be read: what hangs on it is open, and nothing else.
  assert.deepEqual((await simulate(pace('tenant'))).untold, { erased: 2, history: 2 })
  assert.deepEqual((await simulate(pace('principal'))).untold, { erased: 2 })
})

test('ends with 2 when asked to', async () => {
  const looser = charterText.replace(', when: request.amount > 0', '')
  assert.equal((await simulate(looser, ['--fail-on', 'looser'])).code, 2)
  assert.equal((await simulate(looser, ['--fail-on', 'tighter'])).code, 0)
  const { out } = await run(['simulate', '--charter', till.path('other.yaml'), '--guard', till.path('guard.yaml')])
  assert.match(
    out,
    /would be allowed now\n {2}- `api\.open`: refused → allowed, once\n {6}no longer because .*\n {6}[0-9a-f-]{36} {2}20.* by ann {2}\{.*"amount":-1/,
  )
  assert.match(out, /11 recorded calls, 9 decided again, 8 the same\n2 cannot be told: their arguments were erased/)
})
