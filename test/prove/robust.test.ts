// Proofs against servers that misbehave: nothing crashes, nothing is claimed that is not so, and what was not reached says why.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openStage, proveAll, type Reach } from '../../examples/shared/stage.ts'
import type { Charter } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import type { Cell, Outcome } from '../../src/prove/finding.ts'
import { parseIdentities } from '../../src/prove/identity/parse-identities.ts'
import type { RawIdentities } from '../../src/prove/identity/schema.ts'
import { analyse } from '../charter/fixture.ts'
import { type Answer, addNote, closeNote, type Oddity, openOddServer, type Visit } from './odd-server.ts'

interface Variant {
  /** Added to the source. */
  readonly source?: string
  readonly readBy?: string
  readonly capability?: string
}

function charterWith({ source = '', readBy = 'owner', capability = '' }: Variant = {}): Charter {
  const { charter, diagnostics } = analyse(`
lockstep: 1
name: notes
sources:
  - name: notes
    type: inline
    ${source}
    operations:
      createNote: { method: POST, path: /notes, body: { title: string }, response: { id: uuid, ownerId: string, title: string, status: string } }
      getNote: { method: GET, path: '/notes/{noteId}', response: { id: uuid, ownerId: string, title: string, status: string } }
      closeNote: { method: POST, path: '/notes/{noteId}/close' }
actors: { user: {} }
objects:
  note:
    owner: /ownerId
    state: /status
    read: notes.getNote
    ${capability}
    states: [open, closed]
    final: closed
    transitions:
      create: { on: notes.createNote, to: open, by: user }
      close: { on: notes.closeNote, from: open, to: closed, by: owner, once: true }
operations:
  notes.getNote: { by: ${readBy} }
`)
  assert.ok(charter !== undefined && !hasErrors(diagnostics), JSON.stringify(diagnostics))
  return charter
}

function identitiesWith(login: boolean): RawIdentities {
  const person = (name: string): string => `
  ${name}:
    actor: user
    principal: { id: ${name}, roles: [user] }
    headers: { Authorization: "Bearer \${env:${name.toUpperCase()}}" }
    ${login ? `login: [{ request: GET /me, headers: { Authorization: "Bearer \${env:${name.toUpperCase()}}" } }]` : ''}`
  const text = `
lockstep-identities: 1
targets: { notes: "http://127.0.0.1:1" }
identities: ${person('alice')}${person('bob')}`
  const { identities, diagnostics } = parseIdentities({ file: 'identities.yaml', text })
  assert.ok(identities !== undefined, JSON.stringify(diagnostics))
  return identities
}

interface Case {
  readonly name: string
  readonly oddity: Oddity
  readonly charter?: Variant
  readonly login?: true
  readonly reach?: Reach
  /** `class at operation`; none when absent. */
  readonly findings?: readonly string[]
  /** What every cell of these operations that is not reached says. */
  readonly notReached?: { readonly operations: readonly string[]; readonly why: RegExp }
  /** Something is tried and held at these. */
  readonly held?: readonly string[]
}

const stranger = ({ note, caller }: Visit): boolean => note !== undefined && note.ownerId !== caller
const everything = ['notes.createNote', 'notes.getNote', 'notes.closeNote']
const both = ['notes.getNote', 'notes.closeNote']
const bola = 'bola-write at notes.closeNote'
const people = { ALICE: 'alice', BOB: 'bob' }
let elsewhere = ''

const cases: readonly Case[] = [
  { name: 'an honest server', oddity: () => undefined, held: both },
  {
    name: 'no owner check',
    oddity: (visit) => (visit.kind === 'close' && visit.note !== undefined ? closeNote(visit.note) : undefined),
    findings: [bola],
    held: ['notes.getNote'],
  },
  {
    name: 'too slow for the time-out',
    oddity: async () => void (await pause(150)),
    reach: { timeout: 40 },
    notReached: { operations: everything, why: /no complete answer in time/ },
  },
  {
    name: 'a field that differs at every look, and a 2xx that changes nothing',
    oddity: (visit, honest) =>
      visit.kind === 'read' && !stranger(visit)
        ? { status: 200, body: { ...visit.note, views: visit.count, etag: `e${visit.count}` } }
        : visit.kind === 'close' && stranger(visit)
          ? { status: 200, body: { ok: true } }
          : honest(),
    held: both,
  },
  {
    name: 'HTML with 200 for everything',
    oddity: () => ({ status: 200, body: '<!doctype html><title>Sign in</title>' }),
    notReached: { operations: both, why: /does not say the key/ },
  },
  {
    name: '500 for everything',
    oddity: () => ({ status: 500, body: { error: 'out of order' } }),
    notReached: { operations: everything, why: /500 out of order/ },
  },
  {
    name: '500 although the forbidden change took effect',
    oddity: (visit) => {
      if (visit.kind !== 'close' || visit.note === undefined || !stranger(visit)) return undefined
      closeNote(visit.note)
      return { status: 500, body: { error: 'out of order' } }
    },
    findings: [bola],
  },
  {
    name: 'answers of two megabytes, of which nothing can be read',
    oddity: (visit, honest) =>
      visit.kind === 'read' ? { status: 200, body: { padding: 'x'.repeat(2_000_000), ...visit.note } } : honest(),
    notReached: { operations: both, why: /shows in nothing that anyone may read|nothing that could be disclosed/ },
  },
  {
    name: 'redirects to another host',
    oddity: (visit) =>
      visit.kind === 'close' ? { status: 307, headers: { location: `${elsewhere}/stolen` } } : undefined,
    notReached: { operations: ['notes.closeNote'], why: /refused: 307/ },
    held: ['notes.getNote'],
  },
  {
    name: '204 where 201 with a body is described',
    oddity: (visit, honest) => (visit.kind === 'create' ? { status: honest().status - 201 + 204 } : undefined),
    notReached: { operations: both, why: /does not say the key/ },
  },
  {
    name: 'the documented state is missing',
    oddity: (_visit, honest) => {
      const { status, body } = honest()
      const shown = typeof body === 'object' && body !== null ? { ...body, status: undefined } : body
      return { status, body: shown }
    },
    held: ['notes.getNote'],
    notReached: { operations: ['notes.closeNote'], why: /its state is not known/ },
  },
  {
    name: 'a 202 whose effect comes later',
    oddity: (visit) => {
      if (visit.kind !== 'close' || visit.note === undefined || visit.note.status === 'closed') return undefined
      const { note } = visit
      setTimeout(() => closeNote(note), 80)
      return { status: 202 }
    },
    findings: [bola],
  },
  {
    name: 'refusals with 200 and an error in the body',
    charter: { source: `refused-when: "has(response.body.error)"` },
    oddity: (_visit, honest) => {
      const { status, body } = honest()
      return status < 300 ? { status, body } : { status: 200, body: { error: 'no' } }
    },
    held: both,
  },
  {
    name: 'a repeated call that answers with the same closed note',
    oddity: (visit) =>
      visit.kind === 'close' && visit.note?.status === 'closed' && !stranger(visit)
        ? { status: 200, body: visit.note }
        : undefined,
    held: both,
  },
  {
    name: "the attacker's own note is closed instead",
    oddity: (visit) => {
      if (visit.kind !== 'close' || !stranger(visit)) return undefined
      const own = [...visit.notes.values()].find((note) => note.ownerId === visit.caller && note.status === 'open')
      return closeNote(own ?? addNote(visit.notes, visit.caller, {}))
    },
    held: both,
  },
  {
    name: 'whoever knows the id may read, by design',
    charter: { readBy: 'holder', capability: 'capability: { bits: 96 }' },
    oddity: (visit): Answer | undefined =>
      visit.kind === 'read' && visit.note !== undefined ? { status: 200, body: visit.note } : undefined,
    held: ['notes.closeNote'],
  },
  {
    name: 'tokens that run out for good in the middle',
    oddity: (visit) => (visit.count >= 12 ? { status: 401, body: { error: 'expired' } } : undefined),
    notReached: { operations: ['notes.closeNote'], why: /401 expired|not let in at all/ },
  },
  {
    name: 'tokens that run out for good and cannot be renewed',
    login: true,
    oddity: (visit) => (visit.count >= 14 ? { status: 401, body: { error: 'expired' } } : undefined),
    notReached: { operations: ['notes.closeNote'], why: /expected 2xx, got 401/ },
  },
  {
    name: 'a token that is refused now and then, until signed in again',
    login: true,
    oddity: (visit) => {
      if (visit.kind !== 'me' && visit.count % 11 === 10) return { status: 401 }
      return visit.kind === 'close' && visit.note !== undefined ? closeNote(visit.note) : undefined
    },
    findings: [bola],
  },
]

async function proveOdd(each: Omit<Case, 'name'>): Promise<Outcome> {
  const server = await openOddServer(each.oddity)
  try {
    const inputs = { charter: charterWith(each.charter), identities: identitiesWith(each.login ?? false) }
    const run = await openStage(inputs, server.url, {
      env: { ALICE: 'alice', BOB: 'bob' },
      raceRounds: 1,
      ...each.reach,
    })
    return await proveAll(run).finally(() => run.close())
  } finally {
    await server.close()
  }
}

function cellsOf(outcome: Outcome, operation: string, verdict: Cell['verdict']): Cell[] {
  return outcome.cells.filter((cell) => cell.operation === operation && cell.verdict === verdict)
}

describe('a server that misbehaves', { concurrency: 2 }, () => {
  for (const each of cases) {
    test(each.name, async () => {
      const trap = await openOddServer(() => undefined)
      elsewhere = trap.url
      const outcome = await proveOdd(each)
      await trap.close()
      assert.deepEqual(
        outcome.findings.map((finding) => `${finding.class} at ${finding.operation}`),
        each.findings ?? [],
      )
      assert.equal(trap.asked(), 0, 'another host was asked')
      for (const operation of each.notReached?.operations ?? []) {
        const cells = outcome.cells.filter((cell) => cell.operation === operation)
        assert.ok(cells.length > 0, `nothing is said of ${operation}`)
        for (const { verdict, why } of cells) {
          assert.equal(verdict, 'not-reached', why)
          assert.match(why, each.notReached?.why ?? /./)
        }
      }
      for (const operation of each.held ?? [])
        assert.ok(cellsOf(outcome, operation, 'held').length > 0, `nothing held at ${operation}`)
    })
  }

  test('a server that is down from the beginning', async () => {
    const server = await openOddServer(() => undefined)
    await server.close()
    const inputs = { charter: charterWith(), identities: identitiesWith(true) }
    await assert.rejects(openStage(inputs, server.url, { env: people }), /nobody could sign in[\s\S]*ECONNREFUSED/)
  })

  test('a server that goes down in the middle', async () => {
    const server = await openOddServer(() => undefined)
    const run = await openStage({ charter: charterWith(), identities: identitiesWith(false) }, server.url, {
      env: people,
    })
    const heldBefore = new Set<string>()
    let down: Promise<void> | undefined
    const outcome = await proveAll(run, {
      listen: (event) => {
        if (event.kind !== 'case') return
        if (down === undefined) heldBefore.add(event.case.id)
        down ??= server.close()
      },
    })
    await run.close()
    await down
    assert.match(outcome.partial ?? '', /stopped answering: .*ECONNREFUSED/)
    assert.deepEqual(outcome.findings, [])
    assert.equal(outcome.cells.filter((cell) => cell.verdict === 'held').length, heldBefore.size)
  })
})
