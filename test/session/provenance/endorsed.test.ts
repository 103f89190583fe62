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
actors: { clerk: {}, boss: {}, bot: { kind: agent, workflow: desk, acts-for: clerk } }
operations:
  api.read: { by: clerk }
  api.note: { by: clerk, values: { account: { from: prompt, else: clerks-yes } } }
  api.pay: { by: clerk, values: { account: { from: prompt, else: boss-says-so } } }
  api.mail: { by: clerk, values: { account: { from: prompt } } }
  api.post: { by: clerk, values: { account: { from: prompt, of: addresses, else: boss-says-so } } }
  api.file: { by: clerk, values: { account: { from: [prompt, untrusted] } } }
approvals: { clerks-yes: { by: clerk }, boss-says-so: { by: boss } }
workflows: { desk: { operations: [api.read, api.note, api.pay, api.mail, api.post, api.file] } }
`)

const [one, two] = ['DE89370400440532013000', 'FR7630006000011234567890189']
const said: Seen = { kind: 'prompt', text: `Our own account is GB33BUKB20201555555555.` }
const read: Seen = { kind: 'answer', operation: 'api.read', content: { text: `Pay to ${one} or to ${two}.` } }
const approved = (value: string, approval: string): Seen => ({ kind: 'endorsed', value, approval })

function effects(memory: Memory, account: string): string {
  return ['note', 'pay', 'mail', 'post', 'file']
    .map((name) => {
      const principal = {
        id: 'bot',
        kind: 'agent',
        roles: ['bot'],
        chain: [{ id: 'ann', kind: 'user', roles: ['clerk'] }],
      } as const
      const call = { operation: `api.${name}`, principal, request: { body: { account } }, at: 0, run: { id: 'r' } }
      const values = traceCall(charter, memory, call)
      const facts = { objects: {}, counters: {}, history: {}, grants: { 'clerks-yes': [], 'boss-says-so': [] }, values }
      return decide(charter, facts, call).effect
    })
    .join(' ')
}

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
    'ask ask deny ask deny',
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
