// People who differ from the rightful caller in one thing: the site they are of, what they look after, how much they have already.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Cell, Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const lease = '{ id: string, gardener: string, site: string, plot: string, crop: string, status: string }'
const charter = `
lockstep: 1
name: allotments
sources:
  - name: shop
    type: inline
    operations:
      listPlots: { method: GET, path: /plots, response: { items: array } }
      rent: { method: POST, path: /leases, body: { plot: string }, response: ${lease} }
      getLease: { method: GET, path: '/leases/{leaseId}', response: ${lease} }
      listLeases: { method: GET, path: /leases, response: { items: array } }
      inspect: { method: POST, path: '/leases/{leaseId}/inspect', response: ${lease} }
actors: { gardener: {}, warden: {}, treasurer: {} }
objects:
  plot: { list: shop.listPlots }
  lease:
    owner: creator
    tenant: /site
    read: shop.getLease
    list: shop.listLeases
    state: /status
    states: [rented, inspected]
    final: inspected
    transitions:
      rent:
        on: shop.rent
        to: rented
        by: gardener
        refs: { plot: { object: plot, key: $request.body#/plot } }
        limit:
          - { at-most: 9, per: principal, while: [rented], says: nobody has ten that were not looked at }
          - { at-most: 1, per: plot, says: a plot is rented once }
      inspect:
        on: shop.inspect
        from: rented
        to: inspected
        by: warden
        when: { rule: claims.crop == object.crop, says: a warden knows the crop }
operations:
  shop.listPlots: { by: [gardener, warden], lists: plot, items: /items }
  shop.getLease: { by: [owner, warden, treasurer] }
  shop.listLeases: { by: [gardener, warden], lists: lease, items: /items }
`
const principals: Readonly<Record<string, string>> = {
  gus: ', tenant: west',
  gil: ', tenant: west',
  zoe: ', tenant: east',
  wes: ', tenant: west, claims: { crop: herbs }',
  win: ', tenant: west, claims: { crop: herbs }',
  wyn: ', tenant: west, claims: { crop: roses }',
  eva: ', tenant: east, claims: { crop: herbs }',
  tom: ', tenant: east',
}
const actorOf = (who: string): string => (who === 'tom' ? 'treasurer' : /^[gz]/.test(who) ? 'gardener' : 'warden')
const isFrom = (who: string, site: string): boolean => principals[who]?.includes(`tenant: ${site}`) === true

interface Lease {
  readonly id: string
  readonly gardener: string
  readonly site: string
  readonly plot: string
  readonly crop: string
  status: string
}

type Flaw = 'any-site' | 'any-crop' | 'hoard' | 'list-all'

/** An API with one check left out. In the east there is not a plot to be had. */
function allotments(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const leases: Lease[] = []
  const plots = Array.from({ length: 400 }, (_, number) => ({ id: `plot-${number}` }))
  const rent = (who: string, plot: unknown): readonly [number, unknown?] => {
    const open = leases.filter((each) => each.gardener === who && each.status === 'rented')
    if (!plots.some(({ id }) => id === plot) || isFrom(who, 'east')) return [422]
    if (leases.some((each) => each.plot === plot) || (open.length >= 9 && flaw !== 'hoard')) return [409]
    const id = `lease-${leases.length}`
    leases.push({ id, gardener: who, site: 'west', plot: String(plot), crop: 'herbs', status: 'rented' })
    return [201, leases.at(-1)]
  }
  return ({ who, method, path: [kind, id, verb], body }) => {
    if (who === undefined || principals[who] === undefined) return [401]
    const [actor, create] = [actorOf(who), method === 'POST' && id === undefined]
    if (kind === 'plots')
      return actor === 'treasurer'
        ? [403]
        : [200, { items: plots.filter((each) => !leases.some(({ plot }) => plot === each.id)) }]
    if (create) return actor === 'gardener' ? rent(who, body['plot']) : [403]
    const near = (each: Lease): boolean => isFrom(who, each.site)
    const mine = (each: Lease): boolean => each.gardener === who
    if (id === undefined && actor === 'treasurer') return [403]
    if (id === undefined)
      return [
        200,
        {
          items: leases
            .filter((each) => (actor === 'gardener' ? mine(each) : near(each) || flaw === 'list-all'))
            .slice(-50),
        },
      ]
    const found = leases.find((each) => each.id === id)
    if (found === undefined) return [404]
    const staff = actor !== 'gardener' && (near(found) || (flaw === 'any-site' && method === 'GET'))
    if (!staff && !(mine(found) && verb === undefined)) return [404]
    if (verb === undefined) return [200, found]
    if (actor !== 'warden' || found.status !== 'rented') return [409]
    if (principals[who]?.includes(found.crop) !== true && flaw !== 'any-crop') return [403]
    found.status = 'inspected'
    return [200, found]
  }
}

const proven = (flaw?: Flaw, only?: readonly string[]): Promise<Outcome> =>
  proveSmall({
    charter,
    principals,
    people: Object.fromEntries(Object.keys(principals).map((who) => [who, actorOf(who)])),
    answer: allotments(flaw),
    ...(only === undefined ? {} : { only }),
  })

const tried = (outcome: Outcome, constraint: string, tactic: string): Cell[] =>
  outcome.cells.filter((cell) => cell.constraint === constraint && cell.tactic.startsWith(tactic))

describe('who attacks', () => {
  const flaws: readonly (readonly [Flaw, operation: string, finding: string])[] = [
    ['any-site', 'getLease', 'cross-tenant of shop.getLease.by'],
    ['any-crop', 'inspect', 'bola-write of lease.inspect.when'],
    ['hoard', 'rent', 'hoarding of lease.rent.limit'],
    ['list-all', 'listLeases', 'cross-tenant of shop.listLeases.items'],
  ]
  for (const [flaw, operation, expected] of flaws)
    it(`finds ${flaw}`, async () => {
      const { findings } = await proven(flaw, [`shop.${operation}`])
      assert.deepEqual(
        findings.map((each) => `${each.class} of ${each.constraint}`),
        [expected],
      )
    })

  it('tries them all on a sound API, and finds nothing', async () => {
    const outcome = await proven()
    assert.deepEqual(outcome.findings, [])
    const verdicts = (constraint: string, tactic: string) =>
      tried(outcome, constraint, tactic).map(({ actor, verdict }) => `${actor} ${verdict}`)
    assert.deepEqual(verdicts('shop.getLease.by', 'as-other.other-tenant'), [
      'zoe (gardener) held',
      'eva (warden) held',
      'tom (treasurer) held',
    ])
    assert.deepEqual(verdicts('lease.inspect.when', ''), ['wyn (warden) held'])
    assert.deepEqual(verdicts('lease.rent.limit', 'over-limit'), ['gus (gardener) held'])
    // Where nothing of anybody's is named yet, it is no matter of whose tenant somebody is.
    assert.deepEqual(verdicts('lease.rent.by', 'as-other.other-tenant'), [])
  })
})

describe('who has called nothing yet', () => {
  // Keys open other doors than tokens do: here, one at which only somebody with a key is known.
  const answer = ({ who, path: [kind, id] }: Asked): readonly [number, unknown?] => {
    if (kind === 'meters') return who === 'bot' ? [404] : [401]
    if (who !== 'ann' && who !== 'bea') return [401]
    return id === who ? [200, { id, phone: `0${who}` }] : [404]
  }
  const households = `
lockstep: 1
name: households
sources:
  - name: shop
    type: inline
    operations:
      getHousehold: { method: GET, path: '/households/{id}', response: { id: string, phone: string } }
      getMeter: { method: GET, path: '/meters/{id}', response: { id: string } }
actors: { tenant: {}, machine: {} }
objects:
  household: { owner: /id, read: shop.getHousehold }
  meter: { read: shop.getMeter }
operations:
  shop.getHousehold: { by: owner }
  shop.getMeter: { by: machine }
`
  for (const [machine, verdict] of [
    ['bot', 'held'],
    ['rusty', 'not-reached'],
  ] as const)
    it(`is ${machine === 'bot' ? 'known where they may call' : 'nobody where they are never answered'}`, async () => {
      const people = { ann: 'tenant', bea: 'tenant', [machine]: 'machine' }
      const outcome = await proveSmall({ charter: households, people, answer, only: ['shop.getHousehold'] })
      const [cell] = tried(outcome, 'shop.getHousehold.by', 'as-other.other-actor')
      assert.equal(cell?.verdict, verdict)
    })
})
