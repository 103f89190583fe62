// A call that names two objects of the same owner, neither of them the caller's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: refunds
sources:
  - name: desk
    type: inline
    operations:
      open: { method: POST, path: /claims, response: { id: string, claimantId: string } }
      getClaim: { method: GET, path: '/claims/{id}', response: { id: string, claimantId: string } }
      add: { method: POST, path: /accounts, response: { id: string, ownerId: string } }
      getAccount: { method: GET, path: '/accounts/{id}', response: { id: string, ownerId: string } }
      refund: { method: POST, path: /refunds, body: { claimId: string, accountId: string }, response: { id: string, accountId: string } }
      getRefund: { method: GET, path: '/refunds/{id}', response: { id: string, accountId: string } }
actors: { client: {}, clerk: {} }
objects:
  account:
    owner: /ownerId
    read: desk.getAccount
    transitions:
      add: { on: desk.add, by: signed-in }
  claim:
    owner: /claimantId
    read: desk.getClaim
    transitions:
      open: { on: desk.open, by: client }
  refund:
    read: desk.getRefund
    transitions:
      make:
        on: desk.refund
        by: clerk
        refs: { account: $request.body#/accountId, claim: $request.body#/claimId }
        when: account.ownerId == claim.claimantId
operations:
  desk.getAccount: { by: [owner, clerk] }
  desk.getClaim: { by: [owner, clerk] }
  desk.getRefund: { by: clerk }
`

function openDesk(flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const all: Record<string, string>[] = []
  return ({ who, method, path: [kind, id], body }) => {
    if (who === undefined) return [401]
    const clerk = who.startsWith('c')
    if (method === 'GET') {
      const found = all.find((each) => each['id'] === id)
      return found === undefined || (!clerk && !Object.values(found).includes(who)) ? [404] : [200, found]
    }
    const made: Record<string, string> = { id: `${kind}-${all.length}` }
    if (kind === 'claims' && clerk) return [403]
    if (kind === 'claims') made['claimantId'] = who
    if (kind === 'accounts') made['ownerId'] = who
    if (kind === 'refunds') {
      const [claim, account] = [body['claimId'], body['accountId']].map((key) => all.find((each) => each['id'] === key))
      if (!clerk) return [403]
      if (claim === undefined || account === undefined) return [422]
      if (claim['claimantId'] !== account['ownerId'] && !flawed) return [409, { error: 'not theirs' }]
      made['accountId'] = String(account['id'])
    }
    all.push(made)
    return [201, made]
  }
}

async function prove(flawed: boolean): Promise<Outcome> {
  const people = { ada: 'client', bob: 'client', carl: 'clerk' }
  return proveSmall({ charter, people, answer: openDesk(flawed), only: ['desk.refund'] })
}

test('an account of whoever the claim is of is named, and one of another is refused', async () => {
  const { findings, cells } = await prove(false)
  assert.deepEqual(findings, [])
  const own = cells.filter((cell) => cell.constraint.startsWith('refund.make.'))
  assert.ok(
    own.some((cell) => cell.constraint === 'refund.make.by' && cell.verdict === 'held'),
    JSON.stringify(own),
  )
})

test('a refund to somebody else is proven', async () => {
  const { findings } = await prove(true)
  assert.deepEqual(
    findings.map(({ constraint }) => constraint),
    ['refund.make.when'],
  )
})
