// What has a parent and no tenant of its own is of the tenant of its parent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: garage
sources:
  - name: shop
    type: inline
    operations:
      open: { method: POST, path: /jobs, response: { id: string, branch: string } }
      getJob: { method: GET, path: '/jobs/{jobId}', response: { id: string, branch: string } }
      note: { method: POST, path: '/jobs/{jobId}/notes', body: { text: string }, response: { id: string, jobId: string, text: string } }
      getNote: { method: GET, path: '/notes/{noteId}', response: { id: string, jobId: string, text: string, pinned: boolean } }
      pin: { method: POST, path: '/notes/{noteId}/pin' }
actors: { mechanic: {} }
objects:
  job:
    tenant: /branch
    read: shop.getJob
    transitions:
      open: { on: shop.open, by: mechanic }
  note:
    parent: { object: job, key: /jobId }
    read: shop.getNote
    transitions:
      write: { on: shop.note, by: mechanic, refs: { job: { object: job, key: $request.path.jobId, by: mechanic } }, key: $response.body#/id }
      pin: { on: shop.pin, by: mechanic }
operations:
  shop.getJob: { by: mechanic }
  shop.getNote: { by: mechanic }
`

const branches: Readonly<Record<string, string>> = { mia: 'east', max: 'east', wim: 'west' }

type Flaw = 'getNote' | 'pin' | 'note' | undefined

function openGarage(flaw: Flaw): (asked: Asked) => readonly [number, unknown?] {
  const jobs = new Map<string, { id: string; branch: string | undefined }>()
  const notes = new Map<string, { id: string; jobId: string; text: unknown; pinned: boolean }>()
  return ({ who, method, path: [kind, id = '', verb], body }) => {
    if (who === undefined) return [401]
    const near = (jobId: string) => jobs.get(jobId)?.branch === branches[who]
    if (kind === 'jobs' && id === '') {
      const job = { id: `job-${jobs.size + 1}`, branch: branches[who] }
      jobs.set(job.id, job)
      return [201, job]
    }
    if (kind === 'jobs') {
      if (!jobs.has(id) || !(near(id) || (verb === 'notes' && flaw === 'note'))) return [404]
      if (verb !== 'notes') return [200, jobs.get(id)]
      const note = { id: `note-${notes.size + 1}`, jobId: id, text: body['text'], pinned: false }
      notes.set(note.id, note)
      return [201, note]
    }
    const note = notes.get(id)
    if (note === undefined || !(near(note.jobId) || flaw === (method === 'GET' ? 'getNote' : 'pin'))) return [404]
    if (method === 'GET') return [200, note]
    note.pinned = true
    return [204]
  }
}

for (const flaw of ['getNote', 'pin', 'note', undefined] as const)
  test(`the notes of a job are of its branch: ${flaw ?? 'sound'}`, async () => {
    const { findings } = await proveSmall({
      charter,
      people: { mia: 'mechanic', max: 'mechanic', wim: 'mechanic' },
      principals: Object.fromEntries(Object.entries(branches).map(([name, branch]) => [name, `, tenant: ${branch}`])),
      answer: openGarage(flaw),
    })
    assert.deepEqual(
      findings.map((each) => `${each.class} ${each.operation}`),
      flaw === undefined ? [] : [`cross-tenant shop.${flaw}`],
    )
  })
