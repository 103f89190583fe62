// Tokens of our own, over the wire: asked for with somebody else's client, and shown at a real gateway.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createRemoteJWKSet, decodeJwt, jwtVerify, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import { issuer, keys } from './agents.ts'
import { basic, exchange, exchangeOf, openTokenStage, type } from './token-stage.ts'

const insecure = { [oauth.allowInsecureRequests]: true }
const refund = { method: 'POST', body: { amount: 1 } }

const { shared, node, person, post, exchanged, tokenFor, call, close } = await openTokenStage()
after(close)

describe('token exchange', () => {
  test('with the client of somebody else, by what the metadata say', async () => {
    const url = new URL(node.control.address.url)
    const found = await fetch(new URL('/.well-known/oauth-authorization-server', url))
    const metadata = (await found.json()) as oauth.AuthorizationServer
    assert.equal(metadata.issuer, issuer)
    assert.equal(metadata.token_endpoint, `${issuer}/v1/token`)
    const server = { ...metadata, token_endpoint: `${url.origin}/v1/token` }
    const client = { client_id: 'refund-bot' }
    const response = await oauth.genericTokenEndpointRequest(
      server,
      client,
      oauth.ClientSecretBasic(keys['refund-bot'] ?? ''),
      exchange,
      {
        subject_token: await person('clara', ['clerk']),
        subject_token_type: type,
        scope: 'refunds',
        tools: 'desk.get desk.refund',
      },
      insecure,
    )
    const answer = await oauth.processGenericTokenEndpointResponse(server, client, response)
    assert.deepEqual(
      [answer.token_type, answer.scope, answer['issued_token_type'], answer.expires_in],
      ['bearer', 'refunds', type, 600],
    )
    const jwks = createRemoteJWKSet(new URL('/.well-known/jwks.json', url))
    const { payload, protectedHeader } = await jwtVerify(answer.access_token, jwks, { issuer, typ: 'at+jwt' })
    assert.equal(protectedHeader.alg, 'ES256')
    const { sub, act, client_id: by, scope, aud, lockstep_workflow: workflow, lockstep_tools: tools } = payload
    assert.deepEqual(
      { sub, act, by, scope, aud, workflow, tools },
      {
        sub: 'clara',
        act: { sub: 'refund-bot' },
        by: 'refund-bot',
        scope: 'refunds',
        aud: issuer,
        workflow: 'refunds',
        tools: ['desk.get', 'desk.refund'],
      },
    )
    assert.equal(payload['lockstep_charter'], 'v1')
  })

  test('the agent does what was passed on, in the name of the person, and the API sees nothing of the token', async () => {
    const token = await tokenFor('refund-bot', undefined, { tools: 'desk.refund', purpose: 'refund order 7' })
    const before = node.received.length
    assert.equal((await call('/refund', token, refund)).status, 200)
    const [sent] = node.received.slice(before)
    assert.equal(sent?.path, '/refund')
    assert.ok(!JSON.stringify(sent).includes(token))
    const decision = node.events.findLast((event) => event.kind === 'decision')
    assert.deepEqual(
      [
        decision?.principal.id,
        decision?.principal.chain?.map(({ id }) => id),
        decision?.run?.agent,
        decision?.run?.purpose,
      ],
      ['refund-bot', ['clara'], 'refund-bot', 'refund order 7'],
    )
    assert.equal(decision?.run?.id, decodeJwt(token)['lockstep_run'])
    assert.equal((await call('/order', token)).code, 'denied')
    assert.equal((await call('/purge', token, { method: 'POST' })).code, 'denied')
  })

  test('for whom the person named in `may_act`, by its id here or with its issuer', async () => {
    for (const sub of ['refund-bot', 'bot-client'])
      assert.ok(await tokenFor('refund-bot', await person('clara', ['clerk'], { may_act: { sub } })))
  })

  test('for a resource as clients print its address', async () => {
    const token = await tokenFor('refund-bot', undefined, { resource: `${issuer}/` })
    assert.equal(decodeJwt(token).aud, issuer)
  })

  test('a scope that was not passed on is gone', async () => {
    const token = await tokenFor('refund-bot', undefined, { scope: 'read' })
    assert.equal((await call('/order', token)).status, 200)
    assert.equal((await call('/refund', token, refund)).code, 'denied')
  })

  test('a sub-agent has less, never more, and not for longer', async () => {
    const first = await tokenFor('triage-bot', undefined, { tools: 'desk.get desk.refund', scope: 'read refunds' })
    const second = await exchanged('refund-bot', first, { tools: 'desk.get desk.note', scope: 'read admin' })
    const claims = decodeJwt(String(second['access_token']))
    assert.deepEqual(claims['act'], { sub: 'refund-bot', act: { sub: 'triage-bot' } })
    assert.deepEqual(
      [claims.sub, claims['lockstep_tools'], claims['scope'], claims['lockstep_run']],
      ['clara', ['desk.get'], 'read', decodeJwt(first)['lockstep_run']],
    )
    assert.ok((claims.exp ?? 0) <= (decodeJwt(first).exp ?? 0))
    assert.ok(Number(claims['lockstep_until']) <= (decodeJwt(first).exp ?? 0))
    assert.equal((await call('/order', String(second['access_token']))).status, 200)
    assert.equal(
      (await call('/note', String(second['access_token']), { method: 'POST', body: { text: 'a' } })).code,
      'denied',
    )
    const renewed = await exchanged('refund-bot', String(second['access_token']))
    assert.deepEqual(decodeJwt(String(renewed['access_token']))['act'], claims['act'])
  })

  test('an agent that acts for nobody', async () => {
    const { status, body } = await post('/v1/token', { grant_type: 'client_credentials' }, basic('night-bot'))
    assert.equal(status, 200)
    const token = String(body['access_token'])
    const { sub, act } = decodeJwt(token)
    assert.deepEqual([sub, act], ['night-bot', undefined])
    assert.equal((await call('/purge', token, { method: 'POST' })).status, 200)
    assert.equal((await call('/order', token)).code, 'denied')
  })

  test('an agent that signs its requests, once each', async () => {
    const assertion = await new SignJWT({ jti: 'a1' })
      .setProtectedHeader({ alg: 'ES256', kid: 'signer' })
      .setIssuer('refund-bot')
      .setSubject('refund-bot')
      .setAudience(issuer)
      .setExpirationTime('1m')
      .sign(shared.signer.privateKey)
    const form = exchangeOf(await person('clara', ['clerk']), {
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    assert.equal((await post('/v1/token', form)).status, 200)
    const again = await post('/v1/token', form)
    assert.deepEqual([again.status, again.body['error']], [401, 'invalid_client'])
  })

  test('an agent that its own issuer lets act, by an actor token', async () => {
    const actor = await person('bot-client', [])
    const form = exchangeOf(await person('clara', ['clerk']), { actor_token: actor, actor_token_type: type })
    const { status, body } = await post('/v1/token', form)
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(decodeJwt(String(body['access_token']))['act'], { sub: 'refund-bot' })
  })

  test('goes on with a run for the same agent and person only', async () => {
    const first = decodeJwt(await tokenFor('refund-bot', undefined, { tools: 'desk.get' }))
    const run = String(first['lockstep_run'])
    const again = decodeJwt(await tokenFor('refund-bot', undefined, { run }))
    assert.deepEqual([again['lockstep_run'], again['lockstep_tools']], [run, ['desk.get']])
    for (const [agent, sub] of [
      ['refund-bot', 'carl'],
      ['triage-bot', 'clara'],
    ] as const) {
      const { body } = await post('/v1/token', exchangeOf(await person(sub, ['clerk']), { run }), basic(agent))
      assert.equal(body['error'], 'invalid_request')
    }
  })
})
