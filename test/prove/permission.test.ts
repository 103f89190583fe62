// A call that changes what somebody is shows in nothing anyone may read: it shows in what they may do after it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: library
sources:
  - name: shop
    type: inline
    operations:
      promote: { method: PUT, path: '/people/{personId}/rank', body: { rank: string } }
      listBooks: { method: GET, path: /books, response: { items: 'object[]' } }
      listLoans: { method: GET, path: /loans, response: { items: 'object[]' } }
actors: { reader: {}, librarian: {}, head: {} }
objects:
  person: { key: /personId, tenant: /branch }
operations:
  shop.promote:
    by: head
    object: person
    key: $request.path.personId
    example: { path: { personId: ron }, body: { rank: librarian } }
  shop.listBooks: { by: signed-in }
  shop.listLoans: { by: [librarian, head] }
`

const people = { ron: 'reader', rita: 'reader', lena: 'librarian', hugo: 'head', hella: 'head' } as const
const branches: Readonly<Record<string, string>> = { hella: 'west' }
const principals = Object.fromEntries(
  Object.keys(people).map((name) => [name, `, tenant: ${branches[name] ?? 'east'}`]),
)

function openLibrary(flaw: 'anybody' | 'any-branch' | undefined): (asked: Asked) => readonly [number, unknown?] {
  const ranks = new Map<string, unknown>(Object.entries(people))
  return ({ who, path: [kind, id = ''], body }) => {
    if (kind === 'reset') {
      for (const [name, rank] of Object.entries(people)) ranks.set(name, rank)
      return [204]
    }
    const rank = ranks.get(who ?? '')
    if (who === undefined || rank === undefined) return [401]
    if (kind === 'books') return [200, { items: [] }]
    if (kind === 'loans') return rank === 'reader' ? [403] : [200, { items: [] }]
    if (rank !== 'head' && flaw !== 'anybody') return [403]
    const near = (branches[id] ?? 'east') === (branches[who] ?? 'east')
    if (!ranks.has(id) || !(near || flaw !== undefined)) return [404]
    ranks.set(id, body['rank'])
    return [204]
  }
}

const wanted = { anybody: 'bfla', 'any-branch': 'cross-tenant' } as const

for (const flaw of ['anybody', 'any-branch', undefined] as const)
  test(`who may be made something else by ${flaw ?? 'those who may'}`, async () => {
    const { findings, cells } = await proveSmall({
      charter,
      people,
      principals,
      answer: openLibrary(flaw),
      only: ['shop.promote'],
      resetBy: 'hugo',
    })
    const classes = findings.flatMap((each) => [each.class, ...each.alsoSeen.map((also) => also.class)])
    if (flaw === undefined) assert.deepEqual(classes, [])
    else assert.ok(classes.includes(wanted[flaw]), classes.join())
    assert.ok(cells.length > 3 && cells.every((cell) => cell.verdict !== 'not-reached'))
    if (flaw === 'anybody')
      assert.match(findings[0]?.proof.sentence ?? '', /listLoans of ron went from kept out to let in/)
  })
