// The control API over loopback: who may do what, what is shown, what is on the record.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { request as send } from 'node:http'
import { afterEach, describe, it } from 'node:test'
import { parseSecret, signMessage } from '../../../src/gateway/control/signature.ts'
import type { Incoming } from '../../../src/guard/call.ts'
import { answered, user } from '../../guard/wallet.ts'
import { type Api, credential, openApi } from './api.ts'

const opened: Api[] = []
async function open(...args: Parameters<typeof openApi>): Promise<Api> {
  const api = await openApi(...args)
  opened.push(api)
  return api
}
afterEach(async () => {
  for (const api of opened.splice(0)) await api.close()
})

const payout: Incoming = {
  operation: 'api.payout',
  principal: user('ann'),
  request: { path: { id: 'w' }, body: { amount: 50 } },
}
const pay = (api: Api): ReturnType<Api['guard']['call']> =>
  api.guard.call(payout, () => api.wallets.run(payout.operation, payout.request))

async function asked(api: Api): Promise<string> {
  const result = await pay(api)
  assert.ok(result.kind === 'refused' && result.refusal.hold !== undefined)
  return result.refusal.hold.reference
}

describe('approvals', () => {
  it('show what will run, to those it concerns, and are answered by persons', async () => {
    const api = await open()
    const reference = await asked(api)
    const path = `/v1/approvals/${reference}`
    const seen = await api.ask('GET', path, undefined, { as: 'boss:b1' })
    assert.deepEqual(seen.at('/http'), { method: 'POST', target: '/wallets/w/payout', body: '{"amount":50}' })
    assert.deepEqual([seen.at('/principal/id'), seen.at('/may-answer')], ['ann', true])
    assert.deepEqual([seen.at('/approvals/0/quorum'), seen.at('/approvals/0/given')], [2, 0])
    assert.equal((await api.ask('GET', path, undefined, { as: 'ann' })).at('/may-answer'), false)
    assert.equal((await api.ask('GET', path, undefined, { as: 'bob' })).status, 404)
    assert.equal((await api.ask('GET', path)).at('/reference'), reference, 'operators see all')
    const yes = { verdict: 'approve', digest: seen.at('/digest') }
    const statuses = [
      (await api.ask('POST', path, yes)).status,
      (await api.ask('POST', path, yes, { as: 'ann' })).status,
      (await api.ask('POST', path, yes, { as: 'boss+user:ann' })).status,
      (await api.ask('POST', path, { verdict: 'maybe' }, { as: 'boss:b1' })).status,
      (await api.ask('POST', path, { verdict: 'approve' }, { as: 'boss:b1' })).status,
      (await api.ask('POST', path, yes, { as: 'boss:b1' })).status,
      (await api.ask('POST', path, yes, { as: 'boss:b1' })).status,
      (await api.ask('POST', path, yes, { as: 'boss:b2' })).status,
      (await api.ask('POST', path, yes, { as: 'boss:b3' })).status,
      (await api.ask('POST', '/v1/approvals/none', yes, { as: 'boss:b1' })).status,
    ]
    assert.deepEqual(statuses, [403, 403, 403, 400, 400, 200, 409, 200, 409, 404])
    assert.equal((await pay(api)).kind, 'answered')
    assert.deepEqual(
      api.lines.of('approval').map((each) => each.by),
      ['b1', 'b2'],
    )
  })

  it('are answered only as they were shown', async () => {
    const api = await open()
    const path = `/v1/approvals/${await asked(api)}`
    const digest = (await api.ask('GET', path, undefined, { as: 'boss:b1' })).at('/digest')
    const answer = (): ReturnType<typeof api.ask> =>
      api.ask('POST', path, { verdict: 'approve', digest }, { as: 'boss:b1' })
    const wallet = api.wallets.objects.get('w')
    assert.ok(wallet)
    api.wallets.add('w', { ...wallet, limit: 7 })
    const changed = await answer()
    assert.deepEqual([changed.status, changed.at('/type')], [409, 'urn:lockstep:control:changed'])
    api.wallets.add('w', wallet)
    assert.equal((await answer()).status, 200)
  })

  it('are listed by state, for each what it concerns', async () => {
    const api = await open()
    const reference = await asked(api)
    const of = async (as: string | undefined, query = ''): Promise<unknown> => {
      const given = await api.ask('GET', `/v1/approvals${query}`, undefined, as === undefined ? {} : { as })
      return given.status === 200 ? given.at('/approvals/0/reference') : given.status
    }
    assert.deepEqual(
      [
        await of(undefined),
        await of('ann'),
        await of('boss:b1'),
        await of('bob'),
        await of(undefined, '?state=granted'),
      ],
      [reference, reference, reference, undefined, undefined],
    )
    assert.equal(await of(undefined, '?state=odd'), 400)
  })

  it('are given for a class of calls within the charter, and withdrawn', async () => {
    const api = await open()
    const expires = new Date(Date.now() + 60_000).toISOString()
    const bound = { approval: 'four-eyes', operation: 'api.payout', 'at-most': 60, uses: 2, expires }
    const path = '/v1/standing-approvals'
    assert.equal((await api.ask('POST', path, bound)).status, 403)
    assert.equal((await api.ask('POST', path, { ...bound, uses: 100 }, { as: 'boss:b1' })).status, 403)
    const grants = []
    for (const as of ['boss:b1', 'boss:b2']) grants.push((await api.ask('POST', path, bound, { as })).at('/grant'))
    assert.equal((await pay(api)).kind, 'answered')
    const listed = await api.ask('GET', path, undefined, { as: 'boss:b3' })
    const [first, second] = [listed.at('/standing-approvals/0'), listed.at('/standing-approvals/1')]
    const { approval, ...others } = bound
    const at = Reflect.get(Object(first), 'at')
    assert.deepEqual(first, { grant: grants[0], approval, by: 'b1', at, used: 1, ...others })
    assert.deepEqual([Reflect.get(Object(second), 'by'), listed.at('/standing-approvals/2')], ['b2', undefined])
    assert.equal((await api.ask('GET', path, undefined, { as: 'bob' })).status, 403)
    assert.equal((await api.ask('GET', path, undefined, { as: 'pep' })).status, 403)
    assert.equal((await api.ask('GET', path)).status, 200, 'operators see all')
    assert.equal((await api.ask('DELETE', `${path}/${grants[0]}`, undefined, { as: 'bob' })).status, 403)
    assert.equal((await api.ask('DELETE', `${path}/none`, undefined, { as: 'boss:b3' })).status, 404)
    assert.equal((await api.ask('DELETE', `${path}/${grants[0]}`, undefined, { as: 'boss:b3' })).status, 204)
    assert.equal((await api.ask('DELETE', `${path}/${grants[0]}`, undefined, { as: 'boss:b3' })).status, 404)
    assert.deepEqual(
      api.lines.of('approval').map((each) => [each.verdict, each.approval, each.by, each.grant]),
      [
        ['standing', 'four-eyes', 'b1', grants[0]],
        ['standing', 'four-eyes', 'b2', grants[1]],
        ['withdraw', 'four-eyes', 'b3', grants[0]],
      ],
    )
    assert.equal((await pay(api)).kind, 'refused')
  })

  it('are decided by systems that sign, once, about one question, for those they may speak for', async () => {
    const secret = `whsec_${randomBytes(32).toString('base64')}`
    const system = {
      name: 'desk',
      secret,
      principalOf: (id: string) => (id.startsWith('b') ? { id, roles: ['boss'] } : undefined),
    }
    const api = await open({ control: { approvers: [system] } })
    const reference = await asked(api)
    const tell = (
      message: object,
      change: { id?: string; at?: number; key?: string; to?: string } = {},
    ): ReturnType<Api['ask']> => {
      const body = JSON.stringify(message)
      const signed = signMessage(parseSecret(change.key ?? secret), change.id ?? 'm1', change.at ?? Date.now(), body)
      return api.ask('POST', `/v1/approvals/${change.to ?? reference}/webhook`, body, {
        headers: { authorization: '', ...signed },
      })
    }
    const { at } = await api.ask('GET', `/v1/approvals/${reference}`)
    const good = { reference, by: 'b1', verdict: 'approve', why: 'fine', digest: at('/digest') }
    const { digest: _, ...blind } = good
    const wallet = api.wallets.objects.get('w')
    assert.ok(wallet)
    const other = `whsec_${randomBytes(32).toString('base64')}`
    const withLimit = async (limit: number, act: () => ReturnType<Api['ask']>): Promise<number> => {
      api.wallets.add('w', { ...wallet, limit })
      const { status } = await act()
      api.wallets.add('w', wallet)
      return status
    }
    const statuses = [
      (await tell(good, { key: other })).status,
      (await tell(good, { at: Date.now() - 3_600_000 })).status,
      (await tell(good, { to: 'another' })).status,
      (await tell(blind)).status,
      (await tell({ ...good, by: 'ann' })).status,
      await withLimit(7, () => tell(good, { id: 'm0' })),
      (await tell(good)).status,
      (await tell(good)).status,
      (await tell({ ...good, by: 'b2' }, { id: 'm2' })).status,
    ]
    assert.deepEqual(statuses, [401, 401, 400, 400, 403, 409, 200, 409, 200])
    assert.match(String(api.lines.of('approval')[0]?.why), /fine \(by way of desk\)/)
    assert.equal((await pay(api)).kind, 'answered')
  })
})

describe('operators', () => {
  it('switch off and on, and say why', async () => {
    const api = await open()
    const path = '/v1/switches/object/wallet%2Fw'
    assert.equal((await api.ask('PUT', path, { why: 'audit' }, { as: 'ann' })).status, 403)
    assert.equal((await api.ask('PUT', path, { why: 'audit' }, { as: 'pep' })).status, 403)
    assert.equal((await api.ask('PUT', path, {})).status, 400)
    assert.equal((await api.ask('PUT', '/v1/switches/planet/earth', { why: 'x' })).status, 404)
    assert.equal((await api.ask('PUT', path, { why: 'audit' })).status, 200)
    assert.equal((await api.ask('GET', '/v1/switches')).at('/switches/0/by'), 'operator:ops')
    assert.equal((await pay(api)).kind, 'refused')
    assert.equal((await api.ask('DELETE', path)).status, 400)
    assert.equal((await api.ask('DELETE', `${path}?why=over`, undefined, { as: 'operator:olga' })).status, 204)
    assert.equal((await api.ask('DELETE', `${path}?why=over`)).status, 404)
    assert.deepEqual(
      api.lines.of('switch').map((each) => [each.on, each.switch.by]),
      [
        [false, 'operator:ops'],
        [true, 'olga'],
      ],
    )
  })

  it('settle calls in doubt', async () => {
    const api = await open()
    const spend: Incoming = { ...payout, operation: 'api.spend' }
    const unknown = await api.guard.call(spend, async () => ({ kind: 'unknown', why: 'time-out' }))
    const path = `/v1/doubts/${unknown.call}`
    assert.equal((await api.ask('GET', '/v1/doubts')).at('/doubts/0/call'), unknown.call)
    assert.equal((await api.ask('POST', path, { effect: 'effective' })).status, 400)
    assert.equal((await api.ask('POST', path, { effect: 'effective', why: 'seen in the books' })).status, 200)
    assert.equal((await api.ask('POST', path, { effect: 'released', why: 'no' })).status, 404)
    assert.equal(api.lines.of('settled')[0]?.by, 'operator:ops')
    const next = await api.guard.call({ ...spend, request: { path: { id: 'w' }, body: { amount: 51 } } }, async () =>
      answered(200, {}),
    )
    assert.equal(next.kind, 'refused', 'what took effect counts')
  })
})

describe('the server', () => {
  it('says how it is, and that it is going', async () => {
    let works = true
    const checks = { keys: async () => assert.ok(works) }
    const api = await open({ control: { checks } })
    const bare = { headers: { authorization: '' } }
    assert.equal((await api.ask('GET', '/healthz', undefined, bare)).status, 200)
    assert.equal((await api.ask('GET', '/readyz', undefined, bare)).status, 200)
    works = false
    const failing = await api.ask('GET', '/readyz', undefined, bare)
    assert.deepEqual([failing.status, failing.at('/checks/keys'), failing.at('/checks/store')], [503, 'failing', 'ok'])
    works = true
    api.control.drain()
    assert.deepEqual([(await api.ask('GET', '/readyz')).status, (await api.ask('GET', '/healthz')).status], [503, 200])
  })

  it('counts what is on the record', async () => {
    const api = await open()
    await pay(api)
    await api.guard.call({ ...payout, operation: 'api.spend' }, async () => answered(200, {}))
    assert.equal((await api.ask('GET', '/metrics', undefined, { as: 'ann' })).status, 403)
    const { text, headers } = await api.ask('GET', '/metrics')
    assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    for (const line of [
      'lockstep_decisions_total{effect="allow",mode="enforce"} 1',
      'lockstep_decisions_total{effect="ask",mode="enforce"} 1',
      'lockstep_outcomes_total{effect="effective"} 1',
      'lockstep_holds_pending 1',
      'lockstep_doubts 0',
      'lockstep_decision_seconds_count 2',
    ])
      assert.ok(text.includes(`${line}\n`), `${line} in\n${text}`)
  })

  it('is no use to web pages and other hosts', async () => {
    const api = await open()
    const raw = (headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const { port } = api.control.address
        send({ host: '127.0.0.1', port, path: '/v1/switches', headers }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
          .once('error', reject)
          .end()
      })
    const authorization = `Bearer ${credential}`
    assert.equal(await raw({ authorization }), 200)
    assert.equal(await raw({ authorization, host: 'evil.example' }), 421)
    assert.equal(await raw({ authorization, origin: 'https://evil.example' }), 403)
    assert.equal(await raw({ cookie: `session=${credential}` }), 401)
    assert.equal((await api.ask('GET', '/v1/none')).status, 404)
    const wrong = await api.ask('PUT', '/v1/doubts', {})
    assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET'])
    assert.equal(
      (await api.ask('PUT', '/v1/switches/tenant/t', '{}', { headers: { 'content-type': 'text/plain' } })).status,
      415,
    )
  })
})
