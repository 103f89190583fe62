// The gateway of A2A: what does not pass, and where answers may not be sent.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { approve } from '../../guard/approve.ts'
import { open, request, send, words } from './opened.ts'

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
    ['a member beside those of JSON-RPC', { ...send(words('x')), note: 'x' }, -32600],
    [
      'two skills',
      send({ ...words('x', { metadata: { skillId: 'chat' } }), metadata: { skillId: 'refunds' } }),
      -32602,
    ],
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
    const other = { ...words('hello'), configuration: { taskPushNotificationConfig: { url: `${hook}/1`, taskId } } }
    const stolen = await stage.ask('/helper', send(other), { as: 'planner-2' })
    assert.equal(stolen.body.error?.code, -32001, 'for a task of somebody else')
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
