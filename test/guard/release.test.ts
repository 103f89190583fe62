// What may be seen of listed objects depends on each of them.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { noFacts } from '../../src/constraint/facts.ts'
import { decide } from '../../src/decide/decide.ts'
import { carryOut } from '../../src/guard/release.ts'
import { charterFrom } from '../decide/charters.ts'

test('a field is left in listed objects that are in a state in which it may be seen', () => {
  const charter = charterFrom(readFileSync(new URL('../../cases/charters/exams.yaml', import.meta.url), 'utf8'))
  const principal = { id: 'sam', roles: ['student'] }
  const call = { operation: 'exams.listExams', principal, request: {}, at: 0 }
  const exam = (id: string, status: string) => ({ id, studentId: 'sam', status, grade: 2 })
  const { obligations } = decide(charter, noFacts, call)
  const shown = carryOut({ charter, call, objects: {} }, obligations, {
    items: [
      exam('e1', 'graded'),
      exam('e2', 'published'),
      { id: 'e3', studentId: 'sue', status: 'published', grade: 1 },
    ],
  })
  const { grade: _, ...hidden } = exam('e1', 'graded')
  assert.deepEqual(shown, { body: { items: [hidden, exam('e2', 'published')] } })
})
