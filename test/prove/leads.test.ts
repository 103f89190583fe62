// A rightful move that keeps what others decided, or does at once what they are to decide on, is found at the move itself.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charterOf = (to: string): string => `
lockstep: 1
name: meters
sources:
  - name: shop
    type: inline
    operations:
      enter: { method: POST, path: /readings, body: { kwh: integer, note: string }, response: { id: string, kwh: integer, note: string, wanted: 'integer?', checked: boolean } }
      getReading: { method: GET, path: '/readings/{readingId}', response: { id: string, kwh: integer, note: string, wanted: 'integer?', checked: boolean } }
      describe: { method: PATCH, path: '/readings/{readingId}', body: { note: string } }
      correct: { method: POST, path: '/readings/{readingId}/correction', body: { kwh: integer } }
      confirm: { method: POST, path: '/readings/{readingId}/confirm' }
      check: { method: POST, path: '/readings/{readingId}/check' }
actors: { clerk: {}, chief: {} }
objects:
  reading:
    read: shop.getReading
    state: { when: { waiting: object.wanted != null, checked: object.checked == true, entered: 'true' } }
    states: [entered, waiting, checked]
    fields:
      kwh: { set-on: [enter, confirm] }
    transitions:
      enter: { on: shop.enter, to: entered, by: clerk }
      describe: { on: shop.describe, from: [entered, checked], to: ${to}, by: clerk }
      correct: { on: shop.correct, from: entered, to: waiting, by: clerk, example: { body: { kwh: 700 } } }
      confirm: { on: shop.confirm, from: waiting, to: entered, by: chief }
      check: { on: shop.check, from: entered, to: checked, by: chief }
operations:
  shop.getReading: { by: [clerk, chief] }
`

interface Reading {
  id: string
  kwh: number
  note: string
  wanted: number | null
  checked: boolean
}

type Flaw = 'at-once' | 'kept' | 'late'

/** Readings of meters: what is changed is checked anew, and a correction waits until it is confirmed. */
function openMeters(flaw?: Flaw): (asked: Asked) => readonly [number, unknown?] {
  const rows: Reading[] = []
  return ({ who, method, path: [, id, verb], body }) => {
    if (who === undefined) return [401]
    const isChief = who.startsWith('c')
    if (method === 'GET') {
      const row = rows.find((each) => each.id === id)
      return row === undefined ? [404] : [200, row]
    }
    if ((verb === 'confirm' || verb === 'check') !== isChief) return [403]
    const { kwh, note } = body
    if (id === undefined) {
      rows.push({ id: `r${rows.length}`, kwh: Number(kwh), note: String(note), wanted: null, checked: false })
      return [201, rows.at(-1)]
    }
    const row = rows.find((each) => each.id === id)
    if (row === undefined) return [404]
    if (verb === undefined) {
      if (row.wanted !== null) return [409]
      // Whoever says what is there already has changed nothing.
      if (row.note !== note && flaw === 'late') setTimeout(() => (row.checked = false), 40)
      if (row.note !== note && (flaw === undefined || flaw === 'at-once')) row.checked = false
      row.note = String(note)
      return [200, row]
    }
    if (verb === 'correction') {
      if (row.wanted !== null || row.checked) return [409]
      if (flaw === 'at-once') row.kwh = Number(kwh)
      else row.wanted = Number(kwh)
      return [200, row]
    }
    if (verb === 'check') {
      if (row.wanted !== null || row.checked) return [409]
      row.checked = true
      return [200, row]
    }
    if (row.wanted === null) return [409]
    row.kwh = row.wanted
    row.wanted = null
    return [200, row]
  }
}

const prove = (flaw?: Flaw, { to = 'entered', only = ['shop.describe', 'shop.correct'] } = {}): Promise<Outcome> =>
  proveSmall({
    charter: charterOf(to),
    people: { ann: 'clerk', abe: 'clerk', cleo: 'chief' },
    answer: openMeters(flaw),
    only,
  })

const told = ({ findings }: Outcome) => findings.map((each) => [each.class, each.endpoint])

describe('where a rightful move leads', () => {
  test('a change that keeps what others decided is found', async () => {
    const outcome = await prove('kept')
    assert.deepEqual(told(outcome), [['approval-changed', 'PATCH /readings/{readingId}']])
    assert.match(outcome.findings[0]?.proof.sentence ?? '', /when it was checked, and it stayed so/)
  })
  test('what others are to decide on and is done at once is found', async () => {
    const outcome = await prove('at-once')
    const expected = [['approval-missing', 'POST /readings/{readingId}/correction']]
    assert.deepEqual(told(outcome), expected)
    const alone = await prove('at-once', { only: ['shop.correct'] })
    assert.deepEqual(told(alone), expected)
    assert.match(alone.findings[0]?.proof.sentence ?? '', /kwh of reading went from \d+ to \d+/)
  })
  test('none is found where it leads where it shall, or may stay by the charter, or shows late', async () => {
    const sound = await prove()
    assert.deepEqual(told(sound), [])
    const cells = sound.cells.filter(({ tactic }) => tactic.startsWith('leads.'))
    const seen = cells.map(({ tactic, verdict }) => `${tactic} ${verdict}`)
    assert.deepEqual(seen.toSorted(), ['leads.checked held', 'leads.entered held'])
    assert.deepEqual(told(await prove('kept', { to: '[entered, checked]' })), [])
    assert.deepEqual(told(await prove('late')), [])
  })
})
