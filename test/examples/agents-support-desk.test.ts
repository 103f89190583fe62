// The support desk: its tools are the approved ones, over both transports, and the corpus of scenarios is decided as it should be.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { decideBarely } from '../../examples/agents-support-desk/bare.ts'
import { deskCharter, deskScenarios, playAll, surprises } from '../../examples/agents-support-desk/corpus.ts'
import { KNOWN } from '../../examples/agents-support-desk/expected.ts'
import { decideByGateway } from '../../examples/agents-support-desk/gateway.ts'
import { decideByGuard } from '../../examples/agents-support-desk/guarded.ts'
import type { Effect } from '../../examples/agents-support-desk/records.ts'
import { serve } from '../../examples/agents-support-desk/show.ts'
import { start } from '../../examples/agents-support-desk/start.ts'

const folder = new URL('../../examples/agents-support-desk/', import.meta.url)
const approved: unknown = JSON.parse(readFileSync(new URL('desk.tools.json', folder), 'utf8'))

function client(): Client {
  return new Client({ name: 'test', version: '1.0.0' }, {})
}

test('the approved tools are those that the server has, over HTTP', async (t) => {
  const desk = await start()
  t.after(() => desk.close())
  const asking = client()
  await asking.connect(new StreamableHTTPClientTransport(new URL(desk.url)))
  const { tools } = await asking.listTools()
  assert.deepEqual({ server: { name: 'desk', version: '1.0.0' }, tools }, approved)
  const order = await asking.callTool({ name: 'get_order', arguments: { order_id: 'o-1001' } })
  assert.equal(new Map(Object.entries(order.structuredContent ?? {})).get('total'), '80.00')
  await asking.close()
})

test('and on standard input and output', async () => {
  const asking = client()
  const server = fileURLToPath(new URL('server.ts', folder))
  await asking.connect(new StdioClientTransport({ command: process.execPath, args: [server, '--stdio'] }))
  const { tools } = await asking.listTools()
  assert.deepEqual({ server: { name: 'desk', version: '1.0.0' }, tools }, approved)
  await asking.close()
})

test('every class of scenarios has attacks and a benign twin', () => {
  const classes = new Map<string, ReturnType<typeof deskScenarios>>()
  for (const each of deskScenarios()) classes.set(each.of, [...(classes.get(each.of) ?? []), each])
  assert.ok(classes.size >= 20, `${classes.size} classes`)
  for (const [name, all] of classes)
    assert.deepEqual([...new Set(all.map(({ kind }) => kind))].sort(), ['attack', 'benign'], name)
})

const all = deskScenarios()
/** Of each class the first attack and the first benign run; all of them: `check.ts --gateway`. */
const some = all.filter(
  ({ of, kind }, index) => all.findIndex((each) => each.of === of && each.kind === kind) === index,
)

for (const [way, open, scenarios] of [
  ['by the bare decision', decideBarely, all],
  ['by the guard', decideByGuard, all],
  ['by the guard behind its gateway', decideByGateway, some],
] as const)
  test(`every scenario is decided as it should be ${way}, but for those that are known`, async () => {
    const played = await playAll(await deskCharter(), open, scenarios)
    assert.ok(played.length >= 40)
    assert.deepEqual(surprises(played, KNOWN), [])
    const asked = played.filter(({ scenario, questions }) => scenario.kind === 'benign' && questions > 0)
    const wanted = asked.filter(({ scenario }) =>
      scenario.steps.some((each) => 'expect' in each && each.expect === 'ask'),
    )
    assert.equal(asked.length, wanted.length, 'nobody is asked where no scenario says so')
  })

test('what `npm start` shows of it: a ticket leads the obedient agent astray, not behind the guard, and an honest one is served', async () => {
  const bare = await serve({ lured: true, guarded: false })
  assert.deepEqual(goalsOf(bare.effects), ['DE44500105175407324931', 'refunds@evil.example'])
  const guarded = await serve({ lured: true, guarded: true })
  assert.deepEqual(guarded.effects, [])
  assert.deepEqual(
    guarded.refusals.map(({ tool }) => tool),
    ['issue_refund', 'send_email'],
  )
  for (const { says } of guarded.refusals)
    assert.match(says, /came from untrusted content of `desk.get_ticket` at `\/body`/)
  const honest = await serve({ lured: false, guarded: true })
  assert.deepEqual(goalsOf(honest.effects), ['DE89370400440532013000', 'anna@mail.example'])
  assert.deepEqual(honest.refusals, [])
})

function goalsOf(effects: readonly Effect[]): string[] {
  return effects.flatMap((each) => (each.kind === 'refund' ? each.account : each.kind === 'mail' ? each.to : []))
}
