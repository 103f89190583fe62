// What goes out to other systems, and what never does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalText, wellFormedJson } from '../../src/ledger/canonical.ts'
import { mayHoldSecrets, prepareContent, secretHeaderTest } from '../../src/ledger/content.ts'
import type { Entry, EntryBody } from '../../src/ledger/entry.ts'
import { toCloudEvent } from '../../src/ledger/export/cloudevents.ts'
import { toOcsf } from '../../src/ledger/export/ocsf.ts'
import { toOtlp } from '../../src/ledger/export/otlp.ts'
import { hashLeaf } from '../../src/ledger/tree.ts'

const principal = { id: 'ada', kind: 'user', tenant: 'north', roles: ['clerk'] }
const charter = { name: 'shop', digest: 'sha256:00' }
const decision = {
  kind: 'decision' as const,
  operation: 'shop.refund',
  principal,
  charter,
  mode: 'enforce',
  reserved: false,
}
const reasons = [{ constraint: 'order.refund.limit', says: 'at most the total' }]

// Body → class, activity, status, severity; action and disposition for calls.
const bodies: [body: EntryBody, ocsf: readonly number[], action?: readonly number[]][] = [
  [{ ...decision, effect: 'allow', reasons: [] }, [6003, 99, 1, 1], [1, 1]],
  [{ ...decision, effect: 'deny', reasons, objects: [{ type: 'order', key: '7' }] }, [6003, 99, 2, 2], [2, 2]],
  [{ ...decision, effect: 'ask', reasons }, [6003, 99, 1, 1], [2, 14]],
  [{ kind: 'outcome', operation: 'shop.refund', outcome: 'unknown', status: 502 }, [6003, 99, 0, 1]],
  [{ kind: 'outcome', operation: 'shop.refund', outcome: 'effective', principal, status: 200 }, [6003, 99, 1, 1]],
  [
    { kind: 'hold', hold: 'h', state: 'pending', operation: 'shop.refund', principal, approvals: ['big'] },
    [6003, 99, 1, 1],
    [2, 14],
  ],
  [{ kind: 'approval', approval: 'big', effect: 'granted', principal }, [3003, 1, 1, 1]],
  [{ kind: 'approval', approval: 'big', effect: 'refused', principal, why: 'no' }, [3003, 99, 2, 2]],
  [{ kind: 'charter', charter, effect: 'loaded' }, [3004, 3, 1, 1]],
  [{ kind: 'switch', of: 'agent', name: 'bot', effect: 'off', principal, why: 'odd' }, [3004, 9, 1, 1]],
  [{ kind: 'sign-in', principal, effect: 'refused', method: 'oidc' }, [3002, 1, 2, 2]],
  [{ kind: 'settle', outcome: 'effective', principal, why: 'looked' }, [6003, 99, 1, 1]],
  [{ kind: 'erase', keys: ['k'], principal, why: 'asked' }, [3004, 4, 1, 1]],
  [{ kind: 'prune', upTo: 9, before: '2026-01-01T00:00:00.000Z', principal }, [3004, 4, 1, 1]],
  [{ kind: 'secret', secret: 'stripe', effect: 'rotated', revision: 2, version: 2, principal }, [3004, 3, 1, 1]],
  [{ kind: 'secret-use', effect: 'refused', secrets: ['stripe'], source: 'shop', principal }, [3004, 2, 2, 2]],
  [{ kind: 'start', origin: 'ledger.example/t', version: '1' }, [6002, 3, 1, 1]],
]

const source = { origin: 'ledger.example/t', version: '1.2' }

for (const [index, [body, ocsf, action]] of bodies.entries()) {
  test(`${body.kind}${'effect' in body ? ` ${body.effect}` : ''} in every form`, () => {
    const entry: Entry = { ...body, v: 1, at: '2026-11-21T08:00:00.250Z', node: 'a', call: 'c1' }
    const event = { index, hash: hashLeaf(canonicalText(entry)), entry }
    const out = toOcsf(event, source)
    assert.deepEqual([out['class_uid'], out['activity_id'], out['status_id'], out['severity_id']], ocsf)
    assert.equal(out['type_uid'], Number(out['class_uid']) * 100 + Number(out['activity_id']))
    assert.equal(out['category_uid'], Math.floor(Number(out['class_uid']) / 1000))
    if (action !== undefined) assert.deepEqual([out['action_id'], out['disposition_id']], action)
    if (out['class_uid'] === 6003) for (const member of ['actor', 'api', 'src_endpoint']) assert.ok(out[member], member)
    assert.equal(out['time'], Date.UTC(2026, 10, 21, 8, 0, 0, 250))

    const cloud = toCloudEvent(event, source)
    assert.deepEqual(
      [cloud.specversion, cloud.id, cloud.source, cloud.time],
      ['1.0', String(index), '//ledger.example/t', entry.at],
    )
    assert.deepEqual(hashLeaf(canonicalText(JSON.parse(JSON.stringify(cloud)).data)), event.hash)

    const text = JSON.stringify(toOtlp([event], source))
    assert.match(text, /"timeUnixNano":"1795248000250000000"/)
    assert.match(text, new RegExp(`"lockstep.entry.hash","value":{"stringValue":"${event.hash.toString('hex')}"}`))
  })
}

const isSecret = secretHeaderTest(['X-Shop-Pin'])

const headers: [headers: unknown, kept: unknown][] = [
  [{ Authorization: 'S', accept: 'a' }, { accept: 'a' }],
  [
    { cookie: 'S', 'Set-Cookie': ['S'], 'x-shop-pin': 'S', 'X-Api-Key': 'S', 'x-auth-token': 'S', date: 'd' },
    { date: 'd' },
  ],
  [
    [
      ['Authorization', 'S'],
      ['accept', 'a'],
    ],
    [['accept', 'a']],
  ],
  [
    ['Authorization', 'S', 'accept', 'a'],
    ['accept', 'a'],
  ],
  ['Authorization: S', undefined],
]

test('secret headers are never recorded, in whatever form they come', () => {
  for (const [given, kept] of headers) {
    for (const member of ['header', 'headers', 'Trailers']) {
      const content = { request: { [member]: given, body: 'b' }, answer: { [member]: given, status: 200 } }
      for (const rule of ['full', 'keyed-hash'] as const) {
        const safe = prepareContent(content, rule, isSecret)
        assert.deepEqual(safe, { request: { [member]: kept, body: 'b' }, answer: { [member]: kept, status: 200 } })
      }
    }
  }
})

test('what is sealed as it came has no secret header in it', () => {
  const parts = ['request', 'answer', 'objects']
  const members = ['header', 'Headers', 'TRAILERS', 'body']
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constant({}),
    fc.constant([]),
    fc.constantFrom(...headers.map(([given]) => given)),
  )
  const part = fc.dictionary(fc.oneof(fc.constantFrom(...members), fc.string()), value)
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...parts), part), (given) => {
      const content: unknown = JSON.parse(JSON.stringify(given))
      assert.ok(typeof content === 'object' && content !== null)
      const text = wellFormedJson(content)
      const safe = wellFormedJson(prepareContent(JSON.parse(text), 'full', isSecret))
      assert.ok(safe === text || mayHoldSecrets(text), text)
    }),
  )
})

test('redaction leaves no value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('request', 'objects', 'answer'), (value, part) => {
      const planted = 'planted-5f2a'
      const kept = prepareContent({ [part]: { planted: [planted, value, 424242] } }, 'redacted', isSecret)
      const text = JSON.stringify(kept)
      assert.ok(!text.includes(planted) && !text.includes('424242'))
      assert.ok(text.startsWith(`{"${part}":{"planted":["string",`))
    }),
  )
})

test('whatever is JSON has one canonical text', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const once = canonicalText(JSON.parse(wellFormedJson(value)))
      assert.equal(canonicalText(JSON.parse(once)), once)
      assert.equal(Buffer.from(once).toString(), once)
    }),
  )
})
