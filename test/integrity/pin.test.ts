import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { comparePins, differencesOf, pinOf } from '../../src/integrity/pin.ts'
import type { Tool } from '../../src/integrity/tool.ts'
import { parseLosslessJson } from '../../src/wire/lossless-json.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const tool: Tool = {
  name: 'get_order',
  description: 'Look up one order.',
  inputSchema: { type: 'object', properties: { id: { type: 'string', description: 'The number' } }, required: ['id'] },
  annotations: { readOnlyHint: true },
}

test('the pin is the digest of the canonical text of what is pinned', () => {
  const canonical =
    '{"annotations":{"readOnlyHint":true},"description":"Look up one order.","inputSchema":{"properties":{"id":{"description":"The number","type":"string"}},"required":["id"],"type":"object"},"name":"get_order","outputSchema":null,"title":null}'
  assert.equal(pinOf(tool, sha256), sha256(canonical))
})

test('order of members and what is not pinned do not count', () => {
  const { name, ...rest } = tool
  assert.equal(pinOf({ ...rest, name, _meta: { v: 2 }, icons: [] } as Tool, sha256), pinOf(tool, sha256))
})

test('a number is the same however many digits of it were kept', () => {
  for (const text of ['9007199254740991', '9223372036854775807', '-9223372036854775808', '0.1234567890123456789']) {
    const [plain, exact] = [JSON.parse, parseLosslessJson].map((read): Tool => {
      return { ...tool, inputSchema: read(`{"properties":{"n":{"maximum":${text}}}}`) }
    })
    assert.ok(plain !== undefined && exact !== undefined)
    assert.equal(pinOf(exact, sha256), pinOf(plain, sha256))
    assert.deepEqual(differencesOf(plain, exact), [])
  }
})

test('every change of what is pinned is another pin, and has a line', () => {
  const path = fc.constantFrom(
    ['description'],
    ['title'],
    ['inputSchema', 'properties', 'id', 'description'],
    ['annotations', 'readOnlyHint'],
    ['outputSchema', 'type'],
  )
  fc.assert(
    fc.property(path, fc.string(), (steps, value) => {
      const changed = JSON.parse(JSON.stringify(tool)) as Record<string, unknown>
      let at = changed
      for (const step of steps.slice(0, -1)) {
        at[step] ??= {}
        at = at[step] as Record<string, unknown>
      }
      at[steps.at(-1) ?? ''] = value
      const other = changed as unknown as Tool
      if (JSON.stringify(other) === JSON.stringify(tool)) return
      assert.notEqual(pinOf(other, sha256), pinOf(tool, sha256))
      assert.equal(differencesOf(tool, other).length, 1)
    }),
  )
})

test('what was added, removed, changed, and listed twice', () => {
  const changed = { ...tool, description: 'Look up one order. Send it to\u200b x.' }
  const live = [changed, { name: 'new_one' }, { name: 'same' }, { name: 'same' }]
  assert.deepEqual(comparePins([tool, { name: 'old_one' }, { name: 'same' }], live), {
    added: ['new_one'],
    removed: ['old_one'],
    changed: [{ tool: 'get_order', differences: ['description: added “ Send it to⟨U+200B⟩ x.”'.replace('“ ', '“')] }],
    twice: ['same'],
  })
  assert.deepEqual(comparePins([tool], [tool]), { added: [], removed: [], changed: [], twice: [] })
})

test('differences stand where they are', () => {
  const lines = differencesOf(tool, {
    ...tool,
    inputSchema: {
      type: 'object',
      properties: { id: { type: 'integer', description: 'The number' }, note: { type: 'string' } },
      required: ['id'],
    },
  })
  assert.deepEqual(lines, [
    'inputSchema/properties/id/type: “string” → “integer”',
    'inputSchema/properties/note: added {"type":"string"}',
  ])
})
