// Tokens of our own, over the wire: asked for with somebody else's client, shown at a real gateway, taken back.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { calculateJwkThumbprint, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import { makeKey } from '../../identity/issuer.ts'
import { issuer, keys, makeShared, type Node, openNode, people, removeShared, type Shared } from './agents.ts'
import { credential } from './api.ts'

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const type = 'urn:ietf:params:oauth:token-type:access_token'
const insecure = { [oauth.allowInsecureRequests]: true }

let shared: Shared
let node: Node
before(async () => {
  shared = await makeShared()
  node = await openNode(shared)
})
after(async () => {
  await node.close()
  removeShared(shared)
})

async function person(sub: string, roles: readonly string[], claims: object = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const payload = {
    iss: people,
    aud: issuer,
    sub,
    org: 'north',
    roles,
    scope: 'read refunds',
    iat: now,
    exp: now + 300,
    ...claims,
  }
  return await new SignJWT(JSON.parse(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', kid: 'people' })
    .sign(shared.issuer.privateKey)
}

type Form = Readonly<Record<string, string | readonly string[]>>

async function post(
  path: string,
  form: Form,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(form)) for (const each of [value].flat()) body.append(name, each)
  const response = await fetch(`${node.control.address.url}${path}`, { method: 'POST', headers, body })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

const basic = (name: string, key = keys[name] ?? ''): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${name}:${key}`).toString('base64')}`,
})

async function exchanged(agent: string, subject: string, more: Form = {}): Promise<Record<string, unknown>> {
  const form = { grant_type: exchange, subject_token: subject, subject_token_type: type, ...more }
  const { status, body } = await post('/v1/token', form, basic(agent))
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

async function tokenFor(agent: string, subject?: string, more: Form = {}): Promise<string> {
  return String((await exchanged(agent, subject ?? (await person('clara', ['clerk'])), more))['access_token'])
}

async function call(
  path: string,
  token: string | undefined,
  { method = 'GET', body, headers = {} }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<{ status: number; code: unknown; headers: Headers }> {
  const response = await fetch(`${node.gateway.address.url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = (await response.json()) as { code?: unknown }
  return { status: response.status, code: answer.code, headers: response.headers }
}

const refund = { method: 'POST', body: { amount: 1 } }

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
    const form = {
      grant_type: exchange,
      subject_token: await person('clara', ['clerk']),
      subject_token_type: type,
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }
    assert.equal((await post('/v1/token', form)).status, 200)
    const again = await post('/v1/token', form)
    assert.deepEqual([again.status, again.body['error']], [401, 'invalid_client'])
  })

  test('an agent that its own issuer lets act, by an actor token', async () => {
    const actor = await person('bot-client', [])
    const form = {
      grant_type: exchange,
      subject_token: await person('clara', ['clerk']),
      subject_token_type: type,
      actor_token: actor,
      actor_token_type: type,
    }
    const { status, body } = await post('/v1/token', form)
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(decodeJwt(String(body['access_token']))['act'], { sub: 'refund-bot' })
  })

  test('goes on with a run for the same agent and person only', async () => {
    const first = decodeJwt(await tokenFor('refund-bot', undefined, { tools: 'desk.get' }))
    const run = String(first['lockstep_run'])
    const again = decodeJwt(await tokenFor('refund-bot', undefined, { run }))
    assert.deepEqual([again['lockstep_run'], again['lockstep_tools']], [run, ['desk.get']])
    const form = { grant_type: exchange, subject_token_type: type, run }
    for (const [agent, sub] of [
      ['refund-bot', 'carl'],
      ['triage-bot', 'clara'],
    ] as const) {
      const { body } = await post('/v1/token', { ...form, subject_token: await person(sub, ['clerk']) }, basic(agent))
      assert.equal(body['error'], 'invalid_request')
    }
  })
})

describe('what is refused, by its name', () => {
  const cases: readonly [string, number, string, () => Promise<[Form, Record<string, string>?]>][] = [
    ['no grant type', 400, 'invalid_request', async () => [{}, basic('refund-bot')]],
    [
      'another grant type',
      400,
      'unsupported_grant_type',
      async () => [{ grant_type: 'password' }, basic('refund-bot')],
    ],
    ['nobody', 401, 'invalid_client', async () => [{ grant_type: 'client_credentials' }]],
    [
      'a wrong key',
      401,
      'invalid_client',
      async () => [{ grant_type: 'client_credentials' }, basic('night-bot', 'lsk_wrong')],
    ],
    [
      'the key of another agent',
      401,
      'invalid_client',
      async () => [{ grant_type: 'client_credentials' }, basic('night-bot', keys['refund-bot'])],
    ],
    [
      'a person as a client',
      400,
      'unauthorized_client',
      async () => [
        { grant_type: 'client_credentials' },
        { authorization: `Bearer ${await person('clara', ['clerk'])}` },
      ],
    ],
    ['no subject', 400, 'invalid_request', async () => [{ grant_type: exchange }, basic('refund-bot')]],
    [
      'a subject of no type',
      400,
      'invalid_request',
      async () => [{ grant_type: exchange, subject_token: 'x' }, basic('refund-bot')],
    ],
    [
      'a made-up subject',
      400,
      'invalid_request',
      async () => [{ grant_type: exchange, subject_token: 'x.y.z', subject_token_type: type }, basic('refund-bot')],
    ],
    [
      'a subject for somebody else',
      400,
      'invalid_request',
      async () => [
        {
          grant_type: exchange,
          subject_token: await person('clara', ['clerk'], { aud: 'https://x.example' }),
          subject_token_type: type,
        },
        basic('refund-bot'),
      ],
    ],
    [
      'a parameter twice',
      400,
      'invalid_request',
      async () => [{ grant_type: exchange, subject_token: ['a', 'b'], subject_token_type: type }, basic('refund-bot')],
    ],
    [
      'whom it may not act for',
      400,
      'access_denied',
      async () => [
        { grant_type: exchange, subject_token: await person('aud', ['auditor']), subject_token_type: type },
        basic('refund-bot'),
      ],
    ],
    [
      'an agent the charter does not know',
      400,
      'access_denied',
      async () => [
        { grant_type: exchange, subject_token: await person('clara', ['clerk']), subject_token_type: type },
        basic('nobodys-bot'),
      ],
    ],
    [
      'alone, for one that acts for others',
      400,
      'access_denied',
      async () => [{ grant_type: 'client_credentials' }, basic('refund-bot')],
    ],
    [
      'a sub-agent that may not',
      400,
      'access_denied',
      async () => [
        { grant_type: exchange, subject_token: await tokenFor('refund-bot'), subject_token_type: type },
        basic('triage-bot'),
      ],
    ],
    [
      'a sub-agent of another workflow',
      400,
      'access_denied',
      async () => [
        { grant_type: exchange, subject_token: await tokenFor('refund-bot'), subject_token_type: type },
        basic('stray-bot'),
      ],
    ],
    [
      'another workflow',
      400,
      'access_denied',
      async () => [
        {
          grant_type: exchange,
          subject_token: await person('clara', ['clerk']),
          subject_token_type: type,
          workflow: 'upkeep',
        },
        basic('refund-bot'),
      ],
    ],
    [
      'another workflow than the run’s',
      400,
      'invalid_request',
      async () => [
        {
          grant_type: exchange,
          subject_token: await tokenFor('refund-bot'),
          subject_token_type: type,
          workflow: 'upkeep',
        },
        basic('refund-bot'),
      ],
    ],
    [
      'tools of which none is there',
      400,
      'invalid_scope',
      async () => [
        {
          grant_type: exchange,
          subject_token: await person('clara', ['clerk']),
          subject_token_type: type,
          tools: 'desk.purge',
        },
        basic('refund-bot'),
      ],
    ],
    [
      'scopes of which none is there',
      400,
      'invalid_scope',
      async () => [
        {
          grant_type: exchange,
          subject_token: await person('clara', ['clerk']),
          subject_token_type: type,
          scope: 'admin',
        },
        basic('refund-bot'),
      ],
    ],
    [
      'a resource nobody knows',
      400,
      'invalid_target',
      async () => [
        {
          grant_type: exchange,
          subject_token: await person('clara', ['clerk']),
          subject_token_type: type,
          resource: 'https://x.example',
        },
        basic('refund-bot'),
      ],
    ],
    [
      'a new purpose in a run',
      400,
      'invalid_request',
      async () => [
        {
          grant_type: exchange,
          subject_token: await tokenFor('refund-bot'),
          subject_token_type: type,
          purpose: 'more',
        },
        basic('refund-bot'),
      ],
    ],
    [
      'a token of ours as the client',
      401,
      'invalid_client',
      async () => [
        { grant_type: exchange, subject_token: await tokenFor('refund-bot'), subject_token_type: type },
        { authorization: `Bearer ${await tokenFor('refund-bot')}` },
      ],
    ],
    [
      'another type of token',
      400,
      'invalid_request',
      async () => [
        { grant_type: 'client_credentials', requested_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
        basic('night-bot'),
      ],
    ],
  ]
  for (const [what, status, error, make] of cases)
    test(what, async () => {
      const [form, headers] = await make()
      const answer = await post('/v1/token', form, headers)
      assert.deepEqual([answer.status, answer.body['error']], [status, error], JSON.stringify(answer.body))
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.equal(answer.headers.has('www-authenticate'), status === 401)
    })
})

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
    const form = { grant_type: exchange, subject_token: await person('clara', ['clerk']), subject_token_type: type }
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
    const form = { grant_type: exchange, subject_token: renewed, subject_token_type: type }
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
