// Whose an object is may stand in the one above it, with whoever made it, in a list, or in what it points to.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallRequest, Principal } from '../../src/charter/charter.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterFrom } from '../decide/charters.ts'
import { answered, Lines } from './wallet.ts'

const text = `
lockstep: 1
name: school
sources:
  - name: api
    type: inline
    operations:
      getPupil: { method: GET, path: '/pupils/{pupilId}', response: { id: string, school: string } }
      getFile: { method: GET, path: '/files/{fileId}', response: { id: string, pupilId: string } }
      listFiles: { method: GET, path: /files, response: { items: 'object[]' } }
      closeFile: { method: POST, path: '/files/{fileId}/close' }
      getNote: { method: GET, path: '/notes/{noteId}', response: { id: string, fileId: string } }
      editNote: { method: POST, path: '/notes/{noteId}', body: { text: string } }
      signNote: { method: POST, path: '/notes/{noteId}/signature', body: { fileId?: string } }
      addNote: { method: POST, path: /notes, body: { file: string, text: string }, response: { id: string, fileId: string } }
      copyNote: { method: POST, path: /copies, body: { noteId: string }, response: { id: string } }
      listGrades: { method: GET, path: /grades, response: { items: 'object[]' } }
      appeal: { method: POST, path: '/grades/{gradeId}/appeals', response: { id: string } }
      lend: { method: POST, path: /loans, body: { book: string }, response: { id: string, state: string } }
      getLoan: { method: GET, path: '/loans/{loanId}', response: { id: string, state: string } }
      listLoans: { method: GET, path: /loans, response: { items: 'object[]' } }
      giveBack: { method: POST, path: '/loans/{loanId}/return' }
      consent: { method: POST, path: /consents, body: { pupilId: string }, response: { id: string, pupilId: string } }
      getConsent: { method: GET, path: '/consents/{consentId}', response: { id: string, pupilId: string } }
      withdraw: { method: POST, path: '/consents/{consentId}/withdraw' }
      photograph: { method: POST, path: '/pupils/{pupilId}/photographs' }
actors: { pupil: {}, teacher: {} }
objects:
  pupil: { owner: /id, tenant: /school, read: api.getPupil }
  file:
    owner: parent
    tenant: parent
    parent: { object: pupil, key: /pupilId }
    read: api.getFile
    state: /state
    states: [open, closed]
    transitions: { close: { on: api.closeFile, from: open, to: closed, by: teacher } }
  note:
    owner: parent
    tenant: parent
    parent: { object: file, key: /fileId }
    read: api.getNote
    transitions:
      edit: { on: api.editNote, by: [owner, teacher] }
      sign: { on: api.signNote, by: teacher, when: parent.state == 'open' }
      add: { on: api.addNote, by: teacher, refs: { file: { object: file, key: $request.body#/file } } }
  copy:
    key: /id
    transitions:
      make: { on: api.copyNote, by: signed-in, refs: { note: { object: note, key: $request.body#/noteId, by: teacher } } }
  grade:
    owner: /pupilId
    tenant: parent
    parent: { object: pupil, key: /pupilId }
    state: /state
    states: [draft, final]
    final: [draft, final]
    list: api.listGrades
  appeal:
    key: /id
    transitions:
      make: { on: api.appeal, by: pupil, refs: { grade: { object: grade, key: $request.path.gradeId, by: owner, in: final } } }
  loan:
    owner: creator
    tenant: creator
    read: api.getLoan
    list: api.listLoans
    state: /state
    states: [out, back]
    final: back
    transitions:
      lend: { on: api.lend, to: out, by: pupil, limit: { at-most: 2, per: principal, while: out } }
      give-back: { on: api.giveBack, from: out, to: back, by: owner }
  consent:
    owner: /pupilId
    read: api.getConsent
    fields: { pupilId: { ref: pupil } }
    transitions:
      give: { on: api.consent, by: pupil, when: request.pupilId == principal.id }
      withdraw: { on: api.withdraw, key: $request.path.consentId, by: owner }
operations:
  api.getPupil: { by: [owner, teacher] }
  api.getFile: { by: [owner, teacher] }
  api.getNote: { by: [owner, teacher] }
  api.getConsent: { by: owner }
  api.listFiles: { by: signed-in, lists: file, items: /items }
  api.listGrades: { by: signed-in, lists: grade, items: /items }
  api.getLoan: { by: [owner, teacher] }
  api.listLoans: { by: signed-in, lists: loan, items: /items }
  api.photograph: { by: teacher, object: pupil, key: $request.path.pupilId, approval: photographs }
approvals:
  photographs: { by: owner, grant: api.consent, revoke: api.withdraw }
`

const pupil = (id: string, tenant = 'north'): Principal => ({ id, tenant, roles: ['pupil'] })
const teacher = (tenant: string): Principal => ({ id: `t-${tenant}`, tenant, roles: ['teacher'] })

type Thing = Record<string, unknown>

class School {
  readonly things = new Map<string, Thing>()
  looks = 0
  readonly guard: Promise<Guard>
  readonly store = openSqliteStore(':memory:')

  constructor() {
    const read = async ({ type, key }: { type: string; key: string }): Promise<unknown> => {
      this.looks += 1
      return structuredClone(this.things.get(`${type} ${key}`)) ?? null
    }
    this.guard = createGuard(charterFrom(text), {
      version: '1',
      store: this.store,
      journal: new Lines(),
      truth: { read },
    })
    this.add('pupil', { id: 'ann', school: 'north' })
    this.add('pupil', { id: 'sue', school: 'south' })
    this.add('file', { id: 'f1', pupilId: 'ann', state: 'open' })
    this.add('file', { id: 'f2', pupilId: 'sue', state: 'open' })
    this.add('note', { id: 'n1', fileId: 'f1' })
    this.add('grade', { id: 'g1', pupilId: 'ann', state: 'final' })
    this.add('grade', { id: 'g2', pupilId: 'ann', state: 'draft' })
  }

  add(type: string, thing: Thing & { readonly id: string }): Thing {
    this.things.set(`${type} ${thing.id}`, thing)
    return thing
  }

  /** The status or the code of the refusal, and what the caller sees. */
  async call(
    operation: string,
    principal: Principal,
    request: CallRequest,
    answer: unknown = {},
  ): Promise<{ readonly code: string | number; readonly body?: unknown }> {
    const guard = await this.guard
    const incoming = { operation: `api.${operation}`, principal, request }
    const result = await guard.call(incoming, async () => answered(200, answer))
    if (result.kind === 'refused') return { code: result.refusal.code }
    return result.kind === 'answered' ? { code: result.answer.status, body: result.answer.body } : { code: result.kind }
  }
}

const at = (path: Record<string, string>, body?: unknown): CallRequest => ({
  path,
  ...(body === undefined ? {} : { body }),
})

test('who may act tells the object above, and the one above that', async () => {
  const school = new School()
  const cases = [
    ['closeFile', teacher('south'), { fileId: 'f1' }, 'denied'],
    ['closeFile', pupil('ann'), { fileId: 'f1' }, 'denied'],
    ['closeFile', teacher('north'), { fileId: 'f1' }, 200],
    ['editNote', teacher('south'), { noteId: 'n1' }, 'denied'],
    ['editNote', pupil('sue', 'south'), { noteId: 'n1' }, 'denied'],
    ['editNote', teacher('north'), { noteId: 'n1' }, 200],
    ['editNote', pupil('ann'), { noteId: 'n1' }, 200],
  ] as const
  for (const [operation, principal, path, expected] of cases) {
    const { code } = await school.call(operation, principal, at(path, { text: 'x' }))
    assert.equal(code, expected, `${operation} by ${principal.id}`)
  }
  for (const [id, expected] of [
    ['south', 'denied'],
    ['north', 200],
  ] as const)
    assert.equal(
      (await school.call('copyNote', teacher(id), at({}, { noteId: 'n1' }), { id: 'c1' })).code,
      expected,
      id,
    )
})

test('the object above is the one that an object names, not the one that its caller does', async () => {
  const school = new School()
  school.add('file', { id: 'f3', pupilId: 'ann', state: 'closed' })
  school.add('note', { id: 'n3', fileId: 'f3' })
  const sign = async (noteId: string, body: unknown): Promise<unknown> =>
    (await school.call('signNote', teacher('north'), at({ noteId }, body))).code
  assert.equal(await sign('n1', {}), 200)
  assert.equal(await sign('n1', { fileId: 'f3' }), 200)
  assert.equal(await sign('n3', {}), 'denied')
  assert.equal(await sign('n3', { fileId: 'f1' }), 'denied')
})

test('what is made below an object is made by those of its tenant', async () => {
  const school = new School()
  const add = async (principal: Principal, body: unknown): Promise<unknown> =>
    (await school.call('addNote', principal, at({}, body), { id: 'n9', fileId: 'f1' })).code
  assert.equal(await add(teacher('south'), { file: 'f1', text: 'x' }), 'denied')
  assert.equal(await add(teacher('south'), { file: 'f1', fileId: 'f2', text: 'x' }), 'denied')
  assert.equal(await add(teacher('north'), { file: 'f1', text: 'x' }), 200)
})

test('a read that is decided by its answer looks above it as well', async () => {
  const school = new School()
  const note = school.things.get('note n1')
  const cases = [
    [teacher('south'), 'denied'],
    [pupil('sue', 'south'), 'denied'],
    [teacher('north'), 200],
    [pupil('ann'), 200],
  ] as const
  for (const [principal, expected] of cases)
    assert.equal((await school.call('getNote', principal, at({ noteId: 'n1' }), note)).code, expected, principal.id)
})

test('a list shows what its caller may read, and each object above its items is looked at once', async () => {
  const school = new School()
  const items = [...school.things].flatMap(([name, thing]) => (name.startsWith('file ') ? [thing] : []))
  items.push({ id: 'f3', pupilId: 'ann', state: 'closed' })
  const seen = async (principal: Principal): Promise<unknown> =>
    (await school.call('listFiles', principal, {}, { items })).body
  const [f1, f2, f3] = items
  school.looks = 0
  assert.deepEqual(await seen(teacher('north')), { items: [f1, f3] })
  assert.equal(school.looks, 2)
  assert.deepEqual(await seen(teacher('south')), { items: [f2] })
  assert.deepEqual(await seen(pupil('ann')), { items: [f1, f3] })
})

test('what only a list shows is looked at there', async () => {
  const school = new School()
  const appeal = async (principal: Principal, gradeId: string): Promise<unknown> =>
    (await school.call('appeal', principal, at({ gradeId }), { id: 'a1' })).code
  assert.equal(await appeal(pupil('ann'), 'g1'), 200)
  assert.equal(await appeal(pupil('ann'), 'g2'), 'denied')
  assert.equal(await appeal(pupil('sue', 'south'), 'g1'), 'denied')
  // What is on no list that anybody showed may be there all the same.
  assert.equal(await appeal(pupil('ann'), 'g3'), 'denied')
})

test('who made an object stays known, in reads, lists and limits', async () => {
  const school = new School()
  const lend = async (id: string): Promise<unknown> =>
    (await school.call('lend', pupil('ann'), at({}, { book: 'b' }), school.add('loan', { id, state: 'out' }))).code
  assert.equal(await lend('l1'), 200)
  assert.equal(await lend('l2'), 200)
  assert.equal(await lend('l3'), 'denied')
  school.things.delete('loan l3')
  const loans = ['l1', 'l2'].map((id) => school.things.get(`loan ${id}`))
  for (const [principal, expected] of [
    [pupil('ann'), loans],
    [teacher('north'), loans],
    [pupil('bob'), []],
    [teacher('south'), []],
  ] as const) {
    const shown = await school.call('listLoans', principal, {}, { items: loans })
    assert.deepEqual(shown.body, { items: expected }, principal.id)
    const read = await school.call('getLoan', principal, at({ loanId: 'l1' }), loans[0])
    assert.equal(read.code, expected.length > 0 ? 200 : 'denied', principal.id)
  }
  assert.equal((await school.call('giveBack', pupil('bob'), at({ loanId: 'l1' }))).code, 'denied')
  assert.equal((await school.call('giveBack', pupil('ann'), at({ loanId: 'l1' }))).code, 200)
  school.add('loan', { id: 'l1', state: 'back' })
  assert.equal(await lend('l3'), 200)
})

test('a consent that is an object of its own approves for what it points to, until it is withdrawn', async () => {
  const school = new School()
  const photograph = async (pupilId: string, tenant: string): Promise<unknown> =>
    (await school.call('photograph', teacher(tenant), at({ pupilId }))).code
  const consent = (by: Principal, id: string, pupilId: string): ReturnType<School['call']> =>
    school.call('consent', by, at({}, { pupilId }), school.add('consent', { id, pupilId }))
  assert.notEqual(await photograph('ann', 'north'), 200)
  assert.equal((await consent(pupil('sue', 'south'), 'c0', 'ann')).code, 'denied')
  assert.notEqual(await photograph('ann', 'north'), 200)
  assert.equal((await consent(pupil('ann'), 'c1', 'ann')).code, 200)
  assert.notEqual(await photograph('sue', 'south'), 200)
  assert.equal(await photograph('ann', 'north'), 200)
  assert.equal((await consent(pupil('ann'), 'c2', 'ann')).code, 200)
  assert.equal((await school.call('withdraw', pupil('ann'), at({ consentId: 'c2' }))).code, 200)
  assert.notEqual(await photograph('ann', 'north'), 200)
})
