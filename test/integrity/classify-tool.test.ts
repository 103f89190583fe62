import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classifyTool, type Effect } from '../../src/integrity/classify-tool.ts'
import type { Tool } from '../../src/integrity/tool.ts'

const tool = (name: string, properties: Record<string, unknown> = {}, more: Partial<Tool> = {}): Tool => ({
  name,
  inputSchema: { type: 'object', properties },
  ...more,
})
const text = { type: 'string' }
const number = { type: 'number' }

const cases: readonly (readonly [Tool, effect: Effect, identity?: readonly string[]])[] = [
  [tool('get_order', { order_id: text }), 'reads', ['/order_id']],
  [tool('listInvoices', { limit: number }), 'reads'],
  [tool('issue_read', { issue_number: number }), 'reads', ['/issue_number']],
  [tool('issue_refund', { order_id: text, amount: number }), 'moves-money', ['/order_id']],
  [tool('send_money', { recipient: text, amount: number, subject: text }), 'moves-money', ['/recipient']],
  [tool('schedule', { to: text, amount: number }), 'moves-money', ['/to']],
  [tool('transfer_to_human', { summary: text }), 'writes'],
  [tool('delete_file', { path: text }), 'deletes', ['/path']],
  [
    tool('send_email', {
      to: { type: 'array', items: text },
      cc: { anyOf: [{ type: 'array', items: text }, { type: 'null' }] },
      body: text,
    }),
    'sends-out',
    ['/to/*', '/cc/*'],
  ],
  [tool('get_webpage', { url: text }), 'sends-out', ['/url']],
  [tool('search_emails', { to: text, query: text }), 'reads', ['/to']],
  [tool('run_query', { sql: text }), 'executes'],
  [tool('bash', { command: text }), 'executes'],
  [
    tool('create_order', {
      items: { type: 'array', items: { type: 'object', properties: { sku: text, product_id: text } } },
    }),
    'writes',
    ['/items/*/product_id'],
  ],
  [tool('frobnicate'), 'writes'],
  [tool('manage_records', {}, { description: 'List, create and change records.' }), 'writes'],
  [tool('orders', {}, { description: 'Returns the orders of a customer.' }), 'reads'],
  // A server's word does not make a reader of what says otherwise.
  [tool('delete_all', {}, { annotations: { readOnlyHint: true } }), 'deletes'],
  [tool('fetch_and_store', {}, { annotations: { readOnlyHint: false } }), 'writes'],
  [tool('status', { unit: { enum: ['a'] } }, { annotations: { readOnlyHint: true } }), 'reads', []],
]

for (const [given, effect, identity] of cases) {
  test(`${given.name} ${effect}`, () => {
    const found = classifyTool(given)
    assert.equal(found.effect, effect, JSON.stringify(found))
    if (identity !== undefined) assert.deepEqual(found.identity, identity)
    assert.equal(found.why.length, found.effects.length)
  })
}
