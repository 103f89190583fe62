// The gateway of A2A: what the next agent is told, and what its words count for.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Heard } from '../../../src/gateway/a2a/hooks.ts'
import { eventsOf, open, request, send, words } from './opened.ts'
import { charterText } from './stage.ts'

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

  const flows = `${charterText}
data:
  classes: [public, personal]
  labels: [ { pattern: email, class: personal } ]
  flows: [ { class: personal, to: ['other.*'], else: redact } ]
`
  it('is sent on without data that may not go there', async () => {
    const stage = await open({ charter: flows })
    const { body } = await stage.ask('/helper', send(words('write to ann@corp.example today')))
    assert.ok(body.result, JSON.stringify(body))
    const rest = await stage.ask('/helper/message:send', words('write to ann@corp.example today'))
    assert.ok(rest.body.task, JSON.stringify(rest.body))
    assert.equal(stage.helper.heard.length, 2)
    for (const heard of stage.helper.heard) assert.match(heard, /^write to (?!.*ann@corp)/)
  })

  it('nor in 0.3, wherever it stands', async () => {
    const stage = await open({ charter: flows })
    const note = 'write to ann@corp.example'
    const part = { kind: 'text', text: 'x' }
    const legacy = (message: object, more: object = {}): object => ({
      message: { kind: 'message', messageId: 'm', role: 'user', parts: [part], ...message },
      ...more,
    })
    const cases: readonly (readonly [what: string, params: object])[] = [
      ['text', legacy({ parts: [{ kind: 'text', text: note }] })],
      ['a member of a part', legacy({ parts: [{ ...part, note }] })],
      ['a member of a file', legacy({ parts: [{ kind: 'file', file: { bytes: 'eA==', note } }] })],
      ['a member of a message', legacy({ note })],
      ['a member of its configuration', legacy({}, { configuration: { note } })],
      ['a member beside the message', legacy({}, { note })],
    ]
    for (const [what, params] of cases) {
      const asked = { jsonrpc: '2.0', id: 1, method: 'message/send', params }
      const { body } = await stage.ask('/helper', asked, { headers: { 'a2a-version': '0.3' } })
      assert.equal(body.error?.code, -32010, `${what}: what cannot be written anew is refused`)
    }
    assert.deepEqual(stage.helper.heard, [])
  })
})
