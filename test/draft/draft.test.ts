// What a draft reads out of descriptions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDescription } from '../../src/charter/load-description.ts'
import { withoutReasons } from '../../src/draft/claim.ts'
import { draftCharter } from '../../src/draft/draft.ts'
import { api, errorsOf, textOf } from './drafting.ts'
import { cases, read, role } from './guessed.ts'

/** Path of names, with the dots of operations inside. */
function at(value: unknown, path: string): unknown {
  if (path === '' || value === undefined) return value
  const members = Object.entries(Object(value))
  const [name, member] = members.find(([each]) => path === each || path.startsWith(`${each}.`)) ?? []
  return name === undefined ? undefined : at(member, path.slice(name.length + 1))
}

for (const [name, { operations, at: place, is }] of Object.entries(cases)) {
  test(`drafts ${name}`, () => {
    const description = api(operations)
    const draft = withoutReasons(draftCharter({ description, url: './openapi.yaml', today: '2026-11-21' }))
    if (place === 'objects') assert.deepEqual(Object.keys(Object(at(draft, place))), Object.keys(Object(is)))
    else assert.deepEqual(at(draft, place), is)
    assert.deepEqual(errorsOf(description), [])
  })
}

for (const example of ['bank-payments', 'shop-orders']) {
  test(`the draft of ${example} is a charter, the same every time`, async () => {
    const { description } = await loadDescription('api', `examples/${example}/openapi.yaml`)
    assert.ok(description)
    assert.deepEqual(errorsOf(description), [])
    assert.equal(textOf(description), textOf(description))
  })
}

test('every guess says why on its line, and what the description says stands alone', () => {
  const description = api({ ...read, ...role, 'POST /orders/{id}/pay': {} })
  const lines = textOf(description).split('\n')
  const line = (start: string): string => lines.find((each) => each.trim().startsWith(start)) ?? ''
  assert.equal(line('owner:').trim(), 'owner: /customerId # guessed: because of the name `customerId`')
  assert.equal(line('read:').trim(), 'read: api.getOrdersById')
  assert.equal(line('on:').trim(), 'on: api.postOrdersByIdPay')
  assert.match(line('from:'), /from: placed # guessed: because of the usual order/)
})
