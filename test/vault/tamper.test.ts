// Whoever may write to the store, and has not the master key, can take secrets away and cannot do anything else with them.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { VaultError } from '../../src/vault/error.ts'
import { masterKeyBehind } from '../../src/vault/master-command.ts'
import { type MasterKey, masterKeyIn, masterKeyOf } from '../../src/vault/master-key.ts'
import { openVersion, sealVersion } from '../../src/vault/seal.ts'
import type { StoredHead, StoredVersion, VaultRows } from '../../src/vault/store.ts'
import { type Bench, newMasters, openBench, scope } from './bench.ts'

const value = 'sk-planted-0123456789'
const newer = 'sk-planted-9876543210'
const scopes = [scope('shop.pay as header:Authorization=Bearer {}')]
const asking = { source: 'shop', operation: 'shop.pay', call: 'c1' }

let bench: Bench
before(async () => {
  bench = await openBench()
  await bench.keeper().set('stripe', { value, scopes }, 'olga')
  await bench.keeper().set('mail', { value: `${value}-mail`, scopes: [scope('mail.send as header:X-Key')] }, 'olga')
})
after(() => bench.close())

interface Row {
  head: StoredHead
  versions: readonly StoredVersion[]
}

const rowOf = (rows: VaultRows, name: string): Row => {
  const head = rows.heads.find((each) => each.name === name)
  assert.ok(head !== undefined)
  return { head, versions: rows.versions.filter((each) => each.name === name) }
}
const editSealed = ({ head, versions }: Row, edit: (sealed: Record<string, string>) => object): Row => ({
  head,
  versions: versions.map((each) => ({
    ...each,
    detail: JSON.stringify({ ...JSON.parse(each.detail), ...edit(JSON.parse(each.detail)) }),
  })),
})
const editHead = ({ head, versions }: Row, edit: (detail: string) => string): Row => ({
  head: { ...head, detail: edit(head.detail) },
  versions,
})
const flip = (base64 = ''): string => {
  const bytes = Buffer.from(base64, 'base64')
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
  return bytes.toString('base64')
}

const attacks: readonly (readonly [name: string, attack: (row: Row, other: Row) => Row])[] = [
  ['one bit of the value', (row) => editSealed(row, ({ data }) => ({ data: flip(data) }))],
  ['one bit of its key', (row) => editSealed(row, ({ wrapped }) => ({ wrapped: flip(wrapped) }))],
  ['a value that is cut', (row) => editSealed(row, ({ data = '' }) => ({ data: data.slice(0, 20) }))],
  ['a value that is gone', (row) => ({ ...row, versions: [] })],
  ['a row that is no JSON', (row) => ({ ...row, versions: row.versions.map((each) => ({ ...each, detail: '{' })) })],
  ['the rows of another secret', (row, other) => ({ ...row, versions: other.versions })],
  [
    'the head of another secret',
    (row, other) => ({ head: { ...other.head, name: row.head.name }, versions: row.versions }),
  ],
  [
    'all of another secret',
    (row, other) => ({ head: { ...other.head, name: row.head.name }, versions: other.versions }),
  ],
  ['a wider scope', (row) => editHead(row, (text) => text.replace('"shop.pay"', '"shop.*"'))],
  ['another place', (row) => editHead(row, (text) => text.replace('"Authorization"', '"X-Echo"'))],
  ['a head that is no JSON', (row) => editHead(row, () => '{')],
  ['a seal that is gone', (row) => ({ ...row, head: { ...row.head, seal: '' } })],
  ['a higher revision', (row) => ({ ...row, head: { ...row.head, revision: row.head.revision + 1 } })],
]

for (const [name, attack] of attacks)
  test(`refused: ${name}`, async () => {
    const injector = await bench.injector()
    const rows = await bench.store.read()
    const [row, other] = [rowOf(rows, 'stripe'), rowOf(rows, 'mail')]
    const attacked = attack(row, other)
    await bench.store.replace(row.head.revision, attacked.head, attacked.versions)
    try {
      const fresh = await bench.injector()
      const problem = (await bench.keeper().all()).get('stripe')
      assert.ok(problem !== undefined && 'problem' in problem)
      assert.equal(problem.problem.code, 'altered')
      for (const each of [injector, fresh]) {
        const given = await each.inject(asking, { headers: [] }).catch((error: VaultError) => error.code)
        // What nobody can read belongs nowhere; otherwise the call that wants it is refused.
        const isNowhere = typeof given !== 'string' && given.headers.length === 0
        assert.ok(given === 'altered' || isNowhere, JSON.stringify(given))
      }
      const sent = await fresh
        .inject({ source: 'mail', operation: 'mail.send' }, {})
        .catch((error: VaultError) => error)
      // Where two claim one place, neither is given.
      if (attacked.head.detail === other.head.detail) assert.ok('code' in sent && sent.code === 'ambiguous')
      else assert.ok('headers' in sent && sent.headers[1] === `${value}-mail`)
    } finally {
      const { head } = attacked
      assert.equal(await bench.store.replace(head.revision, row.head, row.versions), true)
    }
    assert.deepEqual((await (await bench.injector()).inject(asking, {})).headers, ['Authorization', `Bearer ${value}`])
  })

test('refused: a store that was put back, by every node, also one that starts later', async () => {
  const keeper = bench.keeper()
  const running = await bench.injector()
  const before = rowOf(await bench.store.read(), 'stripe')
  assert.equal(await keeper.rotate('stripe', newer, 0, 'olga'), 2)
  const after = rowOf(await bench.store.read(), 'stripe')
  assert.deepEqual((await running.inject(asking, {})).headers, ['Authorization', `Bearer ${newer}`])
  await bench.store.replace(after.head.revision, before.head, before.versions)
  for (const injector of [running, await bench.injector()])
    await assert.rejects(injector.inject(asking, {}), { code: 'replayed', secret: 'stripe' })
  await assert.rejects(keeper.rotate('stripe', value, 0, 'olga'), { code: 'replayed' })
  // The way back: set it again. The record goes on from where it was.
  assert.equal(await keeper.set('stripe', { value, scopes }, 'olga'), 2)
  assert.deepEqual((await (await bench.injector()).inject(asking, {})).headers, ['Authorization', `Bearer ${value}`])
})

test('refused: what was deleted and is put back', async () => {
  const keeper = bench.keeper()
  await keeper.set('gone', { value: 'gone-gone-gone', scopes: [scope('gone.a as header:X')] }, 'olga')
  const kept = rowOf(await bench.store.read(), 'gone')
  await keeper.remove('gone', 'olga')
  assert.equal((await keeper.all()).has('gone'), false)
  assert.deepEqual(rowOf(await bench.store.read(), 'gone').versions, [])
  await bench.store.replace(2, kept.head, kept.versions)
  const injector = await bench.injector()
  await assert.rejects(injector.inject({ source: 'gone', operation: 'gone.a' }, {}), { code: 'replayed' })
  await keeper.remove('gone', 'olga')
})

test('a change that the store did not take is taken back on the record', async () => {
  const keeper = bench.keeper()
  const { replace } = bench.store
  bench.store.replace = () => Promise.reject(new Error('disk full'))
  await assert.rejects(keeper.rotate('mail', newer, 0, 'olga'), /disk full/)
  bench.store.replace = async () => false
  await assert.rejects(keeper.rotate('mail', newer, 0, 'olga'), { code: 'conflict' })
  bench.store.replace = replace
  const [last] = (await bench.recorded()).slice(-1)
  assert.deepEqual([last?.kind, last !== undefined && 'effect' in last && last.effect], ['secret', 'not-done'])
  const injector = await bench.injector()
  assert.equal((await injector.inject({ source: 'mail', operation: 'mail.send' }, {})).headers[1], `${value}-mail`)
})

test('another master key opens nothing, and says so', async () => {
  await assert.rejects(bench.injector({ masters: newMasters() }), (error: VaultError) => {
    assert.equal(error.code, 'master-key')
    assert.match(error.message, /was sealed with the master key k-[0-9a-f]{16}, and this one is k-[0-9a-f]{16}/)
    return true
  })
})

test('a new master key wraps everything anew; then the old one is not needed', async () => {
  const fresh = await openBench()
  try {
    const old = newMasters()
    await fresh.keeper(old).set('stripe', { value, scopes }, 'olga')
    const next = newMasters(old)
    const sealedBefore = JSON.parse((await fresh.store.read()).versions[0]?.detail ?? '{}')
    assert.equal(await fresh.keeper(next).rekey('olga'), 1)
    assert.equal(await fresh.keeper(next).rekey('olga'), 0)
    const sealed = JSON.parse((await fresh.store.read()).versions[0]?.detail ?? '{}')
    assert.equal(sealed.data, sealedBefore.data)
    assert.equal(sealed.master, next.current.id)
    const alone = await fresh.injector({ masters: { current: next.current, previous: [] } })
    assert.deepEqual((await alone.inject(asking, {})).headers, ['Authorization', `Bearer ${value}`])
    await assert.rejects(fresh.injector({ masters: old }), { code: 'master-key' })
  } finally {
    await fresh.close()
  }
})

test('the file of a master key is made once, and must be private', () => {
  const file = join(bench.folder, 'keys', 'master.key')
  assert.throws(() => masterKeyIn(file, () => false), { code: 'master-key' })
  assert.equal(existsSync(file), false)
  const made = masterKeyIn(file, () => true)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(masterKeyIn(file, () => false).id, made.id)
  chmodSync(file, 0o640)
  assert.throws(() => masterKeyIn(file, () => false), /can be read by others: chmod 600/)
  chmodSync(file, 0o600)
  writeFileSync(file, 'too short')
  assert.throws(() => masterKeyIn(file, () => false), { code: 'master-key' })
  const hex = Buffer.alloc(32, 7).toString('hex')
  assert.equal(masterKeyOf(hex).id, masterKeyOf(` ${Buffer.alloc(32, 7).toString('base64')}\n`).id)
  for (const wrong of ['', 'x'.repeat(44), hex.slice(2)])
    assert.throws(() => masterKeyOf(wrong), { code: 'master-key' })
})

const kms = `
let text = ''
process.stdin.on('data', (chunk) => (text += chunk)).on('end', () => {
  const { do: what, key, wrapped, context } = JSON.parse(text)
  const mark = 'kms:' + context.secret + '#' + context.version + ':'
  require('fs').appendFileSync('kms.log', what + ' ' + mark + (process.env.KMS_TOKEN ?? 'none') + '\\n')
  console.error('secret on standard error', key)
  if (what === 'wrap') console.log(JSON.stringify({ wrapped: mark + [...key].reverse().join('') }))
  else if (wrapped.startsWith(mark)) console.log(JSON.stringify({ key: [...wrapped.slice(mark.length)].reverse().join('') }))
  else process.exit(3)
})`

test('a command wraps and unwraps, and is told for whom', async () => {
  const fresh = await openBench()
  try {
    const options = { id: 'kms-1', folder: fresh.folder, env: { KMS_TOKEN: 't' }, timeoutMs: 5000 }
    const current = masterKeyBehind({ ...options, command: [process.execPath, '-e', kms] })
    const keeper = fresh.keeper({ current, previous: [] })
    await keeper.set('stripe', { value, scopes }, 'olga')
    await keeper.set('mail', { value: newer, scopes: [] }, 'olga')
    const injector = await fresh.injector({ masters: { current, previous: [] } })
    assert.deepEqual((await injector.inject(asking, {})).headers, ['Authorization', `Bearer ${value}`])
    assert.match(readFileSync(join(fresh.folder, 'kms.log'), 'utf8'), /^wrap kms:stripe#1:t\n/)
    await assert.rejects(current.unwrap('kms:other#1:x', { secret: 'stripe', version: 1 }), {
      code: 'unavailable',
      message: 'the command of the master key `kms-1` failed: it ended with 3',
    })
    const cases: readonly (readonly [readonly [string, ...string[]], RegExp])[] = [
      [['/nowhere/kms'], /ENOENT/],
      [[process.execPath, '-e', 'setTimeout(() => {}, 9e4)'], /it was ended/],
      [[process.execPath, '-e', 'console.log("{}")'], /it gave no `wrapped`/],
      [[process.execPath, '-e', 'for (;;) process.stdout.write("x".repeat(9e4))'], /it was ended/],
    ]
    for (const [command, message] of cases)
      await assert.rejects(
        masterKeyBehind({ ...options, command, timeoutMs: 400 }).wrap(Buffer.alloc(32), { secret: 'a', version: 1 }),
        { code: 'unavailable', message },
      )
  } finally {
    await fresh.close()
  }
})

test('a value is bound to its name, version and scopes, also where the master key binds nothing', async () => {
  const careless: MasterKey = {
    id: 'careless',
    wrap: async (key) => key.toString('base64'),
    unwrap: async (wrapped) => Buffer.from(wrapped, 'base64'),
  }
  const masters = { current: careless, previous: [] }
  const binding = { secret: 'stripe', version: 2, scopes }
  const { sealed } = await sealVersion(masters, binding, value)
  const stored = { name: 'stripe', version: 2, detail: JSON.stringify(sealed) }
  assert.equal((await openVersion(masters, binding, stored)).value, value)
  const others = [
    { ...binding, secret: 'mail' },
    { ...binding, version: 1 },
    { ...binding, scopes: [] },
    { ...binding, scopes: [scope('shop.* as header:Authorization=Bearer {}')] },
  ]
  for (const other of others)
    await assert.rejects(openVersion(masters, other, stored), { code: 'altered', secret: other.secret })
})
