// What secrets may be used for against what they were used for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { VaultError } from '../../src/vault/error.ts'
import type { Head } from '../../src/vault/head.ts'
import type { BrokenSecret, OpenSecret } from '../../src/vault/opened.ts'
import { reportOn, type SecretReport } from '../../src/vault/report.ts'
import { covers, printScope } from '../../src/vault/scope.ts'
import type { UseCount } from '../../src/vault/store.ts'
import { scope } from './bench.ts'

const day = 24 * 60 * 60 * 1000
const now = Date.parse('2026-11-21T08:00:00Z')
const limits = { unusedMs: 30 * day, longLivedMs: 90 * day }
const rows = { head: { name: 'a', revision: 1, detail: '', seal: '' }, versions: [] }

function secret(scopes: readonly string[], daysOld = 1, more: Partial<Head> = {}): OpenSecret {
  const moment = { at: now - daysOld * day, by: 'olga' }
  const head: Head = {
    made: moment,
    changed: moment,
    current: 1,
    versions: [{ version: 1, ...moment }],
    scopes: scopes.map(scope),
    placeholder: 'p',
    ...more,
  }
  return { name: 'a', revision: 1, head, key: Buffer.alloc(32), versions: [], rows }
}

const use = (text: string, daysAgo = 0, count = 1): UseCount => {
  const [, operation = '', workflow = '', agent = ''] = /^(\S+)(?: in (\S+))?(?: by (\S+))?$/.exec(text) ?? []
  return { name: 'a', version: 1, operation, workflow, agent, count, last: now - daysAgo * day }
}
const reportOf = (one: OpenSecret | BrokenSecret, uses: readonly UseCount[]): SecretReport => {
  const [report] = reportOn(new Map([['a', one]]), uses, limits, now)
  assert.ok(report !== undefined)
  return report
}

const place = 'as header:X'
const cases: readonly (readonly [
  name: string,
  secret: OpenSecret,
  uses: readonly UseCount[],
  remarks: readonly string[],
  least?: readonly string[],
])[] = [
  ['used as granted', secret([`desk.get ${place}`]), [use('desk.get')], []],
  ['new, and not used yet', secret([`desk.get ${place}`]), [], []],
  ['never used', secret([`desk.get ${place}`], 40), [], ['unused']],
  ['not used for long', secret([`desk.get ${place}`], 60), [use('desk.get', 31)], ['unused']],
  [
    'one scope not used',
    secret([`desk.get ${place}`, `desk.list ${place}`], 40),
    [use('desk.get')],
    ['unused-scope'],
    [`desk.get ${place}`],
  ],
  [
    'a new scope not used yet',
    secret([`desk.get ${place}`, `desk.list ${place}`], 2),
    [use('desk.get')],
    [],
    [`desk.get ${place}`],
  ],
  [
    'broader than used',
    secret([`desk.* ${place}`]),
    [use('desk.get'), use('desk.list', 2, 5)],
    ['broader'],
    [`desk.get ${place}`, `desk.list ${place}`],
  ],
  ['used as a whole', secret([`desk.* ${place}`]), [use('desk.*')], []],
  [
    'shared by workflows',
    secret([`desk.get ${place}`]),
    [use('desk.get in sales'), use('desk.get in refunds')],
    ['shared'],
    [`desk.get in sales ${place}`, `desk.get in refunds ${place}`],
  ],
  [
    'shared by agents',
    secret([`desk.get in s by x ${place}`, `desk.get in s by y ${place}`]),
    [use('desk.get in s by x'), use('desk.get in s by y')],
    ['shared'],
  ],
  ['not rotated for long', secret([`desk.get ${place}`], 91), [use('desk.get')], ['long-lived']],
  [
    'kept elsewhere, and rotated there',
    secret([`desk.get ${place}`], 91, { from: { vault: 'bao', engine: 'kv', path: 'kv/a', field: 'key' } }),
    [use('desk.get')],
    [],
  ],
  ['for nothing', secret([], 1), [], ['no-scope']],
  [
    'disabled',
    secret([`desk.get ${place}`], 1, { disabled: { at: now, by: 'olga', why: 'leaked' } }),
    [],
    ['disabled'],
  ],
]
for (const [name, one, uses, remarks, least] of cases)
  test(`reported: ${name}`, () => {
    const report = reportOf(one, uses)
    assert.deepEqual(
      report.remarks.map(({ code }) => code),
      remarks,
    )
    assert.deepEqual(
      report.least?.scopes.map(printScope),
      least?.map((text) => printScope(scope(text))),
    )
    assert.equal(
      report.count,
      uses.reduce((sum, { count }) => sum + count, 0),
    )
  })

test('a broken one is told by what is wrong, and nothing is proposed for it', () => {
  const { head } = secret([`desk.* ${place}`])
  const problem = new VaultError('altered', 'it was altered')
  const report = reportOf({ name: 'a', revision: 1, problem, claims: head, rows }, [use('desk.get')])
  assert.deepEqual([report.remarks, report.least], [[{ code: 'broken', says: 'it was altered' }], undefined])
})

test('the least allows all that was used, and nothing that was not granted', () => {
  const operation = fc.constantFrom('desk.get', 'desk.list', 'desk.send', 'mail.send')
  const glob = fc.constantFrom('desk.*', '*', 'desk.get', 'mail.*', '*.send')
  const anyScope = fc
    .tuple(glob, fc.constantFrom('', ' in s'), fc.constantFrom('', ' by x'))
    .map((parts) => scope(`${parts.join('')} ${place}`))
  const anyUse = fc
    .tuple(operation, fc.constantFrom('', ' in s', ' in t'), fc.constantFrom('', ' by x'))
    .map((parts) => use(parts.join('')))
  fc.assert(
    fc.property(fc.array(anyScope, { maxLength: 3 }), fc.array(anyUse, { maxLength: 5 }), (scopes, uses) => {
      const report = reportOf({ ...secret([]), head: { ...secret([]).head, scopes } }, uses)
      const next = report.least?.scopes ?? scopes
      for (const { operation: used, workflow, agent } of uses) {
        const asking = {
          source: used.split('.')[0] ?? '',
          operation: used,
          ...(workflow === '' ? {} : { workflow }),
          ...(agent === '' ? {} : { agent }),
        }
        const may = (some: typeof scopes): boolean => some.some((each) => covers(each, asking))
        assert.equal(may([...next]), may(scopes), JSON.stringify({ asking, scopes, next }))
      }
    }),
  )
})
