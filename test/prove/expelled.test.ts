import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: rooms
sources:
  - name: rooms
    type: inline
    operations:
      listRooms: { method: GET, path: /rooms, response: { items: 'object[]' } }
      getRoom: { method: GET, path: '/rooms/{roomId}', response: { id: string, topic: string, members: 'string[]' } }
      removeMember: { method: DELETE, path: '/rooms/{roomId}/members/{personId}' }
actors: { host: {}, guest: {} }
objects:
  room: { read: rooms.getRoom, list: rooms.listRooms }
operations:
  rooms.listRooms: { by: host, items: /items }
  rooms.getRoom: { by: [host, guest], when: "'host' in principal.actors || object.members.exists(m, m == principal.id)" }
  rooms.removeMember: { by: host, object: room }
`

/** Who reads a room is looked up among its members; `kept`: among all who ever were. */
function proveRooms(kept: boolean) {
  const seed = () => [
    { id: 'r1', topic: 'orchids and ferns', members: ['zed'], ever: ['zed'] },
    { id: 'r2', topic: 'tide tables', members: ['gus', 'gil'], ever: ['gus', 'gil'] },
  ]
  let rooms = seed()
  return proveSmall({
    charter,
    people: { hal: 'host', gus: 'guest', gil: 'guest' },
    resetBy: 'hal',
    answer: ({ who, method, path: [kind, id, , person] }) => {
      if (who === undefined) return [401]
      if (kind === 'reset') {
        rooms = seed()
        return [204]
      }
      const shown = rooms.map(({ ever: _, ...room }) => room)
      if (id === undefined) return who === 'hal' ? [200, { items: shown }] : [403]
      const room = rooms.find((each) => each.id === id)
      if (room === undefined) return [404]
      if (method === 'GET') {
        const list = kept ? room.ever : room.members
        return who === 'hal' || list.includes(who) ? [200, shown.find((each) => each.id === id)] : [404]
      }
      if (who !== 'hal') return [403]
      if (!room.members.includes(person ?? '')) return [404]
      room.members = room.members.filter((each) => each !== person)
      return [204]
    },
  })
}

test('whoever was taken out of a list that lets in comes back', async () => {
  const flawed = await proveRooms(true)
  assert.deepEqual(
    flawed.findings.map((each) => `${each.class} ${each.operation}`),
    ['use-after-end rooms.getRoom'],
  )
})

test('where the list is looked at, it holds', async () => {
  const { findings, cells } = await proveRooms(false)
  assert.deepEqual(findings, [])
  const came = cells.find((each) => each.tactic === 'object-facts.rooms.removeMember')
  assert.equal(came?.verdict, 'held')
})
