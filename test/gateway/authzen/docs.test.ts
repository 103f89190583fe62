// docs/authzen.md: its questions and outcomes are ones we take, and its paths are served.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { evaluationSchema } from '../../../src/gateway/authzen/evaluation.ts'
import { outcomeSchema } from '../../../src/gateway/authzen/reservation.ts'
import { openApi } from '../control/api.ts'

const text = readFileSync(new URL('../../../docs/authzen.md', import.meta.url), 'utf8')

test('what the document shows is what is taken and served', async () => {
  const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, block = '']): unknown => JSON.parse(block))
  const [question, answer, outcome] = blocks
  assert.equal(evaluationSchema.safeParse(question).success, true)
  assert.equal(outcomeSchema.safeParse(outcome).success, true)
  const api = await openApi()
  try {
    const refused = await api.ask('POST', '/access/v1/evaluation', question)
    assert.equal(refused.at('/context/reason'), 'unknown')
    const denied = await api.ask('POST', '/access/v1/evaluation', {
      subject: { type: 'user', id: 'ann' },
      action: { name: 'spend', properties: { amount: -1 } },
      resource: { type: 'wallet', id: 'w' },
    })
    assert.deepEqual(shapeOf(denied.body), shapeOf(answer))
    for (const [, draft] of text.matchAll(/\*\*`(\/drafts\/[a-z0-9-]+)`/g)) {
      const { status } = await api.ask('GET', `/.well-known/authzen-configuration${draft}`)
      assert.equal(status, 200, draft)
    }
  } finally {
    await api.close()
  }
})

/** The names of members, at every depth; of lists the first element stands for all. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]))
}
