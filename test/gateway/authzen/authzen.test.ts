// From questions of AuthZEN to calls, and what goes beyond the standard: reserving, obligations, asking for access.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { approve } from '../../guard/approve.ts'
import { boss } from '../../guard/wallet.ts'
import { type Api, openApi } from '../control/api.ts'
import { notesCharter } from '../middleware/notes.ts'

const opened: Api[] = []
async function open(...args: Parameters<typeof openApi>): Promise<Api> {
  const api = await openApi(...args)
  opened.push(api)
  return api
}
afterEach(async () => {
  for (const api of opened.splice(0)) await api.close()
})

const ann = { type: 'user', id: 'ann', properties: { roles: ['user'] } }
const wallet = { type: 'wallet', id: 'w' }
const evaluation = '/access/v1/evaluation'

function spend(amount: unknown, more: object = {}): object {
  return { subject: ann, action: { name: 'spend', properties: { amount } }, resource: wallet, ...more }
}

describe('a question', () => {
  const asked: readonly (readonly [name: string, question: object, decision: boolean, reason?: string])[] = [
    ['by transition', spend(40), true],
    ['by operation', spend(40, { action: { name: 'api.spend', properties: { amount: 40 } } }), true],
    [
      'by method and path',
      {
        subject: ann,
        action: { name: 'POST' },
        resource: { type: 'route', id: '/wallets/w/spend' },
        context: { request: { body: { amount: 40 } } },
      },
      true,
    ],
    [
      'with the request beside',
      spend(1, { action: { name: 'spend' }, context: { request: { body: { amount: 40 } } } }),
      true,
    ],
    ['that breaks a rule', spend(-1), false, 'denied'],
    ['of somebody else', spend(1, { subject: { type: 'user', id: 'bob' } }), false, 'denied'],
    ['beyond the limit', spend(101), false, 'denied'],
    ['of an unknown operation', spend(1, { action: { name: 'steal' } }), false, 'unknown'],
    ['of an unknown type', spend(1, { resource: { type: 'purse', id: 'w' } }), false, 'unknown'],
    ['of an object that is not there', spend(1, { resource: { type: 'wallet', id: 'none' } }), false, 'denied'],
    [
      'about two objects',
      spend(1, { context: { request: { path: { id: 'other' }, body: { amount: 1 } } } }),
      false,
      'malformed',
    ],
    [
      'with a path of two readings',
      spend(1, { action: { name: 'POST' }, resource: { type: 'route', id: '/wallets/%2e%2e/spend' } }),
      false,
      'malformed',
    ],
    [
      'of actors it names itself',
      spend(1, { subject: { type: 'user', id: 'eve', properties: { actors: ['boss', 'owner'] } } }),
      false,
      'denied',
    ],
    [
      'that needs an approval',
      { subject: ann, action: { name: 'payout', properties: { amount: 50 } }, resource: wallet },
      false,
      'approval-needed',
    ],
  ]
  it('is about one call, and takes nothing', async () => {
    const api = await open()
    for (const [name, question, decision, reason] of asked) {
      const { status, at, text } = await api.ask('POST', evaluation, question)
      assert.equal(status, 200, name)
      assert.equal(at('/decision'), decision, `${name}: ${text}`)
      if (reason !== undefined) assert.equal(at('/context/reason'), reason, `${name}: ${text}`)
    }
    const denied = await api.ask('POST', evaluation, spend(-1))
    assert.equal(denied.at('/context/reasons/0/constraint'), 'wallet.spend.when')
    assert.match(String(denied.at('/context/remedy')), /arguments/)
    for (let time = 0; time < 3; time += 1)
      assert.equal((await api.ask('POST', evaluation, spend(90))).at('/decision'), true)
  })

  it('is denied while the guard cannot record it, and what is switched off is denied', async () => {
    const api = await open()
    api.lines.fail = true
    const nobodyYet = await api.ask('POST', evaluation, spend(1))
    assert.equal(nobodyYet.status, 503, 'nor can it be recorded who asks')
    api.lines.fail = false
    await api.ask('POST', evaluation, spend(1))
    api.lines.fail = true
    const unavailable = await api.ask('POST', evaluation, spend(1))
    assert.deepEqual([unavailable.status, unavailable.at('/decision')], [200, false])
    assert.equal(unavailable.at('/context/reason'), 'unavailable')
    api.lines.fail = false
    await api.ask('PUT', '/v1/switches/principal/ann', { why: 'lost her phone' })
    assert.equal((await api.ask('POST', evaluation, spend(1))).at('/context/reason'), 'switched-off')
  })
})

describe('a reservation', () => {
  const reserve = { context: { lockstep: { reserve: true } } }

  it('counts until it is settled, and is settled once', async () => {
    const api = await open()
    const first = await api.ask('POST', evaluation, spend(60, reserve), { as: 'pep' })
    assert.equal(first.at('/decision'), true, first.text)
    const path = new URL(String(first.at('/context/lockstep/outcome'))).pathname
    assert.equal((await api.ask('POST', path, { outcome: 'not-sent' })).status, 404, 'it is another caller’s')
    const settled = await api.ask('POST', path, { outcome: 'answered', status: 200, body: {} }, { as: 'pep' })
    assert.deepEqual([settled.status, settled.at('/release')], [200, 'pass'])
    assert.equal((await api.ask('POST', path, { outcome: 'not-sent' }, { as: 'pep' })).status, 404)
    assert.equal((await api.ask('POST', evaluation, spend(60))).at('/decision'), false)
    const second = await api.ask('POST', evaluation, spend(40, reserve))
    const other = new URL(String(second.at('/context/lockstep/outcome'))).pathname
    assert.equal((await api.ask('POST', other, { outcome: 'not-sent' })).status, 200)
    assert.equal((await api.ask('POST', evaluation, spend(40))).at('/decision'), true)
  })

  it('is of unknown outcome when nobody says what became of it', async () => {
    const api = await open({ outcomeMs: 30 })
    assert.equal((await api.ask('POST', evaluation, spend(60, reserve))).at('/decision'), true)
    for (let tries = 0; tries < 100 && (await api.guard.doubts.list()).length === 0; tries += 1) await pause(10)
    assert.equal((await api.guard.doubts.list()).length, 1)
    const next = await api.ask('POST', evaluation, spend(1, reserve))
    assert.equal(next.at('/context/reason'), 'outcome-unknown')
  })
})

describe('the obligations draft', () => {
  it('gives obligations only to those who may know them', async () => {
    const note = { id: 'n', owner: 'ann', state: 'open', limit: 1, secret: 's3cret' }
    const truth = { read: async () => note }
    const api = await open({ charter: notesCharter(), guard: { truth } })
    const view = { subject: ann, action: { name: 'view' }, resource: { type: 'note', id: 'n' } }
    const plain = await api.ask('POST', evaluation, view)
    assert.deepEqual([plain.at('/decision'), plain.at('/context/reason')], [false, 'obligations'])
    const draft = '/drafts/obligations-2026-07-03/access/v1/evaluation'
    const given = await api.ask('POST', draft, view)
    assert.equal(given.at('/decision'), true)
    assert.equal(given.at('/context/obligations/0/type'), 'custom')
    assert.equal(given.at('/context/obligations/0/properties/pointer'), '/secret')
    const unable = await api.ask('POST', draft, { ...view, context: { supported_obligations: ['notification'] } })
    assert.equal(unable.at('/decision'), false)
    const inspected = await api.ask('POST', evaluation, {
      ...view,
      context: { lockstep: { reserve: true, inspect: true } },
    })
    assert.equal(inspected.at('/decision'), true, inspected.text)
    const path = new URL(String(inspected.at('/context/lockstep/outcome'))).pathname
    const shown = await api.ask('POST', path, { outcome: 'answered', status: 200, body: note })
    assert.equal(shown.at('/release'), 'changed')
    assert.equal(shown.at('/body/secret'), undefined)
    const { at } = await api.ask('GET', '/.well-known/authzen-configuration/drafts/obligations-2026-07-03')
    assert.deepEqual(at('/supported_obligations'), ['custom'])
  })
})

describe('the access request draft', () => {
  const base = '/drafts/access-request-2026-06-11/access/v1'
  const payout = { subject: ann, action: { name: 'payout', properties: { amount: 50 } }, resource: wallet }

  it('goes from a denial to an approval to an allowed call', async () => {
    const api = await open()
    const denied = await api.ask('POST', `${base}/evaluation`, payout)
    assert.equal(denied.at('/decision'), false)
    const token = denied.at('/context/access_request/binding_token')
    const denial = { binding_token: token, expires_at: denied.at('/context/access_request/expires_at') }
    const submit = (more: object = {}, key = 'k'): ReturnType<Api['ask']> =>
      api.ask('POST', `${base}/requests`, { ...payout, denial, ...more }, { headers: { 'idempotency-key': key } })
    const task = await submit()
    assert.equal(task.status, 202, task.text)
    const reference = String(task.at('/task/id'))
    assert.equal(task.at('/task/status'), 'pending')
    assert.equal((await submit()).at('/task/id'), reference, 'asked once')
    const other = { action: { name: 'payout', properties: { amount: 51 } } }
    assert.match(String((await submit(other, 'k2')).at('/type')), /invalid_denial_binding/)
    assert.match(String((await submit({ extra: 1 })).at('/type')), /duplicate_request/)
    const forged = { denial: { ...denial, binding_token: `${String(token)}x` } }
    assert.match(String((await submit(forged, 'k3')).at('/type')), /invalid_denial_binding/)
    for (const by of ['b1', 'b2']) await approve(api.guard, reference, boss(by))
    const done = await api.ask('GET', `${base}/requests/${reference}`)
    assert.equal(done.at('/task/status'), 'approved')
    assert.equal(done.at('/result/mode'), 'reevaluate')
    const again = { ...payout, context: { approval: done.at('/result/approval') } }
    assert.equal((await api.ask('POST', `${base}/evaluation`, again)).at('/decision'), true)
    const wider = await api.ask('POST', `${base}/evaluation`, { ...again, ...other })
    assert.deepEqual([wider.at('/decision'), wider.at('/context/reason')], [false, 'out_of_scope'])
    assert.equal(wider.at('/context/next_action'), 'request')
    assert.equal((await api.ask('GET', `${base}/requests/none`)).status, 404)
  })

  it('offers nothing for what no approval would lift', async () => {
    const api = await open()
    const { at } = await api.ask('POST', `${base}/evaluation`, spend(-1))
    assert.deepEqual([at('/decision'), at('/context/access_request')], [false, undefined])
  })
})
