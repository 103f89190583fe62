// What a call says of an object is compared with what the object is now, not with what it once was.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: notes
sources:
  - name: shop
    type: inline
    operations:
      write: { method: POST, path: /notes, body: { text: string }, response: { id: string, ownerId: string, status: string, version: integer, fee: integer } }
      getNote: { method: GET, path: '/notes/{noteId}', response: { id: string, ownerId: string, status: string, version: integer, fee: integer } }
      edit: { method: POST, path: '/notes/{noteId}/edit', body: { text: string } }
      price: { method: POST, path: '/notes/{noteId}/fee', body: { fee: integer } }
      print: { method: POST, path: '/notes/{noteId}/print', body: { version: integer, fee: integer } }
actors: { user: {}, clerk: {} }
objects:
  note:
    owner: /ownerId
    state: /status
    read: shop.getNote
    states: [open, printed]
    final: printed
    transitions:
      write: { on: shop.write, to: open, by: user }
      edit: { on: shop.edit, from: open, to: open, by: owner }
      price: { on: shop.price, from: open, to: open, by: clerk, when: request.fee >= 1 && request.fee <= 100, example: { body: { fee: 10 } } }
      print:
        on: shop.print
        from: open
        to: printed
        by: owner
        when:
          - { name: seen, rule: request.version == object.version, says: what is printed is what was seen }
          - { name: paid, rule: request.fee == object.fee, says: the fee is paid }
operations:
  shop.getNote: { by: [owner, clerk] }
`

type Flaw = 'any-version' | 'any-fee'

interface Note {
  readonly id: string
  readonly ownerId: string
  status: string
  version: number
  fee: number
}

/** A flawed shop knows the versions and fees that were, and takes each of them for good. */
function openNotes(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const notes = new Map<string, Note>()
  const fees = new Map<string, Set<number>>()
  return ({ who, method, path: [, id = '', verb], body }) => {
    if (who === undefined) return [401]
    if (id === '') {
      if (who === 'cleo') return [403]
      const made: Note = { id: `note-${notes.size + 100}`, ownerId: who, status: 'open', version: 1, fee: 10 }
      notes.set(made.id, made)
      fees.set(made.id, new Set([10]))
      return [201, made]
    }
    const note = notes.get(id)
    if (note === undefined || (who !== 'cleo' && note.ownerId !== who)) return [404]
    if (method === 'GET') return [200, note]
    if (note.status !== 'open' || (who === 'cleo') !== (verb === 'fee')) return [409]
    if (verb === 'edit') note.version++
    else if (verb === 'fee') {
      note.fee = Number(body['fee'])
      fees.get(id)?.add(note.fee)
    } else {
      const { version, fee } = body
      const seen = Number(version) >= 1 && Number(version) <= note.version
      if (flaw === 'any-version' ? !seen : version !== note.version) return [409, { error: 'it has changed' }]
      if (flaw === 'any-fee' ? fees.get(id)?.has(Number(fee)) !== true : fee !== note.fee)
        return [409, { error: 'wrong fee' }]
      note.status = 'printed'
    }
    return [200, note]
  }
}

const prove = (flaw: Flaw | undefined): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', ugo: 'user', cleo: 'clerk' },
    answer: openNotes(flaw),
    only: ['shop.print'],
  })

const changed = ({ cells }: Outcome) =>
  cells
    .filter(({ tactic }) => tactic.startsWith('object-facts'))
    .map((cell) => [cell.constraint, cell.tactic, cell.verdict])

describe('what was so once', { concurrency: 2 }, () => {
  const cases = [
    { flaw: 'any-version', constraint: 'note.print.when.seen', calls: ['note.write', 'note.edit', 'note.print'] },
    { flaw: 'any-fee', constraint: 'note.print.when.paid', calls: ['note.write', 'note.price', 'note.print'] },
  ] as const
  for (const { flaw, constraint, calls } of cases)
    test(`${constraint} is proven where it still counts`, async () => {
      const [finding, ...others] = (await prove(flaw)).findings
      assert.deepEqual([finding?.constraint, others], [constraint, []])
      const sent = finding?.proof.transcript.filter(({ purpose }) => purpose !== 'observe')
      assert.deepEqual(
        sent?.map(({ use }) => use),
        calls,
      )
    })

  test('both hold where what is so now counts', async () => {
    const outcome = await prove(undefined)
    assert.deepEqual(outcome.findings, [])
    assert.deepEqual(changed(outcome), [
      ['note.print.when.seen', 'object-facts', 'held'],
      ['note.print.when.paid', 'object-facts', 'held'],
    ])
  })
})
