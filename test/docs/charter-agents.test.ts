// The charter of agents in docs/charter.md is one.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readToolList } from '../../src/charter/source/tools.ts'
import { analyse } from '../charter/fixture.ts'

test('the charter of agents has no errors', () => {
  const text = readFileSync(new URL('../../docs/charter.md', import.meta.url), 'utf8')
  const [, block = ''] = /^## 11\. Agents[\s\S]*?^```yaml\n([\s\S]*?)^```$/m.exec(text) ?? []
  const tool = (name: string, ...names: readonly string[]) => ({
    name,
    inputSchema: { type: 'object', properties: Object.fromEntries(names.map((each) => [each, { type: 'string' }])) },
  })
  const tools = [
    tool('get_order', 'order_id'),
    tool('issue_refund', 'order_id', 'account', 'amount'),
    tool('send_email', 'to'),
  ]
  const { description } = readToolList('desk', { tools }, () => ({ file: 'desk.tools.json', line: 1, column: 1 }))
  assert.ok(description)
  const { diagnostics } = analyse(`lockstep: 1\nname: refunds\n${block}`, new Map([['desk', description]]))
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  )
})
