// What a rule measures by how much is left of something that others draw on is filled by others first, to the last.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: courses
sources:
  - name: shop
    type: inline
    operations:
      plan: { method: POST, path: /courses, body: { seats: integer }, response: { id: string, seats: integer, taken: integer } }
      getCourse: { method: GET, path: '/courses/{courseId}', response: { id: string, seats: integer, taken: integer } }
      enrol: { method: POST, path: /places, body: { course_id: string }, response: { id: string, student_id: string, course_id: string, status: string } }
      getPlace: { method: GET, path: '/places/{placeId}', response: { id: string, student_id: string, course_id: string, status: string } }
actors: { student: {}, office: {} }
objects:
  course:
    read: shop.getCourse
    transitions: { plan: { on: shop.plan, by: office, when: request.seats > 0 } }
  place:
    owner: /student_id
    state: /status
    read: shop.getPlace
    states: [taken]
    transitions:
      enrol:
        on: shop.enrol
        to: taken
        by: student
        refs: { course: { object: course, key: $request.body#/course_id } }
        when: { rule: course.taken < course.seats, says: a seat must be free }
        limit: { at-most: 1, per: [principal, course] }
operations:
  shop.getCourse: { by: [student, office] }
  shop.getPlace: { by: [owner, office] }
`

type Row = Record<string, unknown> & { id: string }

/** Courses of two seats at least, in each of which a student has one; how many there are may be forgotten. */
function courses(isForgotten: boolean): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  const put = (row: Omit<Row, 'id'>) => {
    const made = { ...row, id: `row-${rows.size}` }
    rows.set(made.id, made)
    return [201, made] as const
  }
  return ({ who, method, path: [kind, id], body }) => {
    if (who === undefined) return [401]
    const isOffice = who.startsWith('o')
    if (id === undefined) {
      if (isOffice !== (kind === 'courses')) return [403]
      if (isOffice) return Number(body['seats']) > 1 ? put({ seats: body['seats'], taken: 0 }) : [422]
      const course = rows.get(String(body['course_id']))
      if (course === undefined) return [404]
      const isTwice = [...rows.values()].some((row) => row['course_id'] === course.id && row['student_id'] === who)
      const isFull = Number(course['taken']) >= Number(course['seats'])
      if (isTwice || (isFull && !isForgotten)) return [409]
      course['taken'] = Number(course['taken']) + 1
      return put({ course_id: course.id, student_id: who, status: 'taken' })
    }
    const row = rows.get(id)
    if (row === undefined || method !== 'GET') return [404]
    return 'student_id' in row && row['student_id'] !== who && !isOffice ? [404] : [200, row]
  }
}

const prove = (isForgotten: boolean): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { sam: 'student', sue: 'student', sol: 'student', otto: 'office' },
    answer: courses(isForgotten),
    only: ['shop.enrol'],
  })

describe('the last seat', () => {
  test('is taken by others, and then one more', async () => {
    const { findings } = await prove(true)
    assert.deepEqual(
      findings.map(({ constraint, operation }) => [constraint, operation]),
      [['place.enrol.when', 'shop.enrol']],
    )
  })
  test('is the last', async () => {
    const { findings, cells } = await prove(false)
    assert.deepEqual(findings, [])
    const facts = cells.filter(({ tactic }) => tactic === 'object-facts')
    assert.deepEqual(
      facts.map(({ verdict }) => verdict),
      ['held'],
    )
  })
})
