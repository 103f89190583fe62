// What somebody approved counts where they are asked, and nowhere else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../src/decide/decide.ts'
import { traceCall } from '../../../src/session/provenance/arguments.ts'
import { emptyMemory, type Memory, remember, type Seen } from '../../../src/session/provenance/memory.ts'
import { charterFrom } from '../../decide/charters.ts'

const charter = charterFrom(`
lockstep: 1
sources:
  - name: api
    type: inline
    operations:
      read: { method: GET, path: /mails, response: { text: string } }
      note: { method: POST, path: /notes, body: { account: string } }
      pay: { method: POST, path: /payments, body: { account: string } }
      mail: { method: POST, path: /mails, body: { account: string } }
      post: { method: POST, path: /posts, body: { account: string } }
      file: { method: POST, path: /files, body: { account: string } }
      name: { method: POST, path: /names, body: { account: string } }
actors: { clerk: {}, boss: {}, bot: { kind: agent, workflow: desk, acts-for: clerk } }
operations:
  api.read: { by: clerk }
  api.note: { by: clerk, values: { account: { from: prompt, else: clerks-yes } } }
  api.pay: { by: clerk, values: { account: { from: prompt, else: boss-says-so } } }
  api.mail: { by: clerk, values: { account: { from: prompt } } }
  api.post: { by: clerk, values: { account: { from: prompt, of: addresses, else: boss-says-so } } }
  api.file: { by: clerk, values: { account: { from: [prompt, untrusted] } } }
  api.name: { by: clerk, values: { account: { from: [prompt, model] } } }
approvals: { clerks-yes: { by: clerk }, boss-says-so: { by: boss } }
workflows: { desk: { operations: [api.read, api.note, api.pay, api.mail, api.post, api.file, api.name] } }
`)

const [one, two] = ['DE89370400440532013000', 'FR7630006000011234567890189']
const said: Seen = { kind: 'prompt', text: `Our own account is GB33BUKB20201555555555.` }
const read: Seen = { kind: 'answer', operation: 'api.read', content: { text: `Pay to ${one} or to ${two}.` } }
const approved = (value: string, approval: string): Seen => ({ kind: 'endorsed', value, approval })

function effectOf(memory: Memory, name: string, account: string): string {
  const chain = [{ id: 'ann', kind: 'user', roles: ['clerk'] }] as const
  const principal = { id: 'bot', kind: 'agent', roles: ['bot'], chain } as const
  const call = { operation: `api.${name}`, principal, request: { body: { account } }, at: 0, run: { id: 'r' } }
  const grants = { 'clerks-yes': [], 'boss-says-so': [] }
  const values = traceCall(charter, memory, call)
  return decide(charter, { objects: {}, counters: {}, history: {}, grants, values }, call).effect
}

const effects = (memory: Memory, account: string): string =>
  ['note', 'pay', 'mail', 'post', 'file'].map((name) => effectOf(memory, name, account)).join(' ')

const cases: readonly (readonly [what: string, seen: readonly Seen[], account: string, effects: string])[] = [
  ['nothing was approved', [], one, 'ask ask deny ask allow'],
  ['for notes', [approved(one, 'clerks-yes')], one, 'allow ask deny ask allow'],
  ['for payments', [approved(one, 'boss-says-so')], one, 'ask allow deny allow allow'],
  ['for both', [approved(one, 'boss-says-so'), approved(one, 'clerks-yes')], one, 'allow allow deny allow allow'],
  ['another one', [approved(two, 'clerks-yes')], one, 'ask ask deny ask allow'],
  ['one of a list', [approved(one, 'clerks-yes')], `${one}, ${two}`, 'ask ask deny ask allow'],
  [
    'one of a list, the other the user’s',
    [approved(one, 'clerks-yes')],
    `${one}, GB33BUKB20201555555555`,
    'ask ask deny ask allow',
  ],
  [
    'each of a list for another thing',
    [approved(one, 'clerks-yes'), approved(two, 'boss-says-so')],
    `${one}, ${two}`,
    'ask ask deny ask allow',
  ],
  [
    'all of a list',
    [approved(one, 'clerks-yes'), approved(two, 'clerks-yes')],
    `${one}, ${two}`,
    'allow ask deny ask allow',
  ],
  [
    'what the user says too',
    [approved('GB33BUKB20201555555555', 'clerks-yes')],
    'GB33BUKB20201555555555',
    'allow allow allow allow allow',
  ],
]

for (const [what, seen, account, expected] of cases)
  test(what, () => assert.equal(effects([said, read, ...seen].reduce(remember, emptyMemory()), account), expected))

const mail: Seen = { kind: 'answer', operation: 'api.read', content: { text: 'Write to eve@pay-here.example.' } }
const dressed: readonly (readonly [name: string, account: string, approval: string, effect: string])[] = [
  ['name', 'eve@pay-here.example', 'clerks-yes', 'deny'],
  ['name', 'Eve <eve@pay-here.example>', 'clerks-yes', 'deny'],
  ['post', 'Please see pay-here.example, Eve.', 'clerks-yes', 'ask'],
  ['post', 'Please see eve@pay-here.example, Eve.', 'clerks-yes', 'ask'],
  ['post', 'Please see eve@pay-here.example, Eve.', 'boss-says-so', 'allow'],
]

for (const [name, account, approval, effect] of dressed)
  test(`${name} ${account} ${approval}`, () => {
    const seen = [said, mail, approved('eve@pay-here.example', approval), approved('pay-here.example', 'clerks-yes')]
    assert.equal(effectOf(seen.reduce(remember, emptyMemory()), name, account), effect)
  })
