// The guard as a Guardian of the Agent Control Standard: who is heard, and how its answers are told from others.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { begun, open, refund } from './opened.ts'
import { bot, call } from './stage.ts'

describe('the handshake', () => {
  it('says what is evaluated, and that nothing goes on without a decision', async () => {
    const stage = await open()
    const hello = await stage.framework().hello()
    assert.ok(hello.signed)
    assert.equal(hello.at('/result/on_decision_failure'), 'deny')
    assert.deepEqual(hello.at('/result/methods_evaluated'), [
      'steps/sessionStart',
      'steps/toolCallRequest',
      'protocols/MCP/tools/call',
    ])
    assert.deepEqual(hello.at('/result/profiles_accepted'), ['acs-core'])
    assert.equal(hello.at('/result/payload/selected_transport'), 'http', 'where older clients look')
    assert.equal(hello.at('/result/decision'), undefined)
  })

  it('refuses who has no version or transport in common', async () => {
    const stage = await open()
    const versions = await stage.framework().hello({ acs_versions_supported: ['1.0.0'] })
    assert.deepEqual([versions.at('/error/code'), versions.at('/error/data/supported_versions/0')], [-32001, '0.1.0'])
    assert.ok(versions.signed)
    assert.equal((await stage.framework().hello({ transports_supported: ['stdio'] })).at('/error/code'), -32000)
  })

  it('comes before every step, and a session stays with who began it', async () => {
    const other = { name: 'other', keyId: 'k2', secret: Buffer.alloc(32, 7) }
    const stage = await open({ agents: [bot, other] })
    const early = await stage.framework().step('steps/sessionStart')
    assert.deepEqual([early.at('/error/code'), early.signed], [-32003, true])
    const framework = await begun(stage)
    const stranger = stage.framework(framework.session, { secret: other.secret, keyId: 'k2', agentId: 'other' })
    assert.equal((await stranger.hello()).at('/error/code'), -32000)
    const renamed = await framework.step('steps/turnStart', {}, { metadata: { agent_id: 'claude-code:1' } })
    assert.equal(renamed.at('/error/code'), -32000)
    assert.equal((await framework.hello()).at('/result/negotiated_version'), '0.1.0', 'again by the same agent')
  })
})

describe('the channel', () => {
  it('takes nothing that is unsigned, changed, old or was here before', async () => {
    const stage = await open()
    const framework = await begun(stage)
    const envelope = framework.envelope('steps/toolCallRequest', refund(1))
    assert.equal((await framework.send(envelope)).at('/error/code'), -32004)
    const signed = framework.sign(envelope)
    const changed = structuredClone(signed)
    Object.assign(Object(Object(changed['params']).payload), refund(99))
    assert.equal((await framework.send(changed)).at('/error/code'), -32004)
    assert.equal((await framework.send({ ...signed, method: 'steps/turnStart' })).at('/error/code'), -32004)
    assert.equal((await framework.send(signed)).decision, 'allow')
    assert.equal((await framework.send(signed)).at('/error/code'), -32005)
    const old = await framework.step('steps/turnStart', {}, { timestamp: new Date(Date.now() - 400_000).toISOString() })
    assert.deepEqual([old.at('/error/code'), old.at('/error/data/skew_window_ms')], [-32006, 300_000])
    const nonce = 'n'.repeat(16)
    assert.equal((await framework.step('steps/turnStart', {}, { nonce })).decision, 'allow')
    assert.equal((await framework.step('steps/turnStart', {}, { nonce })).at('/error/code'), -32005)
    assert.equal((await framework.send([signed])).at('/error/code'), -32600)
    const odd = framework.sign({ ...envelope, params: { ...Object(envelope['params']), request_id: 'no uuid' } })
    assert.equal((await framework.send(odd)).at('/error/code'), -32600)
  })

  it('pings without a signature', async () => {
    const stage = await open()
    const framework = stage.framework()
    const ping = await framework.send(framework.envelope('system/ping', { echo: 'hi' }))
    assert.deepEqual(
      [ping.decision, ping.at('/result/payload/echo'), ping.at('/result/chain_hash')],
      ['allow', 'hi', undefined],
    )
  })

  it('publishes the head of the chain with every step, and notices another one', async () => {
    const stage = await open()
    const framework = await begun(stage)
    const first = await framework.step('steps/sessionStart')
    const second = await framework.step(
      'steps/turnStart',
      {},
      { metadata: { session_state: { chain_hash: first.at('/result/chain_hash') } } },
    )
    assert.equal(second.decision, 'allow')
    assert.notEqual(second.at('/result/chain_hash'), first.at('/result/chain_hash'))
    const torn = await framework.step(
      'steps/turnStart',
      {},
      { metadata: { session_state: { chain_hash: '0'.repeat(64) } } },
    )
    assert.deepEqual([torn.decision, torn.at('/result/reason_codes/0'), torn.signed], ['deny', 'chain_mismatch', true])
  })

  it('denies what it does not know, and everything while it cannot record', async () => {
    const stage = await open()
    const framework = await begun(stage)
    const unknown = await framework.step('steps/dreams', {})
    assert.deepEqual([unknown.decision, unknown.at('/result/reason_codes/0')], ['deny', 'unknown-method'])
    assert.equal((await framework.step('steps/toolCallRequest', { tool: 1 })).at('/error/code'), -32602)
    stage.lines.fail = true
    const blind = await framework.step('steps/toolCallRequest', refund(1))
    assert.deepEqual([blind.decision, blind.at('/result/reason_codes/0'), blind.signed], ['deny', 'unavailable', true])
    const nameless = await framework.step('steps/toolCallRequest', call('rm', {}))
    assert.equal(nameless.at('/result/reason_codes/0'), 'unavailable')
    stage.lines.fail = false
  })
})
