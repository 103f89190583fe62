// Two uses of one call, told apart by what its object points to: each takes its own kind of object and its own number of approvals.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: loans-of-art
sources:
  - name: api
    type: inline
    operations:
      listWorks: { method: GET, path: /works, response: { items: { type: array } } }
      ask: { method: POST, path: /asks, body: { workId: string, lender: string, to: string }, response: { id: string } }
      getAsk: { method: GET, path: '/asks/{askId}', response: { id: string, status: string, by: string, workId: string, to: string } }
      change: { method: PATCH, path: '/asks/{askId}', body: { type: object, properties: { workId: { type: string }, to: { type: string } } }, response: { id: string } }
      approve: { method: POST, path: '/asks/{askId}/approve', response: { id: string } }
      lend: { method: POST, path: '/asks/{askId}/lend', response: { id: string } }
actors: { keeper: {}, head: {}, driver: {} }
objects:
  work:
    key: /id
    list: api.listWorks
    fields: { worth: { type: money } }
  ask:
    key: /id
    owner: /by
    state: /status
    read: api.getAsk
    states: [asked, approved, lent]
    final: lent
    transitions:
      ask: { on: api.ask, to: asked, by: keeper, refs: { work: { object: work, key: $request.body#/workId } }, example: { body: { workId: w-1, lender: us, to: town } } }
      change: { on: api.change, from: [asked, approved], to: asked, by: owner, example: { body: { to: county } } }
      approve: { on: api.approve, from: asked, to: [asked, approved], by: head }
      lend:
        on: api.lend
        from: approved
        to: lent
        by: driver
        refs: { work: { object: work, key: $object#/workId } }
        when: work.worth < 100
        approval: one
      lend-precious:
        on: api.lend
        from: approved
        to: lent
        by: driver
        refs: { work: { object: work, key: $object#/workId } }
        when: work.worth >= 100
        approval: two
approvals:
  one: { by: head, not: requester, binds: [/workId, /to], grant: api.approve }
  two: { by: head, not: requester, quorum: 2, binds: [/workId, /to], grant: api.approve }
operations:
  api.listWorks: { by: signed-in, lists: work, items: /items }
  api.getAsk: { by: signed-in }
`

const people = { kit: 'keeper', hal: 'head', hope: 'head', dan: 'driver' }

function openMuseum(isFlawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const works = [500, 50, 40, 900].map((worth, index) => ({ id: `w-${index}`, worth }))
  const asks = new Map<
    string,
    { id: string; status: string; by: string; workId: string; to: string; given: string[] }
  >()
  const needed = (workId: string) => ((works.find(({ id }) => id === workId)?.worth ?? 0) >= 100 ? 2 : 1)
  return ({ who = '', method, path: [kind, id = '', verb], body }) => {
    const role: string | undefined = people[who as keyof typeof people]
    if (role === undefined) return [401]
    if (kind === 'works') return [200, { items: works }]
    const ask = asks.get(id)
    if (ask === undefined) {
      if (id !== '') return [404]
      if (role !== 'keeper') return [403]
      const { workId, to } = body
      if (!works.some((each) => each.id === workId)) return [422]
      const made = { id: `a-${asks.size}`, status: 'asked', by: who, workId: String(workId), to: String(to), given: [] }
      asks.set(made.id, made)
      return [201, { id: made.id }]
    }
    if (method === 'GET') return [200, ask]
    if (method === 'PATCH') {
      if (ask.by !== who) return [403]
      if (ask.status === 'lent') return [409]
      if (body['workId'] !== undefined && !works.some((each) => each.id === body['workId'])) return [422]
      if (typeof body['workId'] === 'string') ask.workId = body['workId']
      if (typeof body['to'] === 'string') ask.to = body['to']
      if (!isFlawed) Object.assign(ask, { status: 'asked', given: [] })
      return [200, { id }]
    }
    if (verb === 'approve') {
      if (role !== 'head') return [403]
      if (ask.status !== 'asked' || ask.given.includes(who)) return [409]
      ask.given.push(who)
      if (ask.given.length >= needed(ask.workId)) ask.status = 'approved'
      return [200, { id }]
    }
    if (role !== 'driver') return [403]
    if (ask.status !== 'approved') return [409]
    ask.status = 'lent'
    return [200, { id }]
  }
}

for (const isFlawed of [true, false])
  test(`both uses, changed once approved: ${isFlawed ? 'proven' : 'held'}`, async () => {
    const { findings, cells } = await proveSmall({ charter, people, answer: openMuseum(isFlawed), only: ['api.lend'] })
    const changed = cells.filter(({ tactic }) => tactic === 'approval.changed')
    const verdict = isFlawed ? 'proven' : 'held'
    assert.deepEqual(
      changed.map((each) => [each.use, each.verdict]),
      [
        ['ask.lend', verdict],
        ['ask.lend-precious', verdict],
      ],
      JSON.stringify(changed),
    )
    assert.deepEqual([...new Set(findings.map((each) => each.class))], isFlawed ? ['approval-changed'] : [])
  })
