// Who approves is of the tenant of what is approved or, where that has none that is known, of whom it is for.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CallRequest, Principal } from '../../src/charter/charter.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterOf } from '../gateway/control/api.ts'
import { approve } from './approve.ts'

const charter = charterOf(`
lockstep: 1
name: branches
sources:
  - name: api
    type: inline
    operations:
      mail: { method: POST, path: /mails, body: { text: string, to?: string } }
      confirm: { method: POST, path: /confirmations, body: { text: string } }
      call: { method: POST, path: /calls, body: { text: string } }
      visit: { method: POST, path: /visits, body: { text: string } }
      getClient: { method: GET, path: '/clients/{clientId}', response: { id: string, branch: string } }
      editClient: { method: POST, path: '/clients/{clientId}', body: { text: string } }
      addFile: { method: POST, path: /files, body: { clientId?: string, text: string }, response: { id: string } }
      addDraft: { method: POST, path: /drafts, body: { text: string, branch?: string, clientId?: string }, response: { id: string, branch: string } }
      addNote: { method: POST, path: /notes, body: { text: string }, response: { id: string } }
      addPlan: { method: POST, path: /plans, body: { text: string }, response: { id: string } }
      addMemo: { method: POST, path: /memos, body: { clientId?: string, text: string }, response: { id: string } }
      getSheet: { method: GET, path: '/sheets/{sheetId}', response: { id: string } }
      editSheet: { method: POST, path: '/sheets/{sheetId}', body: { text: string } }
      markSheet: { method: POST, path: '/sheets/{sheetId}/marks', body: { text: string } }
actors:
  clerk: {}
  head: {}
  chief: { tenant: claims.branch }
  auditor: { tenant: false }
  bot: { kind: agent, acts-for: [clerk, helper] }
  helper: { kind: agent, acts-for: clerk }
  robot: { kind: agent }
objects:
  client: { tenant: /branch, read: api.getClient, transitions: { edit: { on: api.editClient, by: [clerk, auditor], approval: second } } }
  file: { tenant: parent, parent: { object: client, key: /clientId }, transitions: { add: { on: api.addFile, by: clerk, approval: second } } }
  draft:
    tenant: /branch
    transitions:
      add:
        on: api.addDraft
        by: clerk
        refs: { client: { object: client, key: $request.body#/clientId, optional: true } }
        values: { text: { from: prompt, else: second } }
        approval: second
  note: { owner: creator, tenant: creator, transitions: { add: { on: api.addNote, by: clerk, approval: second } } }
  plan: { owner: creator, transitions: { add: { on: api.addPlan, by: clerk, approval: own } } }
  memo: { owner: parent, tenant: parent, parent: { object: client, key: /clientId }, transitions: { add: { on: api.addMemo, by: clerk, approval: own } } }
  sheet: { read: api.getSheet, transitions: { edit: { on: api.editSheet, by: clerk, approval: second } } }
operations:
  api.getClient: { by: [clerk, auditor] }
  api.getSheet: { by: clerk }
  api.markSheet: { by: clerk, object: sheet, values: { text: { from: prompt, else: second } } }
  api.mail: { by: [clerk, auditor, robot], values: { to: { from: prompt, else: second } }, approval: second }
  api.confirm: { by: clerk, approval: anybody }
  api.call: { by: clerk, approval: scoped }
  api.visit: { by: clerk, approval: twice }
approvals:
  second: { by: [head, chief, auditor], not: requester, standing: { valid-for: 1h, uses: 5 } }
  anybody: { by: signed-in, not: requester }
  scoped: { by: { scope: approve }, not: requester }
  twice: { by: head, not: requester, quorum: 2 }
  own: { by: owner }
`)

const things: Readonly<Record<string, unknown>> = {
  'client c1': { id: 'c1', branch: 'north' },
  'client c2': { id: 'c2', branch: 'south' },
  'client c3': { id: 'c3' },
  'sheet s1': { id: 's1' },
}

const person = (id: string, role: string, tenant?: string, more: Partial<Principal> = {}): Principal => ({
  id,
  kind: 'user',
  roles: [role],
  ...(tenant === undefined ? {} : { tenant }),
  ...more,
})
const agent = (id: string, tenant: string | undefined, ...chain: Principal[]): Principal => ({
  ...person(id, id, tenant),
  kind: 'agent',
  ...(chain.length === 0 ? {} : { chain }),
})

const north = person('nina', 'clerk', 'north')
const nowhere = person('nora', 'clerk')
const callers = {
  'a person': north,
  'their agent': agent('bot', undefined, north),
  'their agent of another tenant': agent('bot', 'south', north),
  'their sub-agent of another tenant': agent('bot', 'south', agent('helper', 'south', north), north),
  'an agent for whom nobody knows a tenant': agent('bot', 'north', nowhere),
  'an agent by itself': agent('robot', 'north'),
} as const

const scopes = ['approve']
const givers = {
  theirs: person('hanna', 'head', 'north', { scopes }),
  other: person('henri', 'head', 'south', { scopes }),
  free: person('hugo', 'head', undefined, { scopes }),
  across: person('ada', 'auditor', 'south', { scopes }),
  said: person('cleo', 'chief', 'south', { claims: { branch: 'north' } }),
  'said other': person('carl', 'chief', 'north', { claims: { branch: 'south' } }),
  unread: person('cora', 'chief', 'north'),
  alien: person('olaf', 'clerk', 'north'),
  self: north,
  'same name': person('nina', 'head', 'south'),
} as const

type Giver = keyof typeof givers
type Asked = readonly [operation: string, request: CallRequest]

const heads = ['theirs', 'free', 'across', 'said'] as const
const mail: Asked = ['api.mail', { body: { text: 'x' } }]

/** Who may answer what, of those above; nobody else may. */
const cases: readonly (readonly [what: string, by: Principal, asked: Asked, may: readonly Giver[]])[] = [
  ...Object.entries(callers).map(([who, by]) => [`a mail of ${who}`, by, mail, heads] as const),
  ['a mail to whom nobody named', callers['their agent'], ['api.mail', { body: { text: 'x', to: 'y' } }], heads],
  ['a mail of somebody whose tenant nobody knows', nowhere, mail, ['free', 'across']],
  ['a mail of somebody who crosses tenants', person('ada', 'auditor'), mail, ['free']],
  ['a client of the tenant', north, ['api.editClient', { path: { clientId: 'c1' }, body: { text: 'x' } }], heads],
  [
    'a client of another tenant',
    person('anton', 'auditor', 'north'),
    ['api.editClient', { path: { clientId: 'c2' }, body: { text: 'x' } }],
    ['other', 'free', 'across', 'said other', 'same name'],
  ],
  [
    'a client of no known tenant',
    person('anton', 'auditor', 'north'),
    ['api.editClient', { path: { clientId: 'c3' }, body: { text: 'x' } }],
    ['free', 'across'],
  ],
  ['a file below a client', north, ['api.addFile', { body: { clientId: 'c1', text: 'x' } }], heads],
  ['a file below nothing', north, ['api.addFile', { body: { text: 'x' } }], heads],
  ['a draft that says no tenant', north, ['api.addDraft', { body: { text: 'x' } }], heads],
  ['a draft that says another tenant', north, ['api.addDraft', { body: { text: 'x', branch: 'south' } }], heads],
  ['a draft about a client', callers['their agent'], ['api.addDraft', { body: { text: 'x', clientId: 'c1' } }], heads],
  ['a note of its maker', north, ['api.addNote', { body: { text: 'x' } }], heads],
  ['a note of the person of an agent', callers['their agent'], ['api.addNote', { body: { text: 'x' } }], heads],
  ['a plan that its owner confirms', north, ['api.addPlan', { body: { text: 'x' } }], ['self']],
  ['a plan of an agent for its owner', callers['their agent'], ['api.addPlan', { body: { text: 'x' } }], ['self']],
  ['a memo below nothing that its owner confirms', north, ['api.addMemo', { body: { text: 'x' } }], ['self']],
  ['a sheet of no tenant', north, ['api.editSheet', { path: { sheetId: 's1' }, body: { text: 'x' } }], heads],
  [
    'a mark of an agent on a sheet, which only the question is about',
    callers['their agent'],
    ['api.markSheet', { path: { sheetId: 's1' }, body: { text: 'x' } }],
    heads,
  ],
  ['what anybody confirms', north, ['api.confirm', { body: { text: 'x' } }], ['theirs', 'free', 'said', 'alien']],
  ['what who has a scope confirms', north, ['api.call', { body: { text: 'x' } }], ['theirs', 'free']],
]

async function open() {
  const store = openSqliteStore(':memory:')
  const guard = await createGuard(charter, {
    version: 'v',
    store,
    journal: { append: async () => undefined },
    truth: { read: async ({ type, key }) => structuredClone(things[`${type} ${key}`]) ?? null },
  })
  const ask = async (principal: Principal, [operation, request]: Asked): Promise<string> => {
    const result = await guard.call({ operation, principal, request }, async () => ({
      kind: 'answered',
      answer: { status: 200, body: { id: 'n1' } },
    }))
    if (result.kind !== 'refused') return result.kind
    return result.refusal.hold?.reference ?? `${result.refusal.code}: ${JSON.stringify(result.refusal)}`
  }
  const close = async (): Promise<void> => {
    await guard.close()
    await store.close()
  }
  return { guard, ask, close }
}

describe('who answers what is asked', () => {
  for (const [what, by, asked, may] of cases)
    it(what, async () => {
      const { guard, ask, close } = await open()
      const reference = await ask(by, asked)
      const question = await guard.approvals.get(reference)
      assert.ok(question, reference)
      const able: string[] = []
      for (const [name, giver] of Object.entries(givers)) {
        if (guard.approvals.mayAnswer(question, giver) === undefined) able.push(name)
        else
          for (const verdict of ['refuse', 'approve'] as const) {
            const shown = (await guard.approvals.see(question)).digest
            const said = await guard.approvals.answer(reference, giver, { verdict, shown })
            assert.equal(said.ok ? 'answered' : said.code, 'not-entitled', `${verdict} by ${name}`)
          }
      }
      assert.deepEqual(
        able,
        Object.keys(givers).filter((name) => may.some((each) => each === name)),
      )
      const [first = 'theirs'] = may
      assert.ok((await approve(guard, reference, givers[first])).ok)
      assert.equal(await ask(by, asked), 'answered')
      await close()
    })
})

it('of two, both are of the tenant', async () => {
  const { guard, ask, close } = await open()
  const visit: Asked = ['api.visit', { body: { text: 'x' } }]
  const reference = await ask(north, visit)
  assert.ok((await approve(guard, reference, givers.theirs)).ok)
  assert.ok(!(await approve(guard, reference, givers.other)).ok)
  assert.equal(await ask(north, visit), reference)
  assert.ok((await approve(guard, reference, givers.free)).ok)
  assert.equal(await ask(north, visit), 'answered')
  await close()
})

it('what somebody approved for many calls counts in their tenant only', async () => {
  const { guard, ask, close } = await open()
  const bound = { operation: 'api.mail', uses: 5, expires: Date.now() + 60_000 }
  await guard.approvals.stand('second', givers.other, bound)
  assert.ok(await guard.approvals.get(await ask(north, mail)))
  assert.equal(await ask(person('sven', 'clerk', 'south'), mail), 'answered')
  await guard.approvals.stand('second', givers.theirs, bound)
  assert.equal(await ask(person('nils', 'clerk', 'north'), mail), 'answered')
  await close()
})
