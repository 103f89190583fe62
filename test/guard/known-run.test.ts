import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asKept, type Entry, freshRun, takeIn } from '../../src/guard/known-run.ts'
import { trace } from '../../src/session/provenance/trace.ts'
import { parseLosslessJson } from '../../src/wire/lossless-json.ts'

test('who keeps an entry knows what everybody knows who reads it', () => {
  const content = parseLosslessJson('{"id": 12345678901234567890, "total": 12.50, "note": "order 9876543210987654321"}')
  const entry: Entry = { seen: { kind: 'answer', operation: 'desk.get', content, trusted: [['id']] } }
  const [writer, reader] = [freshRun({}), freshRun({})]
  takeIn(writer, [{ number: 1, entry: asKept(entry) }])
  takeIn(reader, [{ number: 1, entry: JSON.parse(JSON.stringify(entry)) }])
  for (const value of ['12345678901234567890', 12.5, '9876543210987654321', 's', 'other'])
    assert.deepEqual(trace(writer.memory, value), trace(reader.memory, value))
  assert.equal(trace(writer.memory, '12345678901234567890')[0]?.trust, 'trusted')
})

test('an entry without exact numbers is kept as it is', () => {
  const entry: Entry = { seen: { kind: 'answer', operation: 'desk.get', content: { total: 12.5 } } }
  assert.equal(asKept(entry), entry)
})
