import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveSmall } from './small-api.ts'

/** Staff may use a code as well as guests, but are members already and told so: only another guest shows that a used code works again. */
const charter = `
lockstep: 1
name: club
sources:
  - name: club
    type: inline
    operations:
      createCode: { method: POST, path: /codes, body: { note: string }, response: { code: string, clubId: string } }
      joinClub: { method: POST, path: '/codes/{code}/join', response: { clubId: string } }
      getClub: { method: GET, path: '/clubs/{clubId}', response: { id: string, members: 'string[]' } }
actors: { staff: {}, guest: {}, owner-of-all: {} }
objects:
  club: { read: club.getClub }
  invite:
    key: /code
    parent: { object: club, key: /clubId }
    states: [open, used]
    final: used
    transitions:
      create: { on: club.createCode, to: open, by: owner-of-all }
      join: { on: club.joinClub, key: $request.path.code, from: open, to: used, by: [guest, staff], once: true }
operations:
  club.getClub: { by: signed-in }
`

function proveClub(again: boolean) {
  let members = ['stan', 'olga']
  let codes = new Map<string, boolean>()
  let made = 0
  return proveSmall({
    charter,
    people: { olga: 'owner-of-all', gus: 'guest', stan: 'staff', gil: 'guest' },
    resetBy: 'olga',
    answer: ({ who, method, path: [kind, code = '', verb] }) => {
      if (who === undefined) return [401]
      if (kind === 'reset') {
        members = ['stan', 'olga']
        codes = new Map()
        return [204]
      }
      if (kind === 'clubs') return code === 'c1' ? [200, { id: 'c1', members }] : [404]
      if (method === 'POST' && code === '') {
        if (who !== 'olga') return [403]
        const id = `code-${made++}-${Math.random().toString(36).slice(2)}`
        codes.set(id, false)
        return [201, { code: id, clubId: 'c1' }]
      }
      if (verb !== 'join' || !codes.has(code)) return [404]
      if (who === 'olga') return [403]
      if (members.includes(who) || (codes.get(code) === true && !again)) return [409]
      codes.set(code, true)
      members = [...new Set([...members, who])]
      return [200, { clubId: 'c1' }]
    },
  })
}

test('what may happen once is made again by somebody of the same kind', async () => {
  const flawed = await proveClub(true)
  assert.deepEqual(
    flawed.cells
      .filter((each) => each.tactic.startsWith('again.'))
      .map((each) => `${each.tactic} ${each.actor} ${each.verdict}`),
    ['again.gus gil (guest) proven'],
  )
  assert.deepEqual((await proveClub(false)).findings, [])
})
