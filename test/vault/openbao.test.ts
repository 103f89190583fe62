// Values that another vault keeps: had when they are needed, used no longer than they last, given back at the end.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { VaultError } from '../../src/vault/error.ts'
import { makeOpenBao, type OpenBao } from '../../src/vault/external/openbao.ts'
import type { Login } from '../../src/vault/external/session.ts'
import type { Elsewhere } from '../../src/vault/head.ts'
import { makeKeeper } from '../../src/vault/keeper.ts'
import { openBench, scope } from './bench.ts'
import { type BaoServer, startBao } from './openbao-server.ts'

let bao: BaoServer
before(async () => {
  bao = await startBao('team/shop')
})
after(() => bao.close())
beforeEach(() => {
  bao.asked.length = 0
  bao.ttl = 3600
  bao.sealed = false
  bao.kv.set('shop/stripe', [
    { data: { key: 'kept-elsewhere-1', id: 'acct' }, deleted: false },
    { data: { key: 'kept-elsewhere-2', id: 'acct' }, deleted: false },
  ])
})

const approle: Login = { kind: 'approle', mount: 'approle', roleId: 'role-1', secretId: async () => 'secret-id-1' }
const open = (login: Login = approle, more: { cacheMs?: number; namespace?: string; url?: string } = {}): OpenBao => {
  const { cacheMs = 60_000, namespace = 'team/shop', url = bao.url } = more
  return makeOpenBao([{ server: { name: 'bao', url, namespace, timeoutMs: 2000 }, login, cacheMs }])
}
const stripe: Elsewhere = { vault: 'bao', engine: 'kv', path: 'kv/shop/stripe', field: 'key' }
const database: Elsewhere = { vault: 'bao', engine: 'lease', path: 'database/creds/shop', field: 'password' }

const logins: readonly (readonly [name: string, login: Login, path: string])[] = [
  ['AppRole', approle, 'POST auth/approle/login 200'],
  [
    'Kubernetes',
    { kind: 'kubernetes', mount: 'cluster', role: 'guard', jwt: async () => 'header.payload.signature' },
    'POST auth/cluster/login 200',
  ],
  ['a token', { kind: 'token', token: async () => 'given-token' }, 'GET auth/token/lookup-self 200'],
]
for (const [name, login, path] of logins)
  test(`signs in by ${name}, reads, and gives back what is its own`, async () => {
    const vault = open(login)
    assert.deepEqual(await vault.read(stripe), { value: 'kept-elsewhere-2', version: 2 })
    assert.deepEqual(await vault.read({ ...stripe, version: 1 }), { value: 'kept-elsewhere-1', version: 1 })
    assert.equal((await vault.read({ ...stripe, field: 'id' })).value, 'acct')
    await vault.close()
    const revoked = login.kind === 'token' ? [] : ['POST auth/token/revoke-self 204']
    assert.deepEqual(bao.asked, [
      path,
      'GET kv/data/shop/stripe 200',
      'GET kv/data/shop/stripe?version=1 200',
      ...revoked,
    ])
    assert.ok(bao.tokens.has('given-token'))
  })

test('a value is used from memory for its time, asked for once by all who need it, then read again', async () => {
  const vault = open(approle, { cacheMs: 80 })
  const both = await Promise.all([vault.read(stripe), vault.read(stripe), vault.read(stripe)])
  assert.deepEqual(
    both.map(({ version }) => version),
    [2, 2, 2],
  )
  bao.kv.get('shop/stripe')?.push({ data: { key: 'kept-elsewhere-3' }, deleted: false })
  assert.equal((await vault.read(stripe)).version, 2)
  assert.deepEqual(bao.asked, ['POST auth/approle/login 200', 'GET kv/data/shop/stripe 200'])
  await delay(100)
  assert.deepEqual(await vault.read(stripe), { value: 'kept-elsewhere-3', version: 3 })
  await vault.close()
})

test('a token is renewed while it lasts, and had anew when it is over or was revoked', async () => {
  bao.ttl = 0.3
  const vault = open(approle, { cacheMs: 1 })
  await vault.read(stripe)
  await delay(220)
  await vault.read(stripe)
  await delay(320)
  await vault.read(stripe)
  for (const token of bao.tokens.keys()) if (token !== 'given-token') bao.revoke(token)
  await delay(5)
  await vault.read(stripe)
  assert.deepEqual(
    bao.asked.filter((line) => line.startsWith('POST') || line.endsWith('403')),
    [
      'POST auth/approle/login 200',
      'POST auth/token/renew-self 200',
      'POST auth/approle/login 200',
      'GET kv/data/shop/stripe 403',
      'POST auth/approle/login 200',
    ],
  )
  await vault.close()
})

test('a lease is renewed while it lasts, replaced when it is over, and revoked at the end', async () => {
  bao.ttl = 3600
  const vault = open()
  await vault.read(stripe)
  bao.ttl = 0.3
  const first = await vault.read(database)
  assert.match(first.value, /^dynamic-password-\d+$/)
  assert.deepEqual(await vault.read(database), first)
  await delay(220)
  assert.deepEqual(await vault.read(database), first)
  assert.ok(bao.asked.includes('POST sys/leases/renew 200'))
  await delay(350)
  const second = await vault.read(database)
  assert.notEqual(second.value, first.value)
  await vault.close()
  const [lease] = [...bao.leases.values()].slice(-1)
  assert.equal(lease?.revoked, true)
  assert.deepEqual(bao.asked.slice(-2), ['POST sys/leases/revoke 204', 'POST auth/token/revoke-self 204'])
})

test('nothing is used longer than it lasts: not from memory, and not with a server that is silent', async () => {
  bao.ttl = 0.3
  const vault = open(approle, { cacheMs: 60_000 })
  const { value } = await vault.read(stripe)
  const lease = await vault.read(database)
  assert.equal((await vault.read(stripe)).value, value)
  bao.sealed = true
  await delay(220)
  assert.deepEqual(await vault.read(database), lease, 'has time left')
  await delay(150)
  await assert.rejects(vault.read(stripe), { code: 'unavailable' })
  await assert.rejects(vault.read(database), { code: 'unavailable' })
  bao.sealed = false
  assert.equal((await vault.read(stripe)).value, value)
  await vault.close()
})

test('what is refused or wrong is said without anything that was sent or answered', async () => {
  const wrong: readonly (readonly [vault: OpenBao, from: Elsewhere, code: string])[] = [
    [open({ ...approle, secretId: async () => 'secret-id-2' }), stripe, 'refused'],
    [open({ kind: 'token', token: async () => 'stolen-token' }), stripe, 'refused'],
    [open(approle, { namespace: 'team/other' }), stripe, 'refused'],
    [open(approle, { url: 'http://127.0.0.1:1' }), stripe, 'unavailable'],
    [open(), { ...stripe, path: 'kv/shop/none' }, 'refused'],
    [open(), { ...stripe, path: 'secret/shop' }, 'refused'],
    [open(), { ...stripe, version: 9 }, 'refused'],
    [open(), { ...stripe, field: 'none' }, 'refused'],
    [open(), { ...stripe, field: '__proto__' }, 'refused'],
    [open(), { ...stripe, vault: 'other' }, 'unavailable'],
  ]
  for (const [vault, from, code] of wrong) {
    const error = await vault.read(from).then(
      () => undefined,
      (thrown: VaultError) => thrown,
    )
    assert.equal(error?.code, code, error?.message)
    assert.doesNotMatch(
      `${error.message} ${JSON.stringify(error)} ${error.stack}`,
      /secret-id|stolen-token|kept-elsewhere|s\.token/,
    )
    await vault.close()
  }
  bao.kv.set('shop/stripe', [{ data: { key: 'kept-elsewhere-1' }, deleted: true }])
  const vault = open()
  await assert.rejects(vault.read(stripe), { code: 'refused' })
  await vault.close()
})

test('is rotated there, by check-and-set, with what stands beside it', async () => {
  const vault = open()
  assert.equal(await vault.write(stripe, 'kept-elsewhere-3'), 3)
  assert.deepEqual(bao.kv.get('shop/stripe')?.at(-1)?.data, { key: 'kept-elsewhere-3', id: 'acct' })
  const writes = await Promise.allSettled([
    vault.write(stripe, 'kept-elsewhere-4'),
    open().write(stripe, 'kept-elsewhere-5'),
  ])
  const refused = writes.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))
  assert.ok(refused.length === 0 || (refused.length === 1 && refused[0] === 'conflict'))
  assert.equal(bao.kv.get('shop/stripe')?.length, refused.length === 0 ? 5 : 4)
  await vault.close()
})

test('is injected, counted, recorded and scrubbed like any other; rotation goes there', async () => {
  const bench = await openBench()
  const others = open(approle, { cacheMs: 1 })
  try {
    const keeper = makeKeeper({ ...bench.keeping(), write: others.write })
    await keeper.set(
      'stripe',
      { value: '', from: stripe, scopes: [scope('shop.pay as header:Authorization=Bearer {}')] },
      'olga',
    )
    const injector = await bench.injector({ others })
    const asking = { source: 'shop', operation: 'shop.pay' }
    const first = await injector.inject(asking, {})
    assert.deepEqual(
      [first.headers, first.used],
      [['Authorization', 'Bearer kept-elsewhere-2'], [{ name: 'stripe', version: 2 }]],
    )
    await keeper.rotate('stripe', 'kept-elsewhere-3', 0, 'olga')
    await delay(5)
    assert.deepEqual((await injector.inject(asking, {})).headers, ['Authorization', 'Bearer kept-elsewhere-3'])
    assert.equal(injector.scrubber().text('kept-elsewhere-2 kept-elsewhere-3'), '[secret stripe] [secret stripe]')
    bao.sealed = true
    await delay(5)
    await assert.rejects(injector.inject(asking, {}), { code: 'unavailable' })
    await assert.rejects(keeper.rotate('stripe', 'kept-elsewhere-4', 0, 'olga'), { code: 'unavailable' })
    await injector.close()
    const text = JSON.stringify(await bench.recorded())
    assert.doesNotMatch(text, /kept-elsewhere/)
    assert.match(text, /"effect":"not-done"/)
    assert.match(text, /"secrets":\["stripe#3"\]/)
  } finally {
    await bench.close()
  }
})
