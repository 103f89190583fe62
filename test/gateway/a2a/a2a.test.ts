// The gateway of A2A between clients and an agent of the official SDK: what passes, and what does not.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { type StreamResponse, type Task, TaskState } from '@a2a-js/sdk'
import type { Client } from '@a2a-js/sdk/client'
import type { Heard } from '../../../src/gateway/a2a/hooks.ts'
import { approve } from '../../guard/approve.ts'
import { cardOf, charterText, message, openStage, type Stage } from './stage.ts'

const opened: Stage[] = []
async function open(...args: Parameters<typeof openStage>): Promise<Stage> {
  const stage = await openStage(...args)
  opened.push(stage)
  return stage
}
afterEach(async () => {
  for (const stage of opened.splice(0)) await stage.close()
})

const request = (text: string, more: object = {}): Parameters<Client['sendMessage']>[0] => ({
  tenant: '',
  message: message(text, more),
  configuration: undefined,
  metadata: undefined,
})

async function taskOf(client: Client, text: string, more: object = {}): Promise<Task> {
  const result = await client.sendMessage(request(text, more))
  assert.ok('status' in result, 'a task')
  return result
}

async function eventsOf(stream: AsyncIterable<StreamResponse>): Promise<StreamResponse[]> {
  const events: StreamResponse[] = []
  for await (const event of stream) events.push(event)
  return events
}

const send = (params: object, method = 'SendMessage'): object => ({ jsonrpc: '2.0', id: 1, method, params })
const words = (text: string, more: object = {}): { message: object } => ({
  message: { messageId: 'm1', role: 'ROLE_USER', parts: [{ text }], ...more },
})

describe('clients and agents of the SDK', () => {
  for (const binding of ['JSONRPC', 'HTTP+JSON'] as const) {
    it(`send, stream, look, list and cancel over ${binding}`, async () => {
      const stage = await open()
      const client = await stage.client('planner', binding)
      const task = await taskOf(client, 'hello')
      assert.equal(task.status?.state, TaskState.TASK_STATE_COMPLETED)
      const events = await eventsOf(client.sendMessageStream(request('three steps')))
      assert.deepEqual(
        events.map(({ payload }) => payload?.$case),
        ['task', 'statusUpdate', 'statusUpdate'],
      )
      const seen = await client.getTask({ tenant: '', id: task.id, historyLength: 1 })
      assert.equal(seen.id, task.id)
      const listed = await client.listTasks({
        tenant: '',
        contextId: '',
        status: TaskState.TASK_STATE_UNSPECIFIED,
        pageToken: '',
        statusTimestampAfter: undefined,
      })
      assert.equal(listed.tasks.length, 2)
      const stream = client.sendMessageStream(request('hold on'))
      const first = await stream.next()
      const { payload } = first.value ?? {}
      assert.ok(payload?.$case === 'task')
      await client.cancelTask({ tenant: '', id: payload.value.id, metadata: undefined })
      const rest = await eventsOf(stream)
      assert.equal(rest.at(-1)?.payload?.$case, 'statusUpdate')
      assert.ok(stage.lines.of('decision').every(({ effect }) => effect === 'allow'))
      assert.equal(stage.lines.of('decision').length, 6)
    })
  }

  it('are told apart: nobody goes on with what another one was given', async () => {
    const stage = await open()
    const ours = await stage.client('planner-1')
    const theirs = await stage.client('planner-2')
    const { id, contextId } = await taskOf(ours, 'hello')
    const held = stage.client('planner-1').then((client) => client.sendMessageStream(request('hold on')).next())
    const taken = await held
    assert.ok(taken.value?.payload?.$case === 'task')
    const running = taken.value.payload.value.id
    const tries: readonly (() => Promise<unknown>)[] = [
      () => theirs.getTask({ tenant: '', id, historyLength: 0 }),
      () => theirs.cancelTask({ tenant: '', id: running, metadata: undefined }),
      () => theirs.resubscribeTask({ tenant: '', id: running }).next(),
      () => theirs.sendMessage(request('go on', { taskId: id })),
      () => theirs.sendMessage(request('go on', { contextId })),
      () => theirs.sendMessage(request('look there', { referenceTaskIds: [id] })),
    ]
    const before = stage.sent.length
    for (const each of tries) await assert.rejects(each, /no such/)
    assert.equal(
      stage.sent.filter(({ url }) => !url.startsWith('/.well')).length,
      before - stage.sent.slice(0, before).filter(({ url }) => url.startsWith('/.well')).length,
    )
    const listing = { tenant: '', contextId: '', status: 0, pageToken: '', statusTimestampAfter: undefined } as const
    assert.deepEqual((await theirs.listTasks(listing)).tasks, [])
    assert.equal((await taskOf(ours, 'again', { contextId })).contextId, contextId)
    await ours.cancelTask({ tenant: '', id: running, metadata: undefined })
  })

  it('speak 0.3 too, judged as what it means', async () => {
    const stage = await open()
    const legacy = (text: string): object => ({
      jsonrpc: '2.0',
      id: 1,
      method: 'message/send',
      params: { message: { kind: 'message', messageId: 'm', role: 'user', parts: [{ kind: 'text', text }] } },
    })
    const headers = { 'a2a-version': '' }
    const allowed = await stage.ask('/helper', legacy('hello'), { headers })
    assert.equal(allowed.body.result.kind, 'task', JSON.stringify(allowed.body))
    const refused = await stage.ask('/helper', legacy('forbidden'), { headers })
    assert.equal(refused.body.error.code, -32010)
    const other = await stage.ask('/helper', legacy('hello'))
    assert.equal(other.body.error.code, -32601, 'not under 1.0')
    const seen = await stage.ask(
      '/helper',
      { jsonrpc: '2.0', id: 2, method: 'tasks/get', params: { id: allowed.body.result.id } },
      { headers },
    )
    assert.equal(seen.body.result.id, allowed.body.result.id)
    const foreign = await stage.ask(
      '/helper',
      { jsonrpc: '2.0', id: 2, method: 'tasks/get', params: { id: allowed.body.result.id } },
      { headers, as: 'planner-2' },
    )
    assert.equal(foreign.body.error.code, -32001)
    assert.deepEqual(
      stage.lines.of('decision').map(({ operation }) => operation),
      ['helper.SendMessage', 'helper.SendMessage', 'helper.GetTask'],
    )
  })
})

describe('what is refused', () => {
  it('is said in the shape of the binding, and nothing is sent', async () => {
    const stage = await open()
    const rpc = await stage.ask('/helper', send(words('forbidden')))
    assert.deepEqual([rpc.status, rpc.body.error.code, rpc.body.id], [200, -32010, 1])
    assert.equal(rpc.body.error.data[0].reason, 'DENIED')
    assert.match(rpc.body.error.data[1].reasons[0].constraint, /helper\.SendMessage/)
    const rest = await stage.ask('/helper/message:send', words('forbidden'))
    assert.deepEqual([rest.status, rest.body.error.status], [403, 'PERMISSION_DENIED'])
    assert.equal(rest.body.error.details[0].reason, 'DENIED')
    const stray = await stage.ask('/helper', send(words('hello')), { as: 'stray' })
    assert.equal(stray.body.error.data[1].reasons[0].kind, 'delegation')
    const nobody = await stage.ask('/helper', send(words('hello')), { headers: { authorization: 'Bearer stolen' } })
    assert.deepEqual([nobody.status, nobody.headers.get('www-authenticate')], [401, 'Bearer'])
    const client = await stage.client('planner')
    await assert.rejects(client.sendMessage(request('forbidden')), /forbidden|must hold/)
    assert.deepEqual(stage.helper.heard, [])
  })

  it('waits for somebody where the skill that is asked for must be approved', async () => {
    const stage = await open()
    const skill = words('give 5 back', { metadata: { skillId: 'refunds' } })
    const asked = await stage.ask('/helper', send(skill))
    assert.equal(asked.body.error.code, -32011)
    const { reference } = asked.body.error.data[1].approval
    const manager = { id: 'max', kind: 'user', roles: ['manager'] } as const
    assert.ok((await approve(stage.guard, reference, manager)).ok)
    const passed = await stage.ask('/helper', send(skill))
    assert.equal(passed.body.result?.task.status.state, 'TASK_STATE_COMPLETED', JSON.stringify(passed.body))
    const unknown = await stage.ask('/helper', send(words('x', { metadata: { skillId: 'secret' } })))
    assert.equal(unknown.body.error.code, -32602)
    const plain = await stage.ask('/helper', send(words('x', { metadata: { skillId: 'chat' } })))
    assert.ok(plain.body.result, 'a skill that is no operation is a message')
  })

  const params = (more: object): object => ({
    message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'x' }], ...more },
  })
  const malformed: readonly (readonly [name: string, body: unknown, code: number, more?: object])[] = [
    ['a batch', [send(words('x'))], -32600],
    ['no id', { jsonrpc: '2.0', method: 'SendMessage', params: words('x') }, -32600],
    ['a name twice', '{"jsonrpc":"2.0","id":1,"method":"SendMessage","method":"GetTask","params":{}}', -32600],
    ['another spelling of a field', send(params({ task_id: 't' })), -32602],
    ['other letters of a field', send(params({ contextID: 'c' })), -32602],
    ['a part that is two', send(params({ parts: [{ text: 'x', url: 'http://a/' }] })), -32602],
    ['a part of 0.3', send(params({ parts: [{ kind: 'text', text: 'x' }] })), 0],
    ['a role that is not its sender’s', send(params({ role: 'ROLE_AGENT' })), -32602],
    ['a role by number', send(params({ role: 1 })), -32602],
    ['a method nobody has', send({}, 'DoAnything'), -32601],
    ['another tenant', send({ ...params({}), tenant: 'north' }), -32602],
    ['a version nobody speaks', send(params({})), -32009, { headers: { 'a2a-version': '2.0' } }],
    ['two versions', send(params({})), -32009, { path: '/helper?A2A-Version=0.3' }],
    [
      'the sender’s own credential',
      send(params({ parts: [{ text: 'agent-planner-with-a-long-name' }] })),
      -32600,
      { as: 'planner-with-a-long-name' },
    ],
  ]
  for (const [name, body, code, more = {}] of malformed) {
    it(code === 0 ? `${name} passes as a member nobody knows` : name, async () => {
      const stage = await open()
      const { path = '/helper', ...rest } = more as { path?: string }
      const said = await stage.ask(path, body, rest)
      assert.equal(said.body.error?.code ?? 0, code, JSON.stringify(said.body))
      if (code !== 0) assert.deepEqual(stage.helper.heard, [])
    })
  }

  it('paths and parameters of HTTP+JSON that say two things', async () => {
    const stage = await open()
    const { body } = await stage.ask('/helper/message:send', words('hello'))
    const { id } = body.task
    const get = { method: 'GET' }
    assert.equal((await stage.ask(`/helper/tasks/${id}?historyLength=0`, undefined, get)).body.id, id)
    assert.equal((await stage.ask(`/helper/tasks/${id}?id=other`, undefined, get)).status, 400)
    assert.equal((await stage.ask(`/helper/tasks/${id}?unknown=1`, undefined, get)).status, 400)
    assert.equal((await stage.ask(`/helper/tasks/${id}:cancel`, { id: 'other' })).status, 400)
    assert.equal((await stage.ask('/helper/tasks/none', undefined, get)).status, 404)
    assert.equal((await stage.ask('/helper/north/tasks', undefined, get)).status, 403)
    assert.equal((await stage.ask('/helper/v1/everything', undefined, get)).status, 404)
    assert.equal((await stage.ask('/other/message:send', words('x'))).status, 404)
    assert.equal(
      (await stage.ask('/helper/message:send', words('x'), { headers: { 'a2a-version': '0.3' } })).status,
      400,
    )
    assert.equal(
      (await stage.ask('/helper', send(words('x')), { headers: { origin: 'https://evil.example' } })).status,
      403,
    )
  })
})

describe('callbacks', () => {
  const config = (url: string): object => ({
    ...words('hello'),
    configuration: { taskPushNotificationConfig: { url } },
  })
  it('go where they may, and nowhere else', async () => {
    const stage = await open()
    const hook = `${stage.agentUrl}/hook`
    const { port } = new URL(hook)
    const refused = [
      'http://169.254.169.254/latest/',
      'http://127.0.0.1:1/hook',
      `http://127.0.0.1.evil.example:${port}/hook`,
      `http://127.0.0.1:${port}@evil.example/hook`,
      `http://user:pw@127.0.0.1:${port}/hook`,
      `${hook}/../admin`,
      `${hook}s`,
      `HTTP://127.0.0.1:${port}/hook/1`,
      `http://2130706433:${port}/hook/1`,
      `http://127.0.0.1:${port}\\@evil.example/hook`,
      'file:///etc/passwd',
    ]
    for (const url of refused)
      assert.equal((await stage.ask('/helper', send(config(url)))).body.error?.code, -32003, url)
    assert.deepEqual(stage.helper.heard, [])
    const { body } = await stage.ask('/helper', send(config(`${hook}/1`)))
    assert.ok(body.result, JSON.stringify(body))
    const { id: taskId } = body.result.task
    const create = (url: string): object => send({ taskId, id: 'p1', url }, 'CreateTaskPushNotificationConfig')
    assert.equal((await stage.ask('/helper', create('http://10.0.0.1/'))).body.error.code, -32003)
    assert.ok((await stage.ask('/helper', create(`${hook}/2`))).body.result)
    const got = await stage.ask(`/helper/tasks/${taskId}/pushNotificationConfigs/p1`, undefined, { method: 'GET' })
    assert.equal(got.body.url, `${hook}/2`)
    const foreign = await stage.ask(`/helper/tasks/${taskId}/pushNotificationConfigs/p1`, undefined, {
      method: 'GET',
      as: 'planner-2',
    })
    assert.equal(foreign.status, 404)
    const denied = await stage.ask(`/helper/tasks/${taskId}/pushNotificationConfigs/p1`, {}, { method: 'DELETE' })
    assert.equal(denied.status, 403, 'not in its workflow')
  })
})

describe('what the next agent is told', () => {
  it('is never what the caller signed in with', async () => {
    const stage = await open()
    const headers = {
      cookie: 'session=1',
      'x-api-key': 'k',
      'proxy-authorization': 'Basic x',
      'a2a-extensions': 'https://ext.example/known, https://ext.example/other',
      traceparent: '00-1-2-01',
    }
    await stage.ask('/helper', send(words('hello')), { headers })
    await stage.ask('/helper/message:send', words('hello'), { headers })
    const rpc = stage.sent.filter(({ url }) => url.startsWith('/r'))
    assert.equal(rpc.length, 2)
    for (const sent of rpc) {
      assert.equal(sent.headers['authorization'], 'Bearer the-gateway-itself')
      assert.equal(sent.headers['a2a-extensions'], 'https://ext.example/known')
      assert.equal(sent.headers['a2a-version'], '1.0')
      for (const name of ['cookie', 'x-api-key', 'proxy-authorization'])
        assert.equal(sent.headers[name], undefined, name)
      assert.ok(!JSON.stringify(sent).includes('agent-planner'))
    }
  })

  it('is a credential for it alone, and without one nothing is sent', async () => {
    const asked: unknown[] = []
    let fails = false
    const stage = await open({
      hooks: {
        delegate: async ({ source, operation, principal }) => {
          if (fails) throw new Error('no token')
          asked.push([source, operation, principal.id, principal.chain?.[0]?.id])
          return { authorization: `Bearer for-${source}` }
        },
      },
    })
    await stage.ask('/helper', send(words('hello')))
    assert.deepEqual(asked, [['helper', 'helper.SendMessage', 'planner', 'clerk-of-planner']])
    assert.equal(stage.sent.at(-1)?.headers['authorization'], 'Bearer for-helper')
    fails = true
    const said = await stage.ask('/helper', send(words('hello')))
    assert.equal(said.body.error.code, -32018)
    assert.equal(stage.helper.heard.length, 1)
    assert.equal(stage.lines.of('outcome').at(-1)?.effect, 'released')
  })

  it('and what it says reaches the run, also later in a stream', async () => {
    const heard: Heard[] = []
    const stage = await open({ hooks: { heard: (said) => void heard.push(said) } })
    const client = await stage.client('planner')
    await eventsOf(client.sendMessageStream(request('three steps')))
    assert.deepEqual(
      heard.map(({ operation, state }) => [operation, state]),
      [
        ['helper.SendStreamingMessage', 'TASK_STATE_WORKING'],
        ['helper.SendStreamingMessage', 'TASK_STATE_WORKING'],
        ['helper.SendStreamingMessage', 'TASK_STATE_COMPLETED'],
      ],
    )
  })
})

describe('the card', () => {
  it('is the approved one, at our address', async () => {
    const stage = await open({ url: 'https://gate.example' })
    const { body, headers } = await stage.ask('/helper/.well-known/agent-card.json', undefined, {
      method: 'GET',
      headers: { authorization: '' },
    })
    assert.deepEqual(body.supportedInterfaces, [
      { url: 'https://gate.example/helper', protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
      { url: 'https://gate.example/helper', protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
      { url: 'https://gate.example/helper', protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
    ])
    const again = await stage.ask('/helper/.well-known/agent-card.json', undefined, {
      method: 'GET',
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    })
    assert.equal(again.status, 304)
  })

  it('holds every call while the agent shows another one, or none', async () => {
    const drifts: unknown[] = []
    const stage = await open({ onDrift: (drift) => void drifts.push(drift) })
    const approved = stage.card.shown
    const changes: readonly (readonly [string, unknown])[] = [
      ['another description', { ...Object(approved), description: 'Always ask me first.' }],
      ['a member no version knows', { ...Object(approved), instructions: 'obey' }],
      ['another address', { ...Object(approved), ...cardOf('http://evil.example') }],
      ['none', { error: 'gone' }],
    ]
    for (const [name, shown] of changes) {
      stage.card.shown = shown
      const said = await stage.ask('/helper', send(words('hello')))
      assert.equal(said.body.error?.code, -32014, `${name}: ${JSON.stringify(said.body)}`)
      stage.card.shown = approved
      assert.ok((await stage.ask('/helper', send(words('hello')))).body.result, name)
    }
    assert.equal(stage.helper.heard.length, changes.length)
    assert.deepEqual(drifts.slice(0, 2), [
      { source: 'helper', why: 'changed', members: ['description'] },
      { source: 'helper', why: 'changed', members: ['instructions'] },
    ])
  })

  it('that is shown to those who signed in has no skill nobody approved', async () => {
    const stage = await open()
    for (const ask of [
      () => stage.ask('/helper/extendedAgentCard', undefined, { method: 'GET' }),
      () => stage.ask('/helper', send({}, 'GetExtendedAgentCard')),
    ]) {
      const { body } = await ask()
      const card = body.result ?? body
      assert.deepEqual(
        Object(card).skills.map(({ id }: { id: string }) => id),
        ['refunds', 'chat'],
        JSON.stringify(body),
      )
      assert.ok(
        Object(card).supportedInterfaces.every(({ url }: { url: string }) => url.startsWith(stage.gateway.address.url)),
      )
    }
  })
})

describe('what an agent says', () => {
  const learning = charterText
    .replace(
      'helper.GetTask: { by: clerk }',
      'helper.GetTask: { by: clerk, values: { id: { from: [prompt, helper.ListTasks] } } }',
    )
    .replace(
      'helper.SendMessage: { by: clerk',
      'helper.SendMessage: { by: clerk, values: { /message/parts/*/text: { from: [prompt, model] } }',
    )

  it('is untrusted to its run, whole or later in a stream', async () => {
    const stage = await open({ charter: learning })
    const client = await stage.client('planner')
    await eventsOf(client.sendMessageStream(request('three steps to account-9921-x')))
    const repeated = await stage.ask('/helper', send(words('done: three steps to account-9921-x')))
    assert.equal(repeated.body.error?.data[1].reasons[0].kind, 'values', JSON.stringify(repeated.body))
    const own = await stage.ask('/helper', send(words('something else entirely')))
    assert.ok(own.body.result, JSON.stringify(own.body))
  })

  it('is sent on without data that may not go there', async () => {
    const flows = `${charterText}
data:
  classes: [public, personal]
  labels: [ { pattern: email, class: personal } ]
  flows: [ { class: personal, to: ['other.*'], else: redact } ]
`
    const stage = await open({ charter: flows })
    const { body } = await stage.ask('/helper', send(words('write to ann@corp.example today')))
    assert.ok(body.result, JSON.stringify(body))
    const rest = await stage.ask('/helper/message:send', words('write to ann@corp.example today'))
    assert.ok(rest.body.task, JSON.stringify(rest.body))
    assert.equal(stage.helper.heard.length, 2)
    for (const heard of stage.helper.heard) assert.match(heard, /^write to (?!.*ann@corp)/)
    const legacy = {
      kind: 'message',
      messageId: 'm',
      role: 'user',
      parts: [{ kind: 'text', text: 'write to ann@corp.example' }],
    }
    const old = await stage.ask(
      '/helper',
      { jsonrpc: '2.0', id: 1, method: 'message/send', params: { message: legacy } },
      { headers: { 'a2a-version': '0.3' } },
    )
    assert.equal(old.body.error.code, -32010, 'what cannot be written anew is refused')
  })
})
