// An approval serves once, in every channel: who calls again after it was used is asked for anew.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { request } from 'undici'
import type { Principal } from '../../src/charter/charter.ts'
import type { Guard } from '../../src/guard/guard.ts'
import { approve } from '../guard/approve.ts'
import { answered } from '../guard/wallet.ts'
import { openStage as openAgent } from './a2a/stage.ts'
import { call, openStage as openHooks, result } from './acs/stage.ts'
import { charterOf, openApi as openControl } from './control/api.ts'
import { openApi } from './http/api.ts'
import { named as byHeader, openGuarded } from './http/stage.ts'
import { callTool } from './mcp/ask.ts'
import { approved, openDesk } from './mcp/desk.ts'
import { openStage as openTools, toolCharter } from './mcp/stage.ts'

/** Makes the same call. @returns the reference of the question it waits for; undefined when it passed. */
type Call = () => Promise<string | undefined>

interface Channel {
  readonly guard: Guard
  readonly call: Call
  readonly by: Principal
}

const boss: Principal = { id: 'boss', kind: 'user', roles: ['boss', 'manager'] }
const giftText = `
lockstep: 1
name: orders
sources:
  - { name: api, type: inline, operations: { send: { method: POST, path: /gifts, body: { amount: 1 }, response: { id: g1 } } } }
actors: { clerk: {}, boss: {} }
operations: { api.send: { by: clerk, approval: yes-please } }
approvals: { yes-please: { by: boss, not: requester } }
`

const channels: Readonly<Record<string, () => Promise<Channel>>> = {
  'a program': async () => {
    const { guard, close } = await openControl({ charter: charterOf(giftText) })
    after(close)
    const principal: Principal = { id: 'ann', kind: 'user', roles: ['clerk'] }
    const incoming = { operation: 'api.send', principal, request: { body: { amount: 1 } } }
    const run: Call = async () => {
      const done = await guard.call(incoming, async () => answered(201, { id: 'g1' }))
      return done.kind === 'refused' ? (done.refusal.hold?.reference ?? assert.fail(done.refusal.detail)) : undefined
    }
    return { guard, call: run, by: boss }
  },
  HTTP: async () => {
    const api = await openApi((_, response) => {
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":"g1"}')
    })
    const upstreams = { api: { url: api.url } }
    const { guard, url, close } = await openGuarded(charterOf(giftText), { upstreams, identifier: byHeader })
    after(() => close().then(() => api.close()))
    const run: Call = async () => {
      const headers = { 'content-type': 'application/json', 'x-user': 'clerk' }
      const answer = await request(`${url}/gifts`, { method: 'POST', headers, body: '{"amount":1}' })
      const body = Object(await answer.body.json())
      return answer.statusCode === 201 ? undefined : body.approval.reference
    }
    return { guard, call: run, by: boss }
  },
  MCP: async () => {
    const desk = await openDesk()
    const words = {
      actors: { clerk: {}, manager: {} },
      operations: { 'desk.send_email': { by: 'clerk', approval: 'large' } },
      approvals: { large: { by: 'manager' } },
    }
    const charter = toolCharter(words, { desk: { tools: approved } })
    const { guard, url, close } = await openTools({ charter, servers: { desk: { http: { url: desk.url } } } })
    after(() => close().then(() => desk.close()))
    const run: Call = async () => {
      const said = await callTool(url, 'send_email', { to: 'a', region: 'eu' }, { as: 'clerk', headers: region })
      return said.error === undefined ? undefined : String(Object(said.error.data?.['approval']).reference)
    }
    return { guard, call: run, by: { id: 'mia', actors: ['manager'] } }
  },
  A2A: async () => {
    const stage = await openAgent()
    after(() => stage.close())
    const message = { messageId: 'm1', role: 'ROLE_USER', parts: [{ text: 'x' }], metadata: { skillId: 'refunds' } }
    const body = { jsonrpc: '2.0', id: 1, method: 'SendMessage', params: { message } }
    const run: Call = async () => (await stage.ask('/helper', body)).body.error?.data[1].approval.reference
    return { guard: stage.guard, call: run, by: boss }
  },
  hooks: async () => {
    const stage = await openHooks()
    after(() => stage.close())
    const framework = stage.framework()
    await framework.hello()
    const run: Call = async () => {
      const asked = await framework.step('steps/toolCallRequest', call('payout', { amount: 500 }))
      if (asked.decision !== 'allow') return String(asked.at('/result/policy_data/lockstep/approval/reference'))
      await framework.step('steps/toolCallResult', result('payout', {}))
      return undefined
    }
    return { guard: stage.guard, call: run, by: boss }
  },
  AuthZEN: async () => {
    const api = await openControl({ charter: charterOf(giftText) })
    after(() => api.close())
    const question = {
      subject: { type: 'user', id: 'ann', properties: { roles: ['clerk'] } },
      action: { name: 'api.send', properties: { amount: 1 } },
      resource: { type: 'gift', id: 'g' },
      context: { lockstep: { reserve: true } },
    }
    const run: Call = async () => {
      const { at, text } = await api.ask('POST', '/access/v1/evaluation', question)
      if (at('/decision') !== true) return String(at('/context/approval/reference') ?? assert.fail(text))
      const path = new URL(String(at('/context/lockstep/outcome'))).pathname
      assert.equal((await api.ask('POST', path, { outcome: 'answered', status: 201, body: { id: 'g1' } })).status, 200)
      return undefined
    }
    return { guard: api.guard, call: run, by: boss }
  },
}

const region = { 'mcp-param-region': 'eu' }

for (const [name, open] of Object.entries(channels)) {
  test(`${name}: asked, passed, asked anew, passed`, async () => {
    const { guard, call, by } = await open()
    const references: (string | undefined)[] = []
    for (let time = 0; time < 2; time += 1) {
      const reference = await call()
      assert.ok(reference !== undefined && !references.includes(reference), `asked for the ${time + 1}. time`)
      assert.equal(await call(), reference, 'asked once while nobody answered')
      assert.ok((await approve(guard, reference, by)).ok)
      assert.equal(await call(), undefined, 'approved')
      references.push(reference)
    }
    const third = await call()
    assert.ok(third !== undefined && !references.includes(third))
    const states = await Promise.all(references.map(async (each) => (await guard.approvals.get(each ?? ''))?.state))
    assert.deepEqual(states, ['executed', 'executed'])
  })
}
