import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { FLAWS } from '../../examples/bank-payments/flaws.ts'
import {
  accountOf,
  approved,
  balanceOf,
  type Client,
  consent,
  draft,
  executed,
  id,
  items,
  me,
  open,
  order,
  submitted,
  transferSeen,
  twenty,
} from './bank-client.ts'
import { checked, OPERATIONS } from './bank-description.ts'

const seen = new Set<string>()
let client: Client

before(async () => {
  const plain = await open({ testHooks: true })
  const [send, must] = [checked(plain.send, seen), checked(plain.must, seen)]
  client = { ...plain, send, must }
})
beforeEach(async () => {
  const reset = await fetch(`${client.bank.url}/test/reset`, { method: 'POST' })
  assert.equal(reset.status, 204)
})
after(() => client.close())

test('a customer opens an account, a clerk funds it, and it is closed when empty', async () => {
  const account = id(await client.must('alice', 'POST /accounts', { label: 'holidays', currency: 'EUR' }))
  const close = `POST /accounts/${account}/close`
  const deposit = { amount: 12.34, currency: 'EUR' }
  assert.equal((await client.must('dana', `POST /accounts/${account}/deposits`, deposit)).body.balance, 12.34)
  assert.equal((await client.send('alice', close)).status, 422)
  assert.equal(
    (await client.must('alice', `PATCH /accounts/${account}`, { label: 'trips', balance: 5 })).body.balance,
    12.34,
  )
  const other = id(await client.must('alice', 'POST /accounts', { label: 'spare', currency: 'USD' }))
  assert.equal((await client.must('alice', `POST /accounts/${other}/close`)).body.status, 'closed')
  assert.equal((await client.send('alice', `POST /accounts/${other}/close`)).status, 409)
})

test('an account is frozen and unfrozen, and its limit set, by the staff', async () => {
  const account = await accountOf(client, 'alice')
  assert.equal((await client.must('dana', `POST /accounts/${account}/freeze`)).body.status, 'frozen')
  assert.equal((await client.send('alice', 'POST /transfers', await order(client, 'alice', 1))).status, 409)
  assert.equal((await client.send('dana', `POST /accounts/${account}/unfreeze`)).status, 403)
  assert.equal((await client.must('root', `POST /accounts/${account}/unfreeze`)).body.status, 'active')
  const limited = await client.must('root', `PUT /accounts/${account}/daily-limit`, { dailyLimit: 0.5 })
  assert.equal(typeof limited.body.riskScore, 'number')
  const transfer = await submitted(client, 'alice', 0.51)
  assert.equal((await client.send('alice', `POST /transfers/${transfer}/execute`)).body.code, 'daily-limit')
  assert.equal(items(await client.must('root', 'GET /customers')).length, 3)
})

test('a beneficiary is added, verified by its code, activated, used and removed', async () => {
  const added = await client.must('bob', 'POST /beneficiaries', { name: 'Garage', iban: 'DE89370400440532013000' })
  const [path, code] = [`/beneficiaries/${id(added)}`, added.body.confirmCode]
  const wish = { ...(await order(client, 'bob', 10)), beneficiaryId: id(added) }
  assert.equal((await client.send('bob', 'POST /transfers', wish)).status, 409)
  assert.equal((await client.send('bob', `POST ${path}/activate`)).status, 409)
  assert.equal((await client.send('bob', `POST ${path}/verify`, { code: 'guess' })).status, 422)
  assert.equal((await client.must('bob', `POST ${path}/verify`, { code })).body.status, 'verified')
  assert.equal((await client.must('bob', `POST ${path}/activate`)).body.status, 'active')
  assert.equal((await client.must('ann', `GET ${path}`)).body.confirmCode, undefined)
  const transfer = id(await client.must('bob', 'POST /transfers', wish))
  await client.must('bob', `POST /transfers/${transfer}/submit`)
  assert.equal((await client.must('bob', `DELETE ${path}`)).body.status, 'removed')
  assert.equal((await client.send('bob', `POST /transfers/${transfer}/execute`)).status, 409)
})

test('a small transfer executes without approvals, takes amount and fee, and shows in the statement', async () => {
  const transfer = await draft(client, 'alice', 20)
  await client.must('alice', `PATCH /transfers/${transfer}`, { amount: 1000, reference: 'rent', status: 'executed' })
  await client.must('alice', `POST /transfers/${transfer}/submit`)
  const done = await client.must('alice', `POST /transfers/${transfer}/execute`)
  assert.equal(done.body.status, 'executed')
  assert.equal(done.body.fee, 2)
  const entries = items(await client.must('alice', `GET /accounts/${done.body.fromAccountId}/statement`))
  assert.deepEqual(
    entries.map(({ kind, amount, balance }) => [kind, amount, balance]),
    [
      ['deposit', 8000, 8000],
      ['transfer', -1000, 7000],
      ['fee', -2, 6998],
    ],
  )
})

test('a large transfer executes after two foreign approvals', async () => {
  const transfer = await submitted(client, 'eve', 1000.01)
  const [approve, execute] = [`POST /transfers/${transfer}/approve`, `POST /transfers/${transfer}/execute`]
  assert.equal((await client.send('eve', approve)).status, 422)
  assert.equal((await client.send('eve', execute)).status, 409)
  assert.equal((await client.must('ann', approve)).body.status, 'submitted')
  assert.equal((await client.send('ann', approve)).status, 422)
  assert.equal((await client.must('ben', approve)).body.status, 'approved')
  assert.equal((await client.must('eve', execute)).body.status, 'executed')
})

test('a transfer is withdrawn without its approvals, rejected or cancelled', async () => {
  const transfer = await approved(client, 'alice', 2000)
  assert.deepEqual((await client.must('alice', `POST /transfers/${transfer}/withdraw`)).body.approvedBy, [])
  await client.must('alice', `POST /transfers/${transfer}/submit`)
  assert.equal((await client.must('ann', `POST /transfers/${transfer}/reject`)).body.status, 'rejected')
  const other = await draft(client, 'alice', 5)
  assert.equal((await client.must('alice', `POST /transfers/${other}/cancel`)).body.status, 'cancelled')
  for (const ended of [transfer, other]) {
    for (const step of ['submit', 'execute', 'cancel', 'withdraw']) {
      assert.equal((await client.send('alice', `POST /transfers/${ended}/${step}`)).status, 409)
    }
  }
  assert.deepEqual(
    items(await client.must('alice', 'GET /transfers?status=cancelled')).map((transfer) => transfer.id),
    [other],
  )
})

test('reversals come back up to the amount, not a cent more', async () => {
  const transfer = await executed(client, 'alice', 100)
  const reversals = `POST /transfers/${transfer}/reversals`
  assert.equal((await client.must('dana', reversals, { amount: 60 })).body.status, 'executed')
  assert.equal((await client.send('dana', reversals, { amount: 40.01 })).status, 422)
  assert.equal((await client.must('dana', reversals, { amount: 40 })).body.status, 'reversed')
  assert.equal((await client.send('dana', reversals, { amount: 1 })).status, 409)
  assert.equal(await balanceOf(client, await accountOf(client, 'alice')), 7999.8)
})

test('a partner reads and pays within its consent until it is revoked', async () => {
  const header = await consent(client, ['accounts:read', 'payments:write'])
  const account = await accountOf(client, 'alice')
  const ask = (line: string, body?: Record<string, unknown>) => client.send('pay4u', line, body, header)
  assert.equal((await ask(`GET /accounts/${account}`)).body.balance, 8000)
  assert.equal((await ask('POST /transfers', await order(client, 'alice', 300.01))).status, 403)
  const made = await ask('POST /transfers', await order(client, 'alice', 300))
  assert.equal(made.body.requestedBy, (await me(client, 'pay4u')).id)
  assert.equal((await ask(`POST /transfers/${id(made)}/submit`)).body.status, 'submitted')
  assert.equal(items(await ask('GET /transfers')).length, 1)
  assert.equal((await client.must('pay4u', `GET /consents/${header['consent-id']}`)).body.status, 'active')
  await client.must('alice', `POST /consents/${header['consent-id']}/revoke`)
  assert.equal((await ask(`POST /transfers/${id(made)}/execute`)).status, 403)
  assert.equal((await ask(`GET /accounts/${account}`)).status, 403)
  assert.equal((await client.must('alice', `POST /transfers/${id(made)}/execute`)).body.status, 'executed')
})

test('an Idempotency-Key makes one transfer, twenty times at once, and refuses another request', async () => {
  const [wish, key] = [await order(client, 'alice', 10), { 'idempotency-key': 'rent-11' }]
  const answers = await twenty(() => client.must('alice', 'POST /transfers', wish, key))
  assert.equal(new Set(answers.map(id)).size, 1)
  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
  assert.equal((await client.send('alice', 'POST /transfers', { ...wish, amount: 11 }, key)).status, 422)
  assert.equal((await client.must('bob', 'POST /transfers', await order(client, 'bob', 10), key)).status, 201)
  await client.must('dana', `POST /accounts/${wish.fromAccountId}/freeze`)
  assert.equal((await client.send('alice', 'POST /transfers', wish, key)).status, 200)
})

test('twenty at once neither overdraw an account nor exceed its daily limit', async () => {
  for (const [label, amount, wins] of [
    ['savings', 200, 2],
    ['current', 1000, 5],
  ] as const) {
    const transfers = await twenty(() => submitted(client, 'alice', amount, label))
    const answers = await Promise.all(transfers.map((one) => client.send('alice', `POST /transfers/${one}/execute`)))
    assert.equal(answers.filter(({ status }) => status === 200).length, wins)
    assert.equal(answers.filter(({ status }) => status === 422).length, 20 - wins)
  }
})

test('strangers see nothing, other brands see nothing, and the wrong role does nothing', async () => {
  const [account, transfer] = [await accountOf(client, 'alice'), await draft(client, 'alice', 10)]
  const [accountPath, transferPath] = [`/accounts/${account}`, `/transfers/${transfer}`]
  for (const [who, line, status] of [
    ['bob', `GET ${accountPath}`, 404],
    ['carol', `GET ${accountPath}/statement`, 404],
    ['dirk', `GET ${accountPath}`, 404],
    ['ann', `GET ${accountPath}`, 404],
    ['pay4u', `GET ${accountPath}`, 403],
    ['bob', `GET ${transferPath}`, 404],
    ['dirk', `GET ${transferPath}`, 404],
    ['pay4u', `GET ${transferPath}`, 403],
    ['bob', `POST ${transferPath}/submit`, 404],
    ['dana', `POST ${transferPath}/submit`, 403],
    ['alice', `POST ${transferPath}/approve`, 403],
    ['alice', 'GET /customers', 403],
    ['nobody', 'GET /me', 401],
  ] as const) {
    assert.equal((await client.send(who, line)).status, status, `${who} ${line}`)
  }
  assert.equal((await transferSeen(client, transfer)).status, 'draft')
})

const REFUSED_AMOUNTS = [0, -1, 0.001, 10.005, 10_000.01, 1e300, '10', null]
for (const amount of REFUSED_AMOUNTS) {
  test(`a transfer of ${JSON.stringify(amount)} is refused`, async () => {
    const wish = { ...(await order(client, 'alice', 1)), amount }
    assert.equal((await client.send('alice', 'POST /transfers', wish)).status, 422)
  })
}

test('the reset hook exists only when asked for', async () => {
  const closed = await open()
  assert.equal((await fetch(`${closed.bank.url}/test/reset`, { method: 'POST' })).status, 404)
  await closed.close()
})

test('the tests above reached every operation, and every flaw names operations that exist', async () => {
  const described = OPERATIONS.map(({ operationId }) => operationId)
  assert.deepEqual([...seen].sort(), [...described].sort())
  const affected = Object.values(FLAWS).flatMap(({ operations }) => operations)
  assert.deepEqual(
    affected.filter((operation) => !described.includes(operation)),
    [],
  )
})
