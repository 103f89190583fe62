// schema/control.openapi.json: it describes every route and no other, and what comes back is as it says.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { getPointer } from '../../../src/charter/pointer.ts'
import { readDescription } from '../../../src/charter/source/read-description.ts'
import { controlRoutes } from '../../../src/gateway/control/control.ts'
import type { Incoming } from '../../../src/guard/call.ts'
import { user } from '../../guard/wallet.ts'
import { type Api, openApi, type Reply } from './api.ts'

const file = new URL('../../../schema/control.openapi.json', import.meta.url)
const document: unknown = JSON.parse(readFileSync(file, 'utf8'))
const secret = `whsec_${Buffer.alloc(24).toString('base64')}`

describe('the description of the control API', () => {
  let api: Api
  before(async () => {
    api = await openApi()
  })
  after(() => api.close())

  it('has the routes there are, and says which are open', () => {
    const system = { name: 's', secret, principalOf: () => undefined }
    const routes = controlRoutes({ guard: api.guard, approvers: [system] })
    const described: string[] = []
    for (const [path, item] of Object.entries(Object(getPointer(document, ['paths']))))
      for (const [method, operation] of Object.entries(Object(item)))
        described.push(
          `${method.toUpperCase()} ${path} ${Object.hasOwn(Object(operation), 'security') ? 'open' : 'closed'}`,
        )
    const real = routes.map((each) => `${each.method} ${each.path} ${each.needs === 'nobody' ? 'open' : 'closed'}`)
    assert.deepEqual(described.sort(), real.sort())
  })

  it('is one that we can read', () => {
    const { description, diagnostics } = readDescription('control', document, () => ({ file: '', line: 1, column: 1 }))
    assert.deepEqual(diagnostics, [])
    assert.equal(description?.operations.length, 25)
  })

  it('is what is served, and what is answered fits it', async () => {
    const payout: Incoming = {
      operation: 'api.payout',
      principal: user('ann'),
      request: { path: { id: 'w' }, body: { amount: 50 } },
    }
    const result = await api.guard.begin(payout)
    await api.guard.tools.note({
      source: 'desk',
      tool: 'get',
      kind: 'changed',
      held: true,
      pin: 'p',
      changes: [{ at: 'description', before: 'a', now: 'b' }],
      findings: [{ code: 'link', severity: 'low', at: '/description', excerpt: 'b', says: 'it has a link' }],
      now: { name: 'get' },
    })
    assert.ok(result.kind === 'refused' && result.refusal.hold !== undefined)
    const unknown = await api.guard.call({ ...payout, operation: 'api.spend' }, async () => ({
      kind: 'unknown',
      why: 'x',
    }))
    const { reference } = result.refusal.hold
    const served = await api.ask('GET', '/openapi.json')
    assert.deepEqual(served.body, document)
    const way = '/v1/standing-approvals'
    const expires = new Date(Date.now() + 60_000).toISOString()
    const bound = { approval: 'four-eyes', operation: 'api.payout', principal: 'ann', 'at-most': 60, uses: 2, expires }
    await api.ask('POST', way, bound, { as: 'boss:b1' })
    const replies: readonly (readonly [name: string, reply: Reply, at: string])[] = [
      ['Readiness', await api.ask('GET', '/readyz'), ''],
      ['Question', await api.ask('GET', `/v1/approvals/${reference}`), ''],
      ['Question', await api.ask('GET', '/v1/approvals'), '/approvals/0'],
      ['Answered', await api.ask('POST', `/v1/approvals/${reference}`, { verdict: 'refuse' }, { as: 'boss:b1' }), ''],
      ['Switch', await api.ask('PUT', '/v1/switches/tenant/t', { why: 'x' }), ''],
      ['StandingApproval', await api.ask('GET', way), '/standing-approvals/0'],
      ['Doubt', await api.ask('GET', '/v1/doubts'), '/doubts/0'],
      ['NotedTool', await api.ask('GET', '/v1/tools'), '/tools/0'],
      ['Problem', await api.ask('GET', '/v1/approvals/none'), ''],
    ]
    assert.ok(unknown.call)
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema(Object(document), 'api')
    for (const [name, reply, at] of replies) {
      const valid = ajv.validate({ $ref: `api#/components/schemas/${name}` }, reply.at(at))
      assert.ok(valid, `${name}: ${ajv.errorsText()} in ${reply.text}`)
    }
  })
})
