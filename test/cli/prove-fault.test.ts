// When Lockstep itself fails in the middle of a run, what was proven until then is still reported, and the run does not pass.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStage, proveAll } from '../../examples/shared/stage.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { accountForRest } from '../../src/cli/prove/unfinished.ts'
import { settle } from '../../src/cli/prove/verdict.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { parseIdentities } from '../../src/prove/identity/parse-identities.ts'
import { isSecretHeader, isSecretMember } from '../../src/prove/identity/secret.ts'
import type { ReportContext } from '../../src/prove/report/context.ts'
import { printTerminal } from '../../src/prove/report/terminal.ts'
import type { Lab } from '../../src/prove/run/lab.ts'
import { analyse } from '../charter/fixture.ts'
import { openTarget } from './bad-target.ts'
import { identitiesText } from './notes.ts'

const { charter, diagnostics } = analyse(`
lockstep: 1
name: notes
sources:
  - name: notes
    type: inline
    operations:
      createNote: { method: POST, path: /notes, response: { id: id, ownerId: string, status: string } }
      getNote: { method: GET, path: '/notes/{noteId}', response: { id: id, ownerId: string, status: string } }
      closeNote: { method: POST, path: '/notes/{noteId}/close' }
actors: { user: {} }
objects:
  note:
    owner: /ownerId
    state: /status
    read: notes.getNote
    states: [open, closed]
    final: closed
    transitions:
      create: { on: notes.createNote, to: open, by: user }
      close: { on: notes.closeNote, from: open, to: closed, by: owner, once: true }
operations: { notes.getNote: { by: owner } }
`)
assert.ok(charter !== undefined && !hasErrors(diagnostics))
const { identities } = parseIdentities({ file: 'identities.yaml', text: identitiesText('') })
assert.ok(identities !== undefined)

const context: ReportContext = {
  charter,
  redact: (text) => text,
  isSecretHeader,
  isSecretMember,
  version: '0',
  startedAt: '2026-01-01T00:00:00.000Z',
  accepted: new Map(),
}

/** A lab with a fault of our own: after so many sign-ins it throws what nobody expects. */
function faulty(lab: Lab, after: number): Lab {
  let count = 0
  return {
    ...lab,
    signIn: (name) => {
      if (count++ >= after) throw new TypeError('nobody expects this')
      return lab.signIn(name)
    },
  }
}

for (const after of [0, 6, 20]) {
  test(`a fault after ${after} sign-ins`, async () => {
    const target = await openTarget((_visit, honest) => honest())
    const run = await openStage({ charter, identities }, target.url, {
      env: { ALICE: 'alice', BOB: 'bob' },
      raceRounds: 0,
    })
    const found = await proveAll(run, { lab: faulty(run.lab, after) }).finally(() => run.close())
    await target.close()
    const outcome = accountForRest(found, charter, undefined)
    assert.match(outcome.partial ?? '', /^Lockstep itself failed at [\w.]+: nobody expects this$/)
    assert.deepEqual(outcome.findings, [])
    const uses = [...charter.operations.values()].flatMap((operation) => operation.uses)
    for (const use of uses)
      assert.ok(
        outcome.cells.some((cell) => cell.use === use.id),
        use.id,
      )

    const shown = printTerminal(outcome, context, (_style, text) => text)
    assert.match(shown, /Not finished: Lockstep itself failed at/)
    assert.doesNotMatch(shown, /No way found|\.ts:\d+/)
    const silent = { write: () => true }
    const terminal = openTerminal(silent, silent, {})
    settle(terminal, outcome, context, { failOn: 'low', interrupted: false })
    assert.equal(terminal.exitCode(), 1)
  })
}
