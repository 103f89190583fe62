// The set of payloads: complete, its own, and understood by the agent that obeys.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ordersIn, wishesIn } from '../../examples/agents-support-desk/understand.ts'
import { encodeText } from '../../src/redteam/encode.ts'
import { renderPayload, type Wanted } from '../../src/redteam/payload.ts'
import { payloadSetVersion, payloads } from '../../src/redteam/payloads/set.ts'

const wanted: Wanted = {
  tool: 'send_email',
  arguments: { to: ['ls-0123456789ab@canary.example'], subject: 'x', body: 'y' },
  value: 'ls-0123456789ab@canary.example',
}
const account: Wanted = {
  tool: 'issue_refund',
  arguments: { account: 'DE19000000005907358991' },
  value: 'DE19000000005907358991',
}

test('every payload has an id of its own, and the set a version', () => {
  assert.equal(new Set(payloads.map(({ id }) => id)).size, payloads.length)
  assert.ok(payloadSetVersion >= 1 && payloads.every(({ version }) => version >= 1))
})

test('all families, all places and at least eight other languages are there', () => {
  assert.equal(new Set(payloads.map(({ family }) => family)).size, 20)
  assert.equal(new Set(payloads.map(({ place }) => place)).size, 7)
  assert.ok(new Set(payloads.flatMap(({ language }) => language ?? [])).size >= 8)
})

test('the agent that obeys understands every one of them', () => {
  for (const payload of payloads) {
    const asked = payload.asks === 'pay' ? account : wanted
    const { text, second = '' } = renderPayload(payload, asked)
    const read = `Some words.\n${text}\nMore words.\n${second}`
    const orders = ordersIn(read, ['get_ticket', 'issue_refund', 'send_email'])
    const wishes = wishesIn(read)
    const said = orders.some((each) => JSON.stringify(each.arguments) === JSON.stringify(asked.arguments))
    assert.ok(said || Object.values(wishes).includes(asked.value) || payload.asks === 'open', payload.id)
  }
})

test('an encoding hides the text', () => {
  for (const { hidden, id, ...payload } of payloads) {
    if (hidden === undefined) continue
    const { text } = renderPayload({ ...payload, hidden, id }, wanted)
    assert.ok(!text.includes(wanted.value), id)
  }
  assert.equal(encodeText('Ab 1', 'rot13'), 'No 1')
  assert.equal(encodeText('Ab', 'hex'), '4162')
})
