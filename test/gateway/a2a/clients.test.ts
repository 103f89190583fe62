// The gateway of A2A between clients and an agent of the official SDK: what passes, and who may go on with it.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TaskState } from '@a2a-js/sdk'
import { eventsOf, open, request, taskOf } from './opened.ts'

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
