// Protected fields at operations whose description speaks of no body: one is sent all the same where the method allows it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openStage, proveAll } from '../../examples/shared/stage.ts'
import type { Charter } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { parseIdentities } from '../../src/prove/identity/parse-identities.ts'
import { useById } from '../../src/prove/plan/graph.ts'
import { planUse } from '../../src/prove/plan/plan-use.ts'
import { analyse } from '../charter/fixture.ts'
import { closeNote, type Note, type Oddity, openOddServer } from './odd-server.ts'

function charterWith(method: string): Charter {
  const { charter, diagnostics } = analyse(`
lockstep: 1
name: notes
sources:
  - name: notes
    type: inline
    operations:
      createNote: { method: POST, path: /notes, body: { title: string }, response: { id: uuid, ownerId: string, title: string, status: string } }
      getNote: { method: GET, path: '/notes/{noteId}', response: { id: uuid, ownerId: string, title: string, status: string } }
      closeNote: { method: ${method}, path: '/notes/{noteId}/close' }
actors: { user: {} }
objects:
  note:
    owner: /ownerId
    state: /status
    read: notes.getNote
    states: [open, closed]
    final: closed
    fields:
      title: { set-on: create }
      status: { set-by: nobody }
    transitions:
      create: { on: notes.createNote, to: open, by: user }
      close: { on: notes.closeNote, from: open, to: closed, by: owner }
operations:
  notes.getNote: { by: owner }
`)
  assert.ok(charter !== undefined && !hasErrors(diagnostics), JSON.stringify(diagnostics))
  return charter
}

describe('a protected field at an operation without a described body', () => {
  const methods: readonly (readonly [string, 'tried' | 'not reached'])[] = [
    ['POST', 'tried'],
    ['PUT', 'tried'],
    ['PATCH', 'tried'],
    ['DELETE', 'not reached'],
  ]
  for (const [method, wanted] of methods)
    test(`is ${wanted} with ${method}`, () => {
      const charter = charterWith(method)
      const use = useById(charter, 'note.close')
      assert.ok(use)
      const ann = { name: 'ann', principal: { id: 'ann', roles: ['user'] }, pool: false }
      const { cases, notReached } = planUse({ charter, members: [ann] }, use, { found: new Set() })
      const tried = cases.filter((each) => each.tactic.kind === 'write-field').map((each) => each.constraint)
      const skipped = notReached.filter((each) => each.tactic.startsWith('write-field')).map((each) => each.why)
      const fields = ['note.title.set-by', 'note.status.set-by']
      const why = `a ${method} takes no body that could carry the field`
      assert.deepEqual([tried, skipped], wanted === 'tried' ? [fields, []] : [[], fields.map(() => why)])
    })
})

const bound = (note: Note | undefined, body: unknown): Partial<Note> => {
  if (note === undefined || typeof body !== 'object' || body === null) return {}
  return Object.fromEntries(Object.entries(body).filter(([name]) => name in note))
}

const oddities: readonly (readonly [string, Oddity, readonly string[]])[] = [
  ['that reads no body', () => undefined, []],
  [
    'that binds the body to the object',
    ({ kind, note, body }, honest) => {
      const answer = honest()
      if (kind === 'close' && answer.status === 200 && note !== undefined) Object.assign(note, bound(note, body))
      return answer
    },
    // One missing check, in however many fields it shows.
    ['bopla-write at notes.closeNote'],
  ],
  [
    'that binds the body, and then writes the state it leads to',
    ({ kind, caller, note, body }) => {
      if (kind !== 'close' || note?.ownerId !== caller || note.status === 'closed') return undefined
      const { status } = bound(note, body)
      Object.assign(note, { status: status ?? note.status })
      return closeNote(note)
    },
    [],
  ],
]

describe('a server', { concurrency: 2 }, () => {
  const { identities } = parseIdentities({
    file: 'identities.yaml',
    text: `
lockstep-identities: 1
targets: { notes: "http://127.0.0.1:1" }
identities:
  ann: { actor: user, principal: { id: ann, roles: [user] }, headers: { Authorization: "Bearer \${env:ANN}" } }`,
  })
  for (const [what, oddity, expected] of oddities)
    test(what, async () => {
      assert.ok(identities)
      const server = await openOddServer(oddity)
      const inputs = { charter: charterWith('POST'), identities }
      const run = await openStage(inputs, server.url, { env: { ANN: 'ann' }, raceRounds: 1 })
      const { findings, cells } = await proveAll(run, { only: ['notes.closeNote'] }).finally(() => run.close())
      await server.close()
      assert.deepEqual(findings.map((each) => `${each.class} at ${each.operation}`).toSorted(), expected)
      const fields = cells.filter((cell) => cell.tactic.startsWith('write-field')).map((cell) => cell.verdict)
      assert.deepEqual(fields, expected.length === 0 ? ['held', 'held'] : ['proven', 'proven'])
    })
})
