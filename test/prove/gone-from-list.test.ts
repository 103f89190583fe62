// What goes is seen to be gone where only a list showed it, to whoever it was shown before as one of more.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: desk
sources:
  - name: shop
    type: inline
    operations:
      listNotes: { method: GET, path: /notes, response: { notes: 'object[]' } }
      drop: { method: DELETE, path: '/notes/{noteId}' }
actors: { clerk: {}, guest: {} }
objects:
  note:
    list: shop.listNotes
    state: { when: { there: 'true' } }
    states: [there, dropped]
    gone: dropped
    final: dropped
    transitions:
      drop: { on: shop.drop, key: $request.path.noteId, from: there, to: dropped, by: clerk }
operations:
  shop.listNotes: { by: [clerk, guest], lists: note, items: /notes }
`

interface Habit {
  /** Guests may drop notes. */
  readonly isFlawed?: true
  /** The list shows so many at once: what it leaves out need not be gone. */
  readonly page?: number
}

function notes({ isFlawed, page }: Habit): (asked: Asked) => readonly [number, unknown?] {
  const start = (): string[] => ['n-1', 'n-2', 'n-3', 'n-4', 'n-5']
  let all = start()
  return ({ who, method, path: [kind, id] }) => {
    if (kind === 'reset') {
      all = start()
      return [204]
    }
    if (who === undefined) return [401]
    if (method === 'GET') return [200, { notes: all.slice(0, page).map((each) => ({ id: each })) }]
    if (who === 'gil' && isFlawed !== true) return [403]
    if (id === undefined || !all.includes(id)) return [404]
    all = all.filter((each) => each !== id)
    return [204]
  }
}

const verdictOf = async (habit: Habit) => {
  const people = { cleo: 'clerk', cal: 'clerk', gil: 'guest' }
  const { findings, cells } = await proveSmall({
    charter,
    people,
    resetBy: 'cleo',
    answer: notes(habit),
    only: ['shop.drop'],
  })
  const byOthers = cells.filter(({ constraint, tactic }) => constraint === 'note.drop.by' && tactic.includes('actor'))
  return [findings.map(({ constraint }) => constraint), ...new Set(byOthers.map(({ verdict }) => verdict))]
}

it('finds a guest who drops notes', async () => {
  assert.deepEqual(await verdictOf({ isFlawed: true }), [['note.drop.by'], 'proven'])
})

it('tries it and does not find it', async () => {
  assert.deepEqual(await verdictOf({}), [[], 'held'])
})

it('does not take for gone what a page of a list leaves out', async () => {
  assert.deepEqual(await verdictOf({ isFlawed: true, page: 2 }), [[], 'not-reached'])
})
