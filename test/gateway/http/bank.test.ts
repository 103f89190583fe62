// The bank of the examples behind the gateway: its happy path passes, its rules hold before a request reaches it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { request } from 'undici'
import { openBank } from './stage.ts'

let bank: Awaited<ReturnType<typeof openBank>>
before(async () => {
  bank = await openBank()
})
after(() => bank.close())

interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readonly<Record<string, unknown>>
}

async function call(
  who: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const answer = await request(bank.url + path, {
    method,
    headers: {
      authorization: `Bearer ${bank.bank.tokens[who] ?? who}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.body.text()
  return { status: answer.statusCode, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) }
}

async function fundedAccount(): Promise<string> {
  const account = await call('alice', 'POST', '/accounts', { currency: 'EUR', label: 'daily' })
  assert.equal(account.status, 201, JSON.stringify(account.body))
  const id = String(account.body['id'])
  const deposit = await call('dana', 'POST', `/accounts/${id}/deposits`, { amount: 900, currency: 'EUR' })
  assert.equal(deposit.status < 300, true, JSON.stringify(deposit.body))
  return id
}

test('a customer opens an account and sees it; a stranger does not', async () => {
  const id = await fundedAccount()
  const own = await call('alice', 'GET', `/accounts/${id}`)
  assert.equal(own.status, 200)
  assert.equal(own.body['balance'], 900)
  assert.equal('riskScore' in own.body, false, 'only clerks and admins see the risk')
  assert.match(String(own.headers['lockstep-call']), /^[0-9a-f-]{36}$/)
  const clerk = await call('dana', 'GET', `/accounts/${id}`)
  assert.equal('riskScore' in clerk.body, true)
  const stranger = await call('bob', 'GET', `/accounts/${id}`)
  assert.equal(stranger.status === 403 || stranger.status === 404, true)
})

test('what the charter forbids never reaches the bank', async () => {
  const id = await fundedAccount()
  const negative = await call('dana', 'POST', `/accounts/${id}/deposits`, { amount: -5, currency: 'EUR' })
  assert.equal(negative.status, 403)
  assert.equal(negative.body['code'], 'denied')
  assert.equal(negative.headers['content-type'], 'application/problem+json')
  const forbidden = await call('alice', 'POST', `/accounts/${id}/freeze`, {})
  assert.equal(forbidden.status, 403)
})

test('a wrong token is refused with a challenge', async () => {
  const answer = await call('nobody', 'GET', '/accounts')
  assert.equal(answer.status, 401)
  assert.match(String(answer.headers['www-authenticate']), /invalid_token/)
  assert.equal(answer.body['code'], 'unauthenticated')
})

test('what is not described is refused', async () => {
  const answer = await call('alice', 'POST', '/test/reset')
  assert.equal(answer.status, 404)
  assert.equal(answer.body['code'], 'undescribed')
})

test('the same idempotency key gives the same answer, and the bank is asked once', async () => {
  const account = await fundedAccount()
  const added = await call('alice', 'POST', '/beneficiaries', {
    name: 'City Utilities',
    iban: 'DE02120300000000202051',
  })
  assert.equal(added.status, 201, JSON.stringify(added.body))
  const beneficiary = String(added.body['id'])
  const code = added.body['confirmCode']
  for (const [step, body] of [
    ['verify', { code }],
    ['activate', {}],
  ] as const) {
    const done = await call('alice', 'POST', `/beneficiaries/${beneficiary}/${step}`, body)
    assert.equal(done.status < 300, true, JSON.stringify(done.body))
  }
  const order = { fromAccountId: account, beneficiaryId: beneficiary, amount: 12.5, currency: 'EUR' }
  const key = { 'Idempotency-Key': 'k-1' }
  const first = await call('alice', 'POST', '/transfers', order, key)
  assert.equal(first.status, 201, JSON.stringify(first.body))
  const again = await call('alice', 'POST', '/transfers', order, key)
  assert.equal(again.status, 201)
  assert.equal(again.headers['idempotency-replayed'], 'true')
  assert.deepEqual(again.body, first.body)
  const differs = await call('alice', 'POST', '/transfers', { ...order, amount: 13 }, key)
  assert.equal(differs.status, 422)
  assert.equal(differs.body['code'], 'repeat-differs')
  const listed = await call('alice', 'GET', '/transfers')
  assert.equal(Array.isArray(listed.body['items']) && listed.body['items'].length, 1)
})
