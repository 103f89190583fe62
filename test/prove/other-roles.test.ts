import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveSmall } from './small-api.ts'

/** Parcels have a depot; only what people are tells of which depots they are. Depots `n1` and `n2` are of one firm, `s1` is of another. */
const charter = `
lockstep: 1
name: depot
sources:
  - name: depot
    type: inline
    operations:
      createParcel: { method: POST, path: /parcels, body: { label: string }, response: { id: string, depot: string, label: string, status: string } }
      getParcel: { method: GET, path: '/parcels/{parcelId}', response: { id: string, depot: string, label: string, status: string } }
      releaseParcel: { method: POST, path: '/parcels/{parcelId}/release', response: { id: string, status: string } }
actors: { clerk: { tenant: false }, driver: { tenant: false }, lead: { tenant: false } }
objects:
  parcel:
    state: /status
    read: depot.getParcel
    states: [held, released]
    final: released
    transitions:
      create: { on: depot.createParcel, to: held, by: clerk }
      release: { on: depot.releaseParcel, from: held, to: released, by: [lead, driver], when: object.depot in claims.depots }
operations:
  depot.getParcel: { by: [clerk, driver, lead], when: object.depot in claims.depots }
`

interface Firm {
  readonly firm: string
  readonly role: string
  readonly depots: readonly string[]
}

const staff: Readonly<Record<string, Firm>> = {
  ann: { firm: 'north', role: 'clerk', depots: ['n1'] },
  dan: { firm: 'north', role: 'driver', depots: ['n1'] },
  lea: { firm: 'north', role: 'lead', depots: ['n1', 'n2'] },
  ned: { firm: 'north', role: 'driver', depots: ['n2'] },
  sid: { firm: 'south', role: 'driver', depots: ['s1'] },
  sue: { firm: 'south', role: 'lead', depots: ['s1'] },
}

const people = Object.fromEntries(Object.entries(staff).map(([name, { role }]) => [name, role]))
const principals = Object.fromEntries(
  Object.entries(staff).map(([name, { firm, depots }]) => [
    name,
    `, tenant: ${firm}, claims: { depots: [${depots.join(', ')}] }`,
  ]),
)

/** `open`: whom it lets reach every depot; nobody in the sound one. */
function proveDepot(open: (caller: Firm) => boolean, without: readonly string[] = []) {
  const parcels: { id: string; depot: string; label: unknown; status: string }[] = []
  const kept = ([name]: [string, unknown]) => !without.includes(name)
  return proveSmall({
    charter,
    people: Object.fromEntries(Object.entries(people).filter(kept)),
    principals: Object.fromEntries(Object.entries(principals).filter(kept)),
    answer: ({ who, method, path: [, id, verb], body }) => {
      const caller = staff[who ?? '']
      if (caller === undefined) return [401]
      if (id === undefined) {
        if (caller.role !== 'clerk') return [403]
        const made = { id: `p${parcels.length}`, depot: caller.depots[0] ?? '', label: body['label'], status: 'held' }
        return [201, parcels[parcels.push(made) - 1]]
      }
      const parcel = parcels.find((each) => each.id === id)
      if (parcel === undefined || (!caller.depots.includes(parcel.depot) && !open(caller))) return [404]
      if (method === 'GET') return [200, parcel]
      if (verb !== 'release' || caller.role === 'clerk') return [403]
      if (parcel.status !== 'held') return [409]
      parcel.status = 'released'
      return [200, parcel]
    },
  })
}

test('each role of another tenant is tried against a rule over what people are', async () => {
  const flawed = await proveDepot(({ firm, role }) => firm === 'south' && role === 'lead')
  assert.deepEqual(flawed.findings.map((each) => `${each.operation} ${each.class}`).toSorted(), [
    'depot.getParcel cross-tenant',
    'depot.releaseParcel cross-tenant',
  ])
  assert.deepEqual((await proveDepot(() => false)).findings, [])
})

test('a role that nobody of another tenant has is named', async () => {
  const { findings, cells } = await proveDepot(() => false, ['sue'])
  assert.deepEqual(findings, [])
  const reasons = cells.filter((each) => each.tactic === 'as-other.other-tenant' && each.verdict === 'not-reached')
  assert.match(reasons.map(({ why }) => why).join('\n'), /no identity of another tenant is a `lead`/)
})

const shops = `
lockstep: 1
name: shops
sources:
  - name: shops
    type: inline
    operations:
      createItem: { method: POST, path: /items, body: { name: string }, response: { id: string, name: string, days: integer, vendors: 'string[]' } }
      getItem: { method: GET, path: '/items/{itemId}', response: { id: string, name: string, days: integer, vendors: 'string[]' } }
      listItems: { method: GET, path: /items, response: { items: 'object[]' } }
      editItem: { method: PATCH, path: '/items/{itemId}', body: { name?: string, days?: integer }, response: { id: string, name: string, days: integer } }
actors: { buyer: {}, vendor: {}, guest: {} }
objects:
  item:
    read: shops.getItem
    list: shops.listItems
    fields: { days: { set-by: buyer } }
    transitions:
      create: { on: shops.createItem, by: buyer }
      edit:
        on: shops.editItem
        by: [buyer, vendor, guest]
        when: "!('vendor' in principal.actors) || object.vendors.exists(v, v == principal.id)"
operations:
  shops.getItem: { by: signed-in }
  shops.listItems: { by: signed-in, items: /items }
`

/** Buyers may edit every item, vendors those they are told of; only those in `setting` change in how many days it comes, up to 120. */
function proveShops(setting: readonly string[]) {
  const made = (id: string, vendors: readonly string[], name: unknown = id) => ({ id, name, days: 30, vendors })
  const items = [made('i0', []), made('i1', ['val']), made('i2', ['vic'])]
  return proveSmall({
    charter: shops,
    people: { bea: 'buyer', ben: 'buyer', val: 'vendor' },
    answer: ({ who, method, path: [, id], body }) => {
      if (who === undefined) return [401]
      const isBuyer = who.startsWith('b')
      if (id === undefined && method === 'GET') return [200, { items }]
      if (id === undefined)
        return isBuyer ? [201, items[items.push(made(`i${items.length}`, [], body['name'])) - 1]] : [403]
      const item = items.find((each) => each.id === id)
      if (item === undefined) return [404]
      if (method === 'GET') return [200, item]
      if (!isBuyer && !item.vendors.includes(who)) return [403]
      const days = body['days'] === undefined ? item.days : Number(body['days'])
      if (!(days >= 0 && days <= 120)) return [422]
      if (body['name'] !== undefined) item.name = body['name']
      if (setting.includes(who)) item.days = days
      return [200, item]
    },
  })
}

test('a field that some of those who may make the call may write is written by another of them', async () => {
  const flawed = await proveShops(['bea', 'ben', 'val'])
  assert.deepEqual(
    flawed.findings.map((each) => `${each.operation} ${each.constraint} ${each.class}`),
    ['shops.editItem item.days.set-by bopla-write'],
  )
  const sound = await proveShops(['bea', 'ben'])
  assert.deepEqual(sound.findings, [])
  const missing = sound.cells.find((each) => each.use === 'item.edit' && each.why.startsWith('no identity'))
  assert.equal(missing?.why, 'no identity is a `guest`')
})

const letters = `
lockstep: 1
name: letters
sources:
  - name: letters
    type: inline
    operations:
      write: { method: POST, path: /letters, body: { text: string }, response: { id: string, status: string, text: string, cost: integer } }
      getLetter: { method: GET, path: '/letters/{letterId}', response: { id: string, status: string, text: string, cost: integer } }
      send: { method: POST, path: '/letters/{letterId}/send' }
actors: { writer: {}, reader: {} }
objects:
  letter:
    state: /status
    read: letters.getLetter
    states: [draft, sent]
    fields: { cost: { seen-by: writer } }
    transitions:
      write: { on: letters.write, to: draft, by: writer }
      send: { on: letters.send, from: draft, to: sent, by: writer }
operations:
  letters.getLetter: { by: [writer, reader], when: "!('reader' in principal.actors) || object.status != 'draft'" }
`

test('who may see an object in some states only looks at it in one of those', async () => {
  const prove = (isShown: boolean) => {
    const all: { id: string; status: string; text: unknown; cost: number }[] = []
    return proveSmall({
      charter: letters,
      people: { wim: 'writer', ria: 'reader' },
      answer: ({ who, method, path: [, id], body }) => {
        if (who === undefined) return [401]
        if (method === 'POST' && who !== 'wim') return [403]
        if (id === undefined) {
          const made = { id: `l${all.length}`, status: 'draft', text: body['text'], cost: 7 }
          return [201, all[all.push(made) - 1]]
        }
        const letter = all.find((each) => each.id === id)
        if (letter === undefined || (who === 'ria' && letter.status === 'draft')) return [404]
        if (method === 'GET') return [200, who === 'ria' && !isShown ? { ...letter, cost: undefined } : letter]
        if (letter.status !== 'draft') return [409]
        letter.status = 'sent'
        return [200]
      },
    })
  }
  const shown = await prove(true)
  assert.deepEqual(
    shown.findings.map((each) => `${each.operation} ${each.constraint}`),
    ['letters.getLetter letter.cost.seen-by'],
  )
  const sound = await prove(false)
  assert.deepEqual(sound.findings, [])
  const look = sound.cells.find(
    ({ use, constraint }) => `${use} ${constraint}` === 'letters.getLetter letter.cost.seen-by',
  )
  assert.equal(`${look?.actor} ${look?.state} ${look?.verdict}`, 'ria (reader) sent held')
})
