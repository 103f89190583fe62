// A field may be visible in some states only: whoever may see it then looks before, in the object, in lists and in answers to writes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: exams
sources:
  - name: shop
    type: inline
    operations:
      sit: { method: POST, path: /exams, body: { text: string }, response: { id: string, studentId: string, status: string, text: string } }
      getExam: { method: GET, path: '/exams/{examId}', response: { id: string, studentId: string, status: string, text: string, grade: integer } }
      listExams: { method: GET, path: /exams, response: { items: 'object[]' } }
      edit: { method: PATCH, path: '/exams/{examId}', body: { text: string }, response: { id: string, text: string } }
      grade: { method: POST, path: '/exams/{examId}/grade', body: { grade: integer } }
      publish: { method: POST, path: '/exams/{examId}/publish' }
actors: { student: {}, teacher: {} }
objects:
  exam:
    owner: /studentId
    state: /status
    read: shop.getExam
    list: shop.listExams
    states: [sat, graded, published]
    fields:
      grade: { seen-by: [teacher, { party: owner, in: published }], set-by: teacher, set-on: grade }
    transitions:
      sit: { on: shop.sit, to: sat, by: student, example: { body: { text: an essay } } }
      edit: { on: shop.edit, from: [sat, graded], by: owner, example: { body: { text: a better essay } } }
      grade: { on: shop.grade, from: sat, to: graded, by: teacher, example: { body: { grade: 2 } } }
      publish: { on: shop.publish, from: graded, to: published, by: teacher }
operations:
  shop.getExam: { by: [owner, teacher] }
  shop.listExams: { by: [student, teacher], lists: exam, items: /items }
`

type Leak = 'read' | 'list' | 'edit' | undefined

interface Exam {
  readonly id: string
  readonly studentId: string
  status: string
  text: unknown
  grade: unknown
}

function openSchool(leak: Leak): (asked: Asked) => readonly [number, unknown?] {
  const exams = new Map<string, Exam>()
  return ({ who, method, path: [, id = '', verb], body }) => {
    if (who === undefined) return [401]
    const teaches = who === 'tina'
    const shown = (exam: Exam, place: Leak) => {
      const open = teaches || exam.status === 'published' || leak === place
      return { ...exam, grade: open ? exam.grade : undefined }
    }
    if (id === '') {
      const all = [...exams.values()].filter((each) => teaches || each.studentId === who)
      if (method === 'GET') return [200, { items: all.map((each) => shown(each, 'list')) }]
      if (teaches) return [403]
      const exam: Exam = {
        id: `exam-${exams.size + 1}`,
        studentId: who,
        status: 'sat',
        text: body['text'],
        grade: null,
      }
      exams.set(exam.id, exam)
      return [201, shown(exam, undefined)]
    }
    const exam = exams.get(id)
    if (exam === undefined || !(teaches || exam.studentId === who)) return [404]
    if (method === 'GET') return [200, shown(exam, 'read')]
    if (method === 'PATCH') {
      if (teaches) return [403]
      if (exam.status === 'published') return [409]
      exam.text = body['text']
      return [200, shown(exam, 'edit')]
    }
    if (!teaches) return [403]
    if (exam.status !== (verb === 'grade' ? 'sat' : 'graded')) return [409]
    if (verb === 'grade') exam.grade = body['grade']
    exam.status = verb === 'grade' ? 'graded' : 'published'
    return [204]
  }
}

const places = { read: 'shop.getExam', list: 'shop.listExams', edit: 'shop.edit' } as const

for (const leak of ['read', 'list', 'edit', undefined] as const)
  test(`a grade is shown before it is published: ${leak ?? 'nowhere'}`, async () => {
    const { findings, cells } = await proveSmall({
      charter,
      people: { sam: 'student', sue: 'student', tina: 'teacher' },
      answer: openSchool(leak),
    })
    assert.deepEqual(
      findings.map((each) => `${each.class} ${each.operation}`),
      leak === undefined ? [] : [`bopla-read ${places[leak]}`],
    )
    const early = cells.filter((cell) => cell.tactic === 'read-field.grade.graded')
    assert.deepEqual(early.map((cell) => cell.operation).toSorted(), Object.values(places).toSorted())
    if (leak === undefined) assert.ok(early.every((cell) => cell.verdict === 'held'))
  })
