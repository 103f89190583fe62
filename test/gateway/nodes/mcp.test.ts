// MCP over several nodes of one guard, and over a restart: what was begun at one goes on at another.
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Charter } from '../../../src/charter/charter.ts'
import { ask, askOld, callTool, type Said } from '../mcp/ask.ts'
import { approved, type Desk, openDesk } from '../mcp/desk.ts'
import { type FixtureHttp, openFixture } from '../mcp/fixture/http.ts'
import { openStage, type Stage, type StageOptions, toolCharter } from '../mcp/stage.ts'
import { type OpenNode, overEveryStore } from './place.ts'

const words = {
  actors: { clerk: {}, manager: {} },
  operations: {
    'desk.get_order': { by: ['clerk', 'manager'], safe: true },
    'desk.long_job': { by: ['clerk', 'manager'], rate: { 'at-most': '2 per 1h', per: 'principal' } },
  },
}

let desk: Desk
let fixture: FixtureHttp
before(async () => {
  desk = await openDesk()
  fixture = await openFixture()
})
after(() => {
  desk?.close()
  fixture?.close()
})

interface Node extends Stage {
  stop(): Promise<void>
}

const running: Node[] = []
afterEach(async () => {
  for (const node of running.splice(0)) await node.stop()
})

async function start(open: OpenNode, options: StageOptions): Promise<Node> {
  const place = await open()
  const stage = await openStage({ ...options, on: place.on })
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped ??= stage.close().then(() => place.close())
    return stopped
  }
  const node = { ...stage, stop }
  running.push(node)
  return node
}

const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
const deskCharter = (): Charter => toolCharter(words, { desk: { tools: approved } })
const outcomes = ({ events }: Stage): readonly string[] =>
  events.flatMap((each) => (each.kind === 'outcome' ? [each.effect] : []))

overEveryStore((open) => {
  const startDesk = (): Promise<Node> =>
    start(open, { charter: deskCharter(), servers: { desk: { http: { url: desk.url } } } })
  const list = (node: Stage, as: string, session: string): Promise<Said> =>
    askOld(node.url, 'tools/list', {}, { as, headers: { 'mcp-session-id': session } })

  test('a session opened at one node goes on at another and after a restart, for its owner alone', async () => {
    const [one, two] = [await startDesk(), await startDesk()]
    const opened = await askOld(one.url, 'initialize', hello, { as: 'clerk' })
    const session = opened.headers.get('mcp-session-id') ?? ''
    assert.equal((await list(two, 'clerk', session)).status, 200)
    assert.match(String(desk.seen.at(-1)?.headers['mcp-session-id']), /^upstream-/)
    const before = desk.seen.length
    for (const node of [one, two]) assert.equal((await list(node, 'manager', session)).status, 404)
    assert.equal(desk.seen.length, before)
    await one.stop()
    await two.stop()
    const three = await startDesk()
    assert.equal((await list(three, 'clerk', session)).status, 200)
    const headers = { authorization: 'Bearer clerk', 'mcp-session-id': session }
    assert.ok((await fetch(three.url, { method: 'DELETE', headers })).ok)
    const four = await startDesk()
    for (const node of [three, four]) assert.equal((await list(node, 'clerk', session)).status, 404)
  })

  test('one session with several servers is one at every node', async () => {
    const options = { servers: { desk: { http: { url: desk.url } }, fixture: { http: { url: fixture.url } } } }
    const [one, two] = [await start(open, options), await start(open, options)]
    const opened = await askOld(one.url, 'initialize', hello, { as: 'clerk' })
    const session = opened.headers.get('mcp-session-id') ?? ''
    const [theirs] = desk.seen.slice(-1)
    assert.equal(theirs?.message.method, 'initialize')
    const listed = await list(two, 'clerk', session)
    assert.match(listed.text, /desk__get_order/)
    assert.match(listed.text, /fixture__test_simple_text/)
    const asked = desk.seen.findLast(({ message }) => message.method === 'tools/list')
    assert.match(String(asked?.headers['mcp-session-id']), /^upstream-/)
  })

  test('a task begun at one node is asked for at another by its owner, and by nobody else', async () => {
    const [one, two] = [await startDesk(), await startDesk()]
    const taskId = desk.nextTask()
    assert.equal((await callTool(one.url, 'long_job', {}, { as: 'clerk' })).result?.['taskId'], taskId)
    const get = (node: Stage, as: string): Promise<Said> => ask(node.url, 'tasks/get', { taskId }, { as })
    assert.equal((await get(two, 'manager')).error?.code, -32602)
    const done = await Promise.all([get(two, 'clerk'), get(one, 'clerk'), get(two, 'clerk')])
    for (const each of done) assert.equal(each.result?.['status'], 'completed', each.text)
    assert.deepEqual([...outcomes(one), ...outcomes(two)], ['effective'], 'settled once')
    // Whatever id the server gives: what one was given is nobody else's.
    desk.sameTask(taskId)
    const stolen = await callTool(one.url, 'long_job', {}, { as: 'manager' })
    assert.equal(stolen.error?.code, -32019, stolen.text)
    assert.equal((await get(one, 'manager')).error?.code, -32602)
  })

  test('a restart loses no task, and what it counts is counted once', async () => {
    const one = await startDesk()
    const tasks = [desk.nextTask(), desk.nextTask()]
    for (const _ of tasks) await callTool(one.url, 'long_job', {}, { as: 'clerk-two' })
    await one.stop()
    const two = await startDesk()
    for (const taskId of [...tasks, ...tasks]) {
      const done = await ask(two.url, 'tasks/get', { taskId }, { as: 'clerk-two' })
      assert.equal(done.result?.['status'], 'completed', done.text)
    }
    assert.deepEqual(outcomes(two), ['effective', 'effective'])
    const more = await callTool(two.url, 'long_job', {}, { as: 'clerk-two' })
    assert.equal(more.error?.code, -32010, more.text)
  })

  test('a question that a server asks through one node may be answered at another', async () => {
    const tools = (await ask(fixture.url, 'tools/list')).result?.['tools'] as readonly { readonly name: string }[]
    const operations = Object.fromEntries(tools.map(({ name }) => [`fixture.${name}`, { by: 'clerk' }]))
    const charter = toolCharter({ actors: { clerk: {} }, operations }, { fixture: { tools } })
    const options = { charter, servers: { fixture: { http: { url: fixture.url } } } }
    const nodes = [await start(open, options), await start(open, options)]
    let turn = 0
    const at: string[] = []
    // Every request goes to the next node, as a balancer would send it.
    const balanced: typeof fetch = (given, init) => {
      const node = nodes[turn % nodes.length]
      turn += 1
      at.push(`${init?.method} ${turn % nodes.length}`)
      return fetch(node?.url ?? String(given), init)
    }
    for (const mode of ['legacy', 'auto'] as const) {
      const client = new Client(
        { name: 'test', version: '1' },
        { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
      )
      let asked = 0
      client.setRequestHandler('elicitation/create', async () => {
        asked += 1
        return { action: 'accept', content: { response: 'yes', name: 'Ann' } }
      })
      const requestInit = { headers: { authorization: 'Bearer clerk' } }
      const transport = new StreamableHTTPClientTransport(new URL(nodes[0]?.url ?? ''), {
        requestInit,
        fetch: balanced,
      })
      await client.connect(transport)
      const name = mode === 'legacy' ? 'test_elicitation' : 'test_input_required_result_elicitation'
      for (let time = 0; time < 2; time += 1) {
        const said = await client.callTool({ name, arguments: mode === 'legacy' ? { message: 'Your name?' } : {} })
        assert.match(JSON.stringify(said), /Ann|yes/, `${mode}: ${JSON.stringify(said)}`)
      }
      assert.equal(asked, 2)
      await client.close()
    }
    assert.ok(new Set(at).size > 1, 'both nodes were asked')
  })
})
