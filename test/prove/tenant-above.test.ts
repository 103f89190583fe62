import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveSmall } from './small-api.ts'

/** Only people say of which firm they are; stays belong to people, deposits to stays. */
const charter = `
lockstep: 1
name: inn
sources:
  - name: inn
    type: inline
    operations:
      getMe: { method: GET, path: /me, response: { id: string, firm: string } }
      listStays: { method: GET, path: /stays, response: { stays: 'object[]' } }
      getStay: { method: GET, path: '/stays/{stayId}', response: { id: string, guestId: string } }
      listDeposits: { method: GET, path: '/stays/{stayId}/deposits', response: { deposits: 'object[]' } }
      waiveDeposit: { method: POST, path: '/deposits/{depositId}/waive' }
actors: { guest: {}, desk: {} }
objects:
  person: { owner: /id, tenant: /firm, read: inn.getMe }
  stay:
    parent: { object: person, key: /guestId }
    owner: /guestId
    read: inn.getStay
    list: inn.listStays
  deposit:
    parent: { object: stay, key: /stayId }
    owner: parent
    state: /status
    list: inn.listDeposits
    seen-by: [owner, desk]
    states: [due, waived]
    final: waived
    transitions:
      waive: { on: inn.waiveDeposit, key: $request.path.depositId, from: due, to: waived, by: desk }
operations:
  inn.getMe: { by: signed-in, object: person, key: $principal.id }
  inn.listStays: { by: signed-in, items: /stays }
  inn.getStay: { by: [owner, desk] }
  inn.listDeposits: { by: [owner, desk], object: stay, lists: deposit, items: /deposits }
`

const firms: Readonly<Record<string, string>> = { gil: 'north', dot: 'north', gus: 'south', dan: 'south' }
const isDesk = (who: string) => who === 'dot' || who === 'dan'

function seeds() {
  const stays = ['gil', 'gus'].map((guestId) => ({ id: `s-${guestId}`, guestId }))
  return { stays, deposits: stays.map(({ id }) => ({ id: `d-${id}`, stayId: id, status: 'due' })) }
}

/** `everywhere`: desks waive what is due to other firms, too. */
function proveInn(everywhere: boolean) {
  let rows = seeds()
  return proveSmall({
    charter,
    people: { gil: 'guest', gus: 'guest', dot: 'desk', dan: 'desk' },
    principals: Object.fromEntries(Object.entries(firms).map(([name, firm]) => [name, `, tenant: ${firm}`])),
    resetBy: 'dot',
    answer: ({ who, method, path: [kind, id, verb] }) => {
      const firm = firms[who ?? '']
      if (who === undefined || firm === undefined) return [401]
      if (kind === 'reset') {
        rows = seeds()
        return [204]
      }
      if (kind === 'me') return [200, { id: who, firm }]
      const mine = ({ guestId }: { guestId: string }) => guestId === who || (isDesk(who) && firms[guestId] === firm)
      if (kind === 'stays' && id === undefined) return [200, { stays: rows.stays.filter(mine) }]
      const deposit = rows.deposits.find((each) => each.id === id)
      const stay = rows.stays.find((each) => each.id === (deposit?.stayId ?? id))
      const open = everywhere && method === 'POST' && isDesk(who)
      if (stay === undefined || !(mine(stay) || open)) return [404]
      if (verb === 'deposits') return [200, { deposits: rows.deposits.filter((each) => each.stayId === id) }]
      if (method === 'GET') return [200, stay]
      if (deposit === undefined || !isDesk(who)) return [403]
      if (deposit.status !== 'due') return [409]
      deposit.status = 'waived'
      return [204]
    },
  })
}

test('the tenant of what is below others is that of the person two steps above it', async () => {
  const { findings, cells } = await proveInn(true)
  const found = findings.map((each) => `${each.operation} ${each.class}`)
  assert.deepEqual(found, ['inn.waiveDeposit cross-tenant'], JSON.stringify(cells))
})

test('nobody is found to reach into another firm where nobody does', async () => {
  const { findings, cells } = await proveInn(false)
  assert.deepEqual(findings, [])
  const tried = cells.filter(({ tactic, verdict }) => tactic === 'as-other.other-tenant' && verdict === 'held')
  assert.ok(tried.some(({ operation }) => operation === 'inn.waiveDeposit'))
})
