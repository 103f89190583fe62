// Cards: what a charter reads of them, and whose signatures count.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AgentCard, generateAgentCardSignature } from '@a2a-js/sdk'
import canonicalize from 'canonicalize'
import { exportJWK, FlattenedSign, generateKeyPair, type JWK } from 'jose'
import { interfacesOf, isAgentCard, readAgentCard } from '../../../src/charter/source/card.ts'
import { verifyCard } from '../../../src/gateway/a2a/card-signature.ts'
import { cardOf, charterWith } from './stage.ts'

const locate = (): { file: string; line: number; column: number } => ({ file: 'card.json', line: 1, column: 1 })

describe('an approved card', () => {
  it('makes an operation of each method and each skill', () => {
    const charter = charterWith(cardOf('http://agent.example'))
    const described = charter.sources.get('helper')?.description
    const methods = new Map(described?.operations.map(({ name, method }) => [name, method]))
    assert.deepEqual(
      [methods.get('SendMessage'), methods.get('GetTask'), methods.get('refunds')],
      ['AGENT', 'ASK', 'AGENT'],
    )
    assert.equal(charter.operations.get('helper.GetTask')?.writes, false)
    assert.equal(charter.operations.get('helper.SendMessage')?.writes, true)
    const kinds = charter.operations.get('helper.SendMessage')?.uses[0]?.constraints.map(({ kind }) => kind)
    assert.deepEqual(
      kinds?.filter((kind) => kind === 'delegation' || kind === 'integrity'),
      ['delegation', 'integrity'],
    )
  })

  it('names its interfaces, also as 0.3 has them', () => {
    const legacy = {
      name: 'x',
      skills: [],
      capabilities: {},
      url: 'http://a/',
      protocolVersion: '0.3.0',
      additionalInterfaces: [
        { url: 'http://a/', transport: 'JSONRPC' },
        { url: 'http://b/', transport: 'HTTP+JSON' },
      ],
    }
    assert.equal(isAgentCard(legacy), true)
    assert.deepEqual(interfacesOf(legacy), [
      { url: 'http://a/', binding: 'JSONRPC', version: '0.3' },
      { url: 'http://b/', binding: 'HTTP+JSON', version: '0.3' },
    ])
    assert.equal(isAgentCard({ tools: [] }), false)
  })

  it('must have interfaces, and skills with ids of their own', () => {
    const odd = {
      ...cardOf('http://a'),
      supportedInterfaces: [],
      skills: [{ id: 'GetTask' }, { id: 'a b' }, { id: 'x' }, { id: 'x' }],
    }
    const { diagnostics } = readAgentCard('helper', odd, locate)
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      Array(4).fill('agent-card'),
    )
  })
})

async function pair(kid: string): Promise<{ privateKey: Parameters<typeof generateAgentCardSignature>[0]; jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } }
}

describe('a signature', () => {
  it('of the SDK counts when the key is ours, whatever the card says where keys are', async () => {
    const { privateKey, jwk } = await pair('k1')
    const header = { alg: 'ES256', kid: 'k1', typ: 'JOSE', jku: 'https://evil.example/keys' }
    const signed = await generateAgentCardSignature(
      privateKey,
      header,
    )(AgentCard.fromJSON(cardOf('http://agent.example')))
    const wire = AgentCard.toJSON(signed)
    assert.equal(await verifyCard(wire, { keys: [jwk] }), 'signed')
    assert.equal(await verifyCard({ ...Object(wire), description: 'other' }, { keys: [jwk] }), 'forged')
    assert.equal(await verifyCard(wire, { keys: [(await pair('k2')).jwk] }), 'unknown')
    assert.equal(await verifyCard(wire, { keys: [(await pair('k1')).jwk] }), 'forged')
    assert.equal(await verifyCard(cardOf('http://agent.example'), { keys: [jwk] }), 'unsigned')
  })

  it('as the specification writes cards counts, with required members that are empty', async () => {
    const { privateKey, jwk } = await pair('k1')
    const card = {
      name: 'Example Agent',
      description: '',
      version: '1',
      supportedInterfaces: [{ url: 'http://a', protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' }],
      capabilities: { streaming: false, pushNotifications: false, extensions: [] },
      defaultInputModes: [],
      defaultOutputModes: [],
      skills: [],
    }
    const canonical = {
      ...card,
      supportedInterfaces: [{ url: 'http://a', protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
      capabilities: { streaming: false, pushNotifications: false },
    }
    const jws = await new FlattenedSign(Buffer.from(canonicalize(canonical) ?? ''))
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'JOSE' })
      .sign(privateKey)
    const signed = { ...card, signatures: [{ protected: jws.protected, signature: jws.signature }] }
    assert.equal(await verifyCard(signed, { keys: [jwk] }), 'signed')
    assert.equal(await verifyCard({ ...signed, capabilities: { pushNotifications: false } }, { keys: [jwk] }), 'forged')
  })

  it('by a secret or by nothing counts never', async () => {
    const { jwk } = await pair('k1')
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const card = cardOf('http://agent.example')
    for (const alg of ['none', 'HS256']) {
      const signatures = [{ protected: encode({ alg, kid: 'k1' }), signature: '' }]
      assert.equal(
        await verifyCard({ ...card, signatures }, { keys: [jwk, { kty: 'oct', k: 'AAAA', kid: 'k1' }] }),
        'forged',
      )
    }
    assert.equal(
      await verifyCard({ ...card, signatures: [{ protected: '%', signature: 1 }, null] }, { keys: [jwk] }),
      'unknown',
    )
  })
})
