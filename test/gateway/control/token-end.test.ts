// What a token of ours counts for, and for how long.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, describe, test } from 'node:test'
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import { makeKey } from '../../identity/issuer.ts'
import { keys } from './agents.ts'
import { credential } from './api.ts'
import { basic, exchangeOf, openTokenStage, type } from './token-stage.ts'

const { node, person, post, tokenFor, call, close } = await openTokenStage()
after(close)

describe('a token counts for nothing else', () => {
  const handleOf = async (agent: string, body: object = {}): Promise<string> => {
    const response = await fetch(`${node.control.address.url}/v1/runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys[agent]}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as { handle: string }
    assert.equal(response.status, 201, JSON.stringify(answer))
    return answer.handle
  }

  test('a handle names a run beside the own credential, and lets nobody in', async () => {
    const handle = await handleOf('night-bot')
    assert.equal(decodeProtectedHeader(handle).typ, 'lockstep-run+jwt')
    const purge = { method: 'POST', headers: { 'lockstep-run': handle } }
    assert.equal((await call('/purge', keys['night-bot'], purge)).status, 200)
    const decision = node.events.findLast((event) => event.kind === 'decision')
    assert.equal(decision?.run?.id, decodeJwt(handle)['lockstep_run'])
    for (const [token, headers] of [
      [handle, {}],
      [keys['stray-bot'], { 'lockstep-run': handle }],
      [await person('clara', ['clerk']), { 'lockstep-run': handle }],
      [keys['night-bot'], { 'lockstep-run': `${handle}x` }],
      [keys['night-bot'], { 'lockstep-run': await tokenFor('refund-bot') }],
      [keys['night-bot'], { 'lockstep-run': 'made-up' }],
      [await tokenFor('refund-bot'), { 'lockstep-run': handle }],
    ] as const)
      assert.equal((await call('/purge', token, { method: 'POST', headers })).code, 'unauthenticated')
  })

  test('a handle is taken back as a token is', async () => {
    const handle = await handleOf('night-bot')
    const purge = { method: 'POST', headers: { 'lockstep-run': handle } }
    assert.equal((await call('/purge', keys['night-bot'], purge)).status, 200)
    assert.equal((await post('/v1/revoke', { token: handle }, basic('stray-bot'))).body['error'], 'unauthorized_client')
    assert.equal((await post('/v1/revoke', { token: handle }, basic('night-bot'))).status, 200)
    assert.equal((await call('/purge', keys['night-bot'], purge)).code, 'run-over')
  })

  test('not at the control API, where nothing of its limits would be heeded', async () => {
    const token = await tokenFor('refund-bot')
    for (const [method, path] of [
      ['POST', '/v1/runs'],
      ['GET', '/v1/approvals'],
    ] as const) {
      const response = await fetch(`${node.control.address.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(method === 'POST' ? { body: '{}' } : {}),
      })
      assert.equal(response.status, 401)
    }
  })

  test('bound to the key of whoever asked with a proof', async () => {
    const key = await makeKey('holder')
    const { kid: _, ...jwk } = key.jwk
    const prove = (method: string, url: string, more: object = {}): Promise<string> =>
      new SignJWT({ jti: crypto.randomUUID(), htm: method, htu: url, ...more })
        .setIssuedAt()
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .sign(key.privateKey)
    const url = `${node.control.address.url}/v1/token`
    const dpop = await prove('POST', url)
    const form = exchangeOf(await person('clara', ['clerk']))
    const { body } = await post('/v1/token', form, { ...basic('refund-bot'), dpop })
    assert.equal(body['token_type'], 'DPoP')
    const token = String(body['access_token'])
    assert.deepEqual(decodeJwt(token)['cnf'], { jkt: await calculateJwkThumbprint(jwk) })
    assert.equal((await call('/order', token)).code, 'unauthenticated')
    const ath = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(token))).toString('base64url')
    const at = `${node.gateway.address.url}/order`
    const headers = { authorization: `DPoP ${token}`, dpop: await prove('GET', at, { ath }) }
    assert.equal((await call('/order', undefined, { headers })).status, 200)
    assert.equal((await call('/order', undefined, { headers })).code, 'unauthenticated')
    const stolen = await post('/v1/token', { ...form, subject_token: token }, basic('refund-bot'))
    assert.equal(stolen.body['error'], 'invalid_request')
  })
})

describe('proofs of agents that show no key of ours', () => {
  const proving = async (): Promise<{ jkt: string; prove(more?: object): Promise<string> }> => {
    const key = await makeKey('holder')
    const { kid: _, ...jwk } = key.jwk
    return {
      jkt: await calculateJwkThumbprint(jwk),
      prove: (more = {}) =>
        new SignJWT({ jti: crypto.randomUUID(), htm: 'POST', htu: `${node.control.address.url}/v1/token`, ...more })
          .setIssuedAt()
          .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
          .sign(key.privateKey),
    }
  }
  const own = (more: object = {}): Promise<string> => person('bot-client', [], { org: undefined, ...more })

  test('a token of theirs that is bound itself', async () => {
    const { jkt, prove } = await proving()
    const token = await own({ cnf: { jkt } })
    const ath = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(token))).toString('base64url')
    const headers = { authorization: `DPoP ${token}`, dpop: await prove({ ath }) }
    const form = exchangeOf(await person('clara', ['clerk']))
    const { body } = await post('/v1/token', form, headers)
    assert.deepEqual(decodeJwt(String(body['access_token']))['cnf'], { jkt })
    assert.equal((await post('/v1/token', form, headers)).body['error'], 'invalid_client', 'a proof counts once')
  })

  test('for the address of the issuer, where TLS ends before us', async () => {
    const { jkt, prove } = await proving()
    const dpop = await prove({ htu: 'https://guard.example/v1/token' })
    const { hostname, port } = new URL(node.control.address.url)
    const form = new URLSearchParams({ grant_type: 'client_credentials' }).toString()
    const headers = {
      ...basic('night-bot'),
      dpop,
      host: 'guard.example',
      'content-type': 'application/x-www-form-urlencoded',
    }
    const answer = await new Promise<string>((resolve, reject) => {
      const asked = request({ hostname, port, path: '/v1/token', method: 'POST', headers }, (response) => {
        void text(response).then(resolve, reject)
      })
      asked.on('error', reject).end(form)
    })
    const { access_token: token = '' } = JSON.parse(answer) as { access_token?: string }
    assert.deepEqual(decodeJwt(token)['cnf'], { jkt }, answer)
  })

  test('a token of theirs as the actor alone', async () => {
    const { jkt, prove } = await proving()
    const form = exchangeOf(await person('clara', ['clerk']), { actor_token: await own(), actor_token_type: type })
    const { body } = await post('/v1/token', form, { dpop: await prove() })
    assert.deepEqual(decodeJwt(String(body['access_token']))['cnf'], { jkt })
  })
})

describe('the end of it', () => {
  test('a token taken back takes along what came of it', async () => {
    const first = await tokenFor('triage-bot')
    const renewed = await tokenFor('triage-bot', first)
    const second = await tokenFor('refund-bot', renewed)
    const other = await tokenFor('triage-bot')
    for (const token of [first, renewed, second, other]) assert.equal((await call('/order', token)).status, 200)
    assert.equal((await post('/v1/revoke', { token: first }, basic('night-bot'))).body['error'], 'unauthorized_client')
    assert.equal((await post('/v1/revoke', { token: first }, basic('triage-bot'))).status, 200)
    for (const token of [first, renewed, second]) {
      const { status, code } = await call('/order', token)
      assert.deepEqual([status, code], [401, 'run-over'])
    }
    assert.equal((await call('/order', other)).status, 200)
    const form = exchangeOf(renewed)
    assert.equal((await post('/v1/token', form, basic('triage-bot'))).body['error'], 'invalid_request')
    assert.equal((await post('/v1/revoke', { token: 'whatever' }, basic('triage-bot'))).status, 200)
  })

  test('operators see runs and revoke them; agents end their own', async () => {
    const operator = { authorization: `Bearer ${credential}` }
    const run = String(decodeJwt(await tokenFor('refund-bot'))['lockstep_run'])
    const token = await tokenFor('refund-bot', undefined, { run })
    const url = `${node.control.address.url}/v1/runs`
    const listed = (await (await fetch(url, { headers: operator })).json()) as {
      runs: { run: string; person: string }[]
    }
    assert.equal(listed.runs.find((each) => each.run === run)?.person, 'clara')
    const asOther = { headers: { authorization: `Bearer ${keys['night-bot']}` } }
    assert.equal((await fetch(`${url}/${run}`, asOther)).status, 404)
    assert.equal((await fetch(`${url}/${run}`, { method: 'DELETE', headers: operator })).status, 400)
    assert.equal((await fetch(`${url}/${run}?why=stop`, { method: 'DELETE', headers: operator })).status, 204)
    assert.equal((await call('/order', token)).code, 'run-over')
    const mine = String(decodeJwt(await tokenFor('refund-bot'))['lockstep_run'])
    const asItself = { method: 'DELETE', headers: { authorization: `Bearer ${keys['refund-bot']}` } }
    assert.equal((await fetch(`${url}/${mine}`, asItself)).status, 204)
    assert.equal((await fetch(`${url}/${mine}`, asItself)).status, 409)
    const kinds = node.events.flatMap((event) => (event.kind === 'run' && event.of === 'run' ? event.effect : []))
    assert.deepEqual(kinds.slice(-4), ['renewed', 'revoked', 'started', 'ended'])
  })

  test('what the user says later is told by them, or by the agent that began the run', async () => {
    const run = String(decodeJwt(await tokenFor('triage-bot'))['lockstep_run'])
    const tell = async (credential: string | undefined, body: object, of = run): Promise<unknown> => {
      const response = await fetch(`${node.control.address.url}/v1/runs/${of}/words`, {
        method: 'POST',
        headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return response.status
    }
    const text = 'Refund order 7, too.'
    assert.equal(await tell(await person('clara', ['clerk']), { text }), 204)
    assert.equal(await tell(keys['triage-bot'], { text: 'And order 8.' }), 204)
    const told = node.events.flatMap((event) => (event.kind === 'run' && event.effect === 'told' ? [event] : []))
    assert.deepEqual(
      told.map(({ name, words, principal }) => [name, words, principal.id, principal.chain?.at(-1)?.id]),
      [
        [run, text, 'clara', undefined],
        [run, 'And order 8.', 'triage-bot', 'clara'],
      ],
    )
    const acting = { act: { sub: 'triage-bot' } }
    assert.equal(await tell(await person('clara', ['clerk'], acting), { text: 'And order 9.' }), 204)
    const refused = [
      tell(await person('carl', ['clerk']), { text }),
      tell(await person('carl', ['clerk'], acting), { text }),
      tell(await person('clara', ['clerk'], { org: 'south' }), { text }),
      tell(keys['refund-bot'], { text }),
      tell(credential, { text }),
      tell(keys['triage-bot'], { text: '' }),
      tell(keys['triage-bot'], { text }, 'none'),
    ]
    assert.deepEqual(await Promise.all(refused), [404, 404, 404, 404, 403, 400, 404])
    const ended = { method: 'DELETE', headers: { authorization: `Bearer ${keys['triage-bot']}` } }
    assert.equal((await fetch(`${node.control.address.url}/v1/runs/${run}`, ended)).status, 204)
    assert.equal(await tell(keys['triage-bot'], { text }), 409)
  })

  test('whatever an agent was given before', async () => {
    const before = await tokenFor('triage-bot')
    const below = await tokenFor('refund-bot', before)
    const apart = await tokenFor('refund-bot')
    const cut = await fetch(`${node.control.address.url}/v1/revocations/agent/triage-bot`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      body: '{"why":"stolen"}',
    })
    assert.equal(cut.status, 200)
    assert.equal((await call('/order', before)).code, 'run-over')
    assert.equal((await call('/order', below)).code, 'run-over')
    assert.equal((await call('/order', apart)).status, 200)
  })

  test('another charter: exchanged again, it goes on', async () => {
    const token = await tokenFor('refund-bot')
    await node.guard.reload(node.guard.charter(), 'v2')
    const { status, code } = await call('/order', token)
    assert.deepEqual([status, code], [401, 'run-outdated'])
    const renewed = await tokenFor('refund-bot', token)
    assert.equal(decodeJwt(renewed)['lockstep_charter'], 'v2')
    assert.equal((await call('/order', renewed)).status, 200)
    await node.guard.reload(node.guard.charter(), 'v1')
  })
})
