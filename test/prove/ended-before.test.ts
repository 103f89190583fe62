// Who calls with a key that was taken back before the run may nothing, and is tried: a 401 is what holds.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: notes
sources:
  - name: shop
    type: inline
    operations:
      write: { method: POST, path: /notes, response: { id: string, writer: string } }
      getNote: { method: GET, path: '/notes/{noteId}', response: { id: string, writer: string } }
actors: { partner: {} }
objects:
  note: { owner: /writer, read: shop.getNote, transitions: { write: { on: shop.write, by: partner } } }
operations:
  shop.getNote: { by: owner }
`
const gone = `  gone: { actor: partner, ended: true, principal: { id: gone }, headers: { Authorization: "Bearer \${env:GONE}" } }\n`

for (const [isFlawed, expected] of [
  [true, ['note.write.by']],
  [false, []],
] as const)
  it(`${isFlawed ? 'finds' : 'tries and does not find'} a key that lets in after its end`, async () => {
    const notes = new Map<string, { id: string; writer: string }>()
    const { findings, cells } = await proveSmall({
      charter,
      identities: gone,
      env: { GONE: 'token-gone' },
      people: { ann: 'partner', ben: 'partner' },
      answer: ({ who, method, path: [, id] }) => {
        if (who === undefined || (who === 'gone' && !isFlawed)) return [401]
        if (method === 'POST') {
          const made = { id: `n-${notes.size}`, writer: who }
          notes.set(made.id, made)
          return [201, made]
        }
        const note = notes.get(id ?? '')
        return note?.writer === who ? [200, note] : [404]
      },
    })
    assert.deepEqual([...new Set(findings.map(({ constraint }) => constraint))], expected)
    assert.ok(cells.some(({ actor, verdict }) => actor === 'gone' && verdict === (isFlawed ? 'proven' : 'held')))
    assert.deepEqual(
      cells.filter(({ verdict, why }) => verdict === 'not-reached' && why.includes('gone')),
      [],
    )
  })
