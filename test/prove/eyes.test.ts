// A call that changes only what its owner may not see: it shows to whoever sees more, and with other values than those that are there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: essays
sources:
  - name: api
    type: inline
    operations:
      hand: { method: POST, path: /essays, body: { text: string }, response: { id: string } }
      getEssay: { method: GET, path: '/essays/{essayId}', response: { id: string, status: string, author: string, mark: integer } }
      grade: { method: POST, path: '/essays/{essayId}/grade', body: { mark: integer } }
actors: { pupil: {}, teacher: {} }
objects:
  essay:
    key: /id
    owner: /author
    state: /status
    read: api.getEssay
    states: [handed, graded]
    final: graded
    fields:
      mark: { seen-by: teacher, set-on: grade }
    transitions:
      hand: { on: api.hand, to: handed, by: pupil }
      grade: { on: api.grade, from: handed, to: graded, by: teacher, when: request.mark >= 1 && request.mark <= 6 }
operations:
  api.getEssay: { by: [owner, teacher] }
`

const people = { pia: 'pupil', paul: 'pupil', tom: 'teacher' }

function openSchool(isFlawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const essays: { id: string; status: string; author: string; mark: number | null }[] = []
  return ({ who = '', method, path: [, id], body }) => {
    const role: string | undefined = people[who as keyof typeof people]
    if (role === undefined) return [401]
    if (id === undefined) {
      if (role !== 'pupil') return [403]
      essays.push({ id: `e${essays.length}`, status: 'handed', author: who, mark: null })
      return [201, { id: essays.at(-1)?.id }]
    }
    const essay = essays.find((each) => each.id === id)
    if (essay === undefined || (role === 'pupil' && essay.author !== who)) return [404]
    const { mark: _, ...open } = essay
    if (method === 'GET') return [200, role === 'teacher' ? essay : open]
    if (role !== 'teacher') return [403]
    if (essay.status === 'graded' && !isFlawed) return [409]
    const { mark } = body
    if (typeof mark !== 'number' || mark < 1 || mark > 6) return [422]
    Object.assign(essay, { mark, status: 'graded' })
    return [200, { id }]
  }
}

for (const isFlawed of [true, false])
  test(`graded again, which its author is not shown: ${isFlawed ? 'proven' : 'held'}`, async () => {
    const { findings, cells } = await proveSmall({ charter, people, answer: openSchool(isFlawed), only: ['api.grade'] })
    assert.deepEqual(
      findings.map((each) => [each.operation, each.class, each.proof.changes.map(({ pointer }) => pointer)]),
      isFlawed ? [['api.grade', 'step-repeated', ['/mark']]] : [],
    )
    const again = cells.find(({ tactic }) => tactic === 'from-state.graded.object')
    assert.equal(again?.verdict, isFlawed ? 'proven' : 'held', again?.why)
  })
