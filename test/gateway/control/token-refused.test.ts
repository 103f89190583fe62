// Who is given no token of ours, and why.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { keys } from './agents.ts'
import { basic, exchange, exchangeOf, type Form, openTokenStage, type } from './token-stage.ts'

const { person, post, tokenFor, close } = await openTokenStage()
after(close)

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
      'a subject for whom another agent may act',
      400,
      'access_denied',
      async () => [
        exchangeOf(await person('clara', ['clerk'], { may_act: { sub: 'triage-bot' } })),
        basic('refund-bot'),
      ],
    ],
    [
      'a subject for somebody else',
      400,
      'invalid_request',
      async () => [exchangeOf(await person('clara', ['clerk'], { aud: 'https://x.example' })), basic('refund-bot')],
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
      async () => [exchangeOf(await person('aud', ['auditor'])), basic('refund-bot')],
    ],
    [
      'an agent the charter does not know',
      400,
      'access_denied',
      async () => [exchangeOf(await person('clara', ['clerk'])), basic('nobodys-bot')],
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
      async () => [exchangeOf(await tokenFor('refund-bot')), basic('triage-bot')],
    ],
    [
      'a sub-agent of another workflow',
      400,
      'access_denied',
      async () => [exchangeOf(await tokenFor('refund-bot')), basic('stray-bot')],
    ],
    [
      'another workflow',
      400,
      'access_denied',
      async () => [exchangeOf(await person('clara', ['clerk']), { workflow: 'upkeep' }), basic('refund-bot')],
    ],
    [
      'another workflow than the run’s',
      400,
      'invalid_request',
      async () => [exchangeOf(await tokenFor('refund-bot'), { workflow: 'upkeep' }), basic('refund-bot')],
    ],
    [
      'tools of which none is there',
      400,
      'invalid_scope',
      async () => [exchangeOf(await person('clara', ['clerk']), { tools: 'desk.purge' }), basic('refund-bot')],
    ],
    [
      'scopes of which none is there',
      400,
      'invalid_scope',
      async () => [exchangeOf(await person('clara', ['clerk']), { scope: 'admin' }), basic('refund-bot')],
    ],
    [
      'a resource nobody knows',
      400,
      'invalid_target',
      async () => [
        exchangeOf(await person('clara', ['clerk']), { resource: 'https://x.example' }),
        basic('refund-bot'),
      ],
    ],
    [
      'a new purpose in a run',
      400,
      'invalid_request',
      async () => [exchangeOf(await tokenFor('refund-bot'), { purpose: 'more' }), basic('refund-bot')],
    ],
    [
      'a token of ours as the client',
      401,
      'invalid_client',
      async () => [
        exchangeOf(await tokenFor('refund-bot')),
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

test('a form of very many parameters is refused as fast as any other', async () => {
  const form = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`x${index}`, '']))
  const began = performance.now()
  assert.equal((await post('/v1/token', form)).status, 400)
  assert.ok(performance.now() - began < 3000, `${performance.now() - began} ms`)
})

test('a key with signs is known encoded in a form, as it should be, and as it is, as many clients send it', async () => {
  const [name, key] = ['nobodys-bot', keys['nobodys-bot'] ?? '']
  for (const [shown, expected] of [
    [key, 'access_denied'],
    [encodeURIComponent(key), 'access_denied'],
    [`${key}x`, 'invalid_client'],
  ] as const)
    assert.equal(
      (await post('/v1/token', { grant_type: 'client_credentials' }, basic(name, shown))).body['error'],
      expected,
    )
})
