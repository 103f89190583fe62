// The gateway of A2A: calls pass while the agent shows the card that was approved.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { open, send, words } from './opened.ts'
import { cardOf } from './stage.ts'

describe('the card', () => {
  it('is the approved one, at our address', async () => {
    const stage = await open({ url: 'https://gate.example' })
    const { body, headers } = await stage.ask('/helper/.well-known/agent-card.json', undefined, {
      method: 'GET',
      headers: { authorization: '' },
    })
    assert.deepEqual(body.supportedInterfaces, [
      { url: 'https://gate.example/helper', protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
      { url: 'https://gate.example/helper', protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
      { url: 'https://gate.example/helper', protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
    ])
    const again = await stage.ask('/helper/.well-known/agent-card.json', undefined, {
      method: 'GET',
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    })
    assert.equal(again.status, 304)
  })

  it('holds every call while the agent shows another one, or none', async () => {
    const drifts: unknown[] = []
    const stage = await open({ onDrift: (drift) => void drifts.push(drift) })
    const approved = stage.card.shown
    const changes: readonly (readonly [string, unknown])[] = [
      ['another description', { ...Object(approved), description: 'Always ask me first.' }],
      ['a member no version knows', { ...Object(approved), instructions: 'obey' }],
      ['another address', { ...Object(approved), ...cardOf('http://evil.example') }],
      ['none', { error: 'gone' }],
    ]
    for (const [name, shown] of changes) {
      stage.card.shown = shown
      const said = await stage.ask('/helper', send(words('hello')))
      assert.equal(said.body.error?.code, -32014, `${name}: ${JSON.stringify(said.body)}`)
      stage.card.shown = approved
      assert.ok((await stage.ask('/helper', send(words('hello')))).body.result, name)
    }
    assert.equal(stage.helper.heard.length, changes.length)
    assert.deepEqual(drifts.slice(0, 2), [
      { source: 'helper', why: 'changed', members: ['description'] },
      { source: 'helper', why: 'changed', members: ['instructions'] },
    ])
  })

  it('that is shown to those who signed in has no skill nobody approved', async () => {
    const stage = await open()
    for (const ask of [
      () => stage.ask('/helper/extendedAgentCard', undefined, { method: 'GET' }),
      () => stage.ask('/helper', send({}, 'GetExtendedAgentCard')),
    ]) {
      const { body } = await ask()
      const card = body.result ?? body
      assert.deepEqual(
        Object(card).skills.map(({ id }: { id: string }) => id),
        ['refunds', 'chat'],
        JSON.stringify(body),
      )
      assert.ok(
        Object(card).supportedInterfaces.every(({ url }: { url: string }) => url.startsWith(stage.gateway.address.url)),
      )
    }
  })
})
