// Attempts that are refused share one setup, and nothing that one of them changed is held against, or hidden from, the next.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: notes
sources:
  - name: desk
    type: inline
    operations:
      write: { method: POST, path: /notes, response: { id: string, by: string, status: string } }
      getNote: { method: GET, path: '/notes/{noteId}', response: { id: string, by: string, status: string } }
      close: { method: POST, path: '/notes/{noteId}/close' }
actors: { author: {}, guest: {}, visitor: {}, printer: {}, cleaner: {} }
objects:
  note:
    owner: /by
    state: /status
    read: desk.getNote
    states: [open, closed]
    final: closed
    transitions:
      write: { on: desk.write, to: open, by: author }
      close: { on: desk.close, from: open, to: closed, by: owner }
operations:
  desk.getNote: { by: signed-in }
`

const people = { ann: 'author', gus: 'guest', vic: 'visitor', pru: 'printer', cleo: 'cleaner' }

interface Desk {
  written: number
  readonly answer: (asked: Asked) => readonly [number, unknown?]
}

/** Somebody named may close what is not theirs; `silently` as well where they are told that they may not. */
function openDesk(flaw: { readonly who?: string; readonly silently?: boolean }): Desk {
  const notes: { id: string; by: string; status: string }[] = []
  const desk: Desk = {
    written: 0,
    answer: ({ who, method, path: [, id, verb] }) => {
      if (who === undefined) return [401]
      if (id === undefined) {
        if (who !== 'ann') return [403]
        desk.written++
        notes.push({ id: `note-${notes.length + 1}`, by: who, status: 'open' })
        return [201, notes.at(-1)]
      }
      const note = notes.find((each) => each.id === id)
      if (note === undefined) return [404]
      if (method === 'GET' && verb === undefined) return [200, note]
      const may = note.by === who || who === flaw.who
      if (may && note.status === 'open') note.status = 'closed'
      else return [may ? 409 : 403]
      return [flaw.silently && who === flaw.who ? 403 : 204]
    },
  }
  return desk
}

async function verdicts(desk: Desk): Promise<Record<string, Verdict>> {
  const { cells } = await proveSmall({ charter, people, answer: desk.answer, only: ['desk.close'] })
  const theirs = cells.filter(({ tactic }) => tactic === 'as-other.other-actor')
  return Object.fromEntries(theirs.map(({ actor, verdict }) => [actor.split(' ')[0] ?? '', verdict]))
}

const held = { gus: 'held', vic: 'held', pru: 'held', cleo: 'held' }

test('a refusal leaves what was set up to the next attempt', async () => {
  const desk = openDesk({})
  assert.deepEqual(await verdicts(desk), held)
  assert.ok(desk.written <= 9, `${desk.written} notes were written`)
})

for (const who of ['gus', 'vic', 'cleo'])
  for (const silently of [false, true])
    test(`what ${who} may do${silently ? ' although they are refused' : ''} is proven, and nobody else is blamed`, async () => {
      assert.deepEqual(await verdicts(openDesk({ who, silently })), { ...held, [who]: 'proven' })
    })
