// The fixture and the requests of the AuthZEN certification scenario for decision points: Basic, Batch and Discovery, Core and Properties.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Api, charterOf, openApi } from '../control/api.ts'

const charter = `
lockstep: 1
name: records
sources:
  - name: api
    type: inline
    operations:
      read: { method: GET, path: "/records/{id}" }
      write: { method: PUT, path: "/records/{id}", body: { status: active } }
      remove: { method: DELETE, path: "/records/{id}", query: { soft: boolean } }
objects:
  record:
    key: /id
    transitions:
      read: { on: api.read, by: signed-in }
      write:
        on: api.write
        by: signed-in
        when: >-
          (has(claims.role) && claims.role == 'admin') ||
          (principal.id == 'alice' && !(has(request.status) && request.status == 'archived'))
      delete: { on: api.remove, by: signed-in, when: "principal.id == 'alice' && query.soft" }
`
const alice = { type: 'user', id: 'alice' }
const bob = { type: 'user', id: 'bob' }
const admin = { ...bob, properties: { role: 'admin' } }
const read = { name: 'read' }
const write = { name: 'write' }
const active = { type: 'record', id: 'record-1' }
const archived = { type: 'record', id: 'record-2', properties: { status: 'archived' } }

const single: readonly (readonly [name: string, request: object, decision: boolean | undefined])[] = [
  ['2.2.1 alice reads', { subject: alice, action: read, resource: active }, true],
  ['2.2.2 bob writes', { subject: bob, action: write, resource: active }, false],
  ['rule 2 alice writes', { subject: alice, action: write, resource: active }, true],
  ['rule 3 bob reads', { subject: bob, action: read, resource: active }, true],
  [
    '2.2.3 a context',
    { subject: alice, action: read, resource: active, context: { time: '2025-06-27T18:03-07:00', ip: '192.168.1.1' } },
    true,
  ],
  ['2.2.4 alice writes what is archived', { subject: alice, action: write, resource: archived }, false],
  ['2.2.5 an admin writes what is archived', { subject: admin, action: write, resource: archived }, true],
  [
    '2.2.6 alice deletes softly',
    { subject: alice, action: { name: 'delete', properties: { soft: true } }, resource: active },
    true,
  ],
  [
    '2.2.7 alice deletes for good',
    { subject: alice, action: { name: 'delete', properties: { soft: false } }, resource: active },
    false,
  ],
  [
    '2.2.8 properties nobody asked for',
    {
      subject: { ...alice, properties: { department: 'Sales', role: 'manager' } },
      action: { name: 'read', properties: { method: 'GET' } },
      resource: { ...active, properties: { library_record: { title: 'AuthZEN in Action' } } },
    },
    true,
  ],
  ['2.2.9 members nobody knows', { subject: alice, action: read, resource: active, extra: { a: 1 } }, true],
]

const malformed: readonly (readonly [name: string, body: unknown])[] = [
  ['no subject', { action: read, resource: active }],
  ['no action', { subject: alice, resource: active }],
  ['no resource', { subject: alice, action: read }],
  ['no subject type', { subject: { id: 'alice' }, action: read, resource: active }],
  ['no subject id', { subject: { type: 'user' }, action: read, resource: active }],
  ['no action name', { subject: alice, action: {}, resource: active }],
  ['no resource type', { subject: alice, action: read, resource: { id: 'record-1' } }],
  ['no resource id', { subject: alice, action: read, resource: { type: 'record' } }],
  ['a text for a subject', { subject: 'alice', action: read, resource: active }],
  ['a number for a name', { subject: alice, action: { name: 123 }, resource: active }],
  ['no JSON', '{'],
  [
    'a name twice',
    '{"subject":{"type":"user","id":"bob","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"r"}}',
  ],
  ['nothing', ''],
  ['a list', []],
]

const batches: readonly (readonly [name: string, request: object, decisions: readonly (boolean | undefined)[]])[] = [
  [
    '3.2.1 two resources',
    {
      subject: alice,
      action: read,
      evaluations: [{ resource: active }, { resource: { type: 'record', id: 'record-2' } }],
    },
    [true, undefined],
  ],
  [
    '3.2.2 two actions',
    { subject: bob, resource: active, evaluations: [{ action: read }, { action: write }] },
    [true, false],
  ],
  [
    '3.2.3 properties of resources',
    {
      subject: alice,
      action: write,
      evaluations: [{ resource: { ...active, properties: { status: 'active' } } }, { resource: archived }],
    },
    [true, false],
  ],
  [
    '3.2.4 properties of subjects',
    { action: write, resource: archived, evaluations: [{ subject: alice }, { subject: admin }] },
    [false, true],
  ],
  [
    '3.2.5 no defaults',
    {
      evaluations: [
        { subject: alice, action: read, resource: active },
        { subject: bob, action: write, resource: active },
      ],
    },
    [true, false],
  ],
  [
    '3.2.6 a context of its own',
    {
      subject: alice,
      action: read,
      context: { time: '2025-06-27T18:03-07:00' },
      evaluations: [{ resource: active }, { resource: active, context: { source: 'batch-override' } }],
    },
    [true, true],
  ],
  [
    '3.2.7 defaults are replaced whole',
    {
      subject: alice,
      action: write,
      resource: { ...active, properties: { status: 'active' } },
      evaluations: [{}, { resource: archived }],
    },
    [true, false],
  ],
  [
    '3.4.1 one that is none',
    {
      subject: alice,
      action: read,
      options: { evaluations_semantic: 'execute_all' },
      evaluations: [{ resource: active }, {}],
    },
    [true, false],
  ],
  [
    'deny_on_first_deny',
    {
      subject: bob,
      resource: active,
      options: { evaluations_semantic: 'deny_on_first_deny' },
      evaluations: [{ action: read }, { action: write }, { action: read }],
    },
    [true, false],
  ],
  [
    'permit_on_first_permit',
    {
      subject: bob,
      resource: active,
      options: { evaluations_semantic: 'permit_on_first_permit' },
      evaluations: [{ action: write }, { action: read }, { action: read }],
    },
    [false, true],
  ],
]

describe('the certification scenario', () => {
  let api: Api
  before(async () => {
    api = await openApi({ charter: charterOf(charter) })
  })
  after(() => api.close())

  for (const [name, request, decision] of single) {
    it(name, async () => {
      const { status, body, at, headers } = await api.ask('POST', '/access/v1/evaluation', request, { as: 'pep' })
      assert.equal(status, 200, JSON.stringify(body))
      assert.match(headers.get('content-type') ?? '', /^application\/json/)
      assert.equal(at('/decision'), decision, JSON.stringify(body))
      if (decision === false) assert.equal(at('/context/reason'), 'denied')
    })
  }

  for (const [name, body] of malformed) {
    it(`2.4 is 400: ${name}`, async () => {
      const given = await api.ask('POST', '/access/v1/evaluation', body, { as: 'pep' })
      assert.equal(given.status, 400, given.text)
      assert.match(given.headers.get('content-type') ?? '', /problem\+json/)
    })
  }

  it('2.4.3 is 400 for another media type, 401 without a credential, 403 for one that may not ask', async () => {
    const [, request] = single[0] ?? []
    const typed = await api.ask('POST', '/access/v1/evaluation', request, { headers: { 'content-type': 'text/plain' } })
    assert.equal(typed.status, 400)
    const unknown = await api.ask('POST', '/access/v1/evaluation', request, { headers: { authorization: 'Bearer x' } })
    assert.equal(unknown.status, 401)
    assert.equal((await api.ask('POST', '/access/v1/evaluation', request, { as: 'ann' })).status, 403)
    const large = await api.ask('POST', '/access/v1/evaluation', `{"a":"${'x'.repeat(1_100_000)}"}`)
    assert.equal(large.status, 413)
  })

  it('2.5 gives the request its id back, 2.6 says the same again', async () => {
    const [, request] = single[0] ?? []
    for (let time = 0; time < 3; time += 1) {
      const given = await api.ask('POST', '/access/v1/evaluation', request, { headers: { 'x-request-id': 'r-1' } })
      assert.equal(given.headers.get('x-request-id'), 'r-1')
      assert.equal(given.at('/decision'), true)
    }
  })

  for (const [name, request, decisions] of batches) {
    it(name, async () => {
      const { status, body, at } = await api.ask('POST', '/access/v1/evaluations', request)
      assert.equal(status, 200, JSON.stringify(body))
      assert.equal(at('/decision'), undefined)
      const answers = at('/evaluations')
      assert.ok(Array.isArray(answers) && answers.length === decisions.length, JSON.stringify(body))
      for (const [index, decision] of decisions.entries()) {
        assert.equal(typeof at(`/evaluations/${index}/decision`), 'boolean')
        if (decision !== undefined) assert.equal(at(`/evaluations/${index}/decision`), decision, JSON.stringify(body))
      }
    })
  }

  it('3.4.2 and 3.4.3 is a single question without evaluations', async () => {
    for (const evaluations of [{}, { evaluations: [] }]) {
      const { at } = await api.ask('POST', '/access/v1/evaluations', {
        subject: alice,
        action: read,
        resource: active,
        ...evaluations,
      })
      assert.equal(at('/decision'), true)
    }
  })

  it('6 says where things are, and offers no search', async () => {
    const { status, headers, body } = await api.ask('GET', '/.well-known/authzen-configuration', undefined, {
      headers: { authorization: '' },
    })
    const { url } = api.control.address
    assert.equal(status, 200)
    assert.match(headers.get('content-type') ?? '', /^application\/json/)
    assert.deepEqual(body, {
      policy_decision_point: url,
      access_evaluation_endpoint: `${url}/access/v1/evaluation`,
      access_evaluations_endpoint: `${url}/access/v1/evaluations`,
    })
    assert.equal((await api.ask('POST', '/access/v1/search/subject', {})).status, 404)
  })
})
