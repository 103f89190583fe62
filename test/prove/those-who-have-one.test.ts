// Where no way leads into a state, existing objects that are in it do, whoever of all people has one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: plots
sources:
  - name: town
    type: inline
    operations:
      claim: { method: POST, path: /plots, response: { id: string, ownerId: string, status: string } }
      getPlot: { method: GET, path: '/plots/{id}', response: { id: string, ownerId: string, status: string } }
      listPlots: { method: GET, path: /plots, response: { items: array } }
      survey: { method: POST, path: '/plots/{id}/survey' }
      fence: { method: POST, path: '/plots/{id}/fence' }
actors: { settler: {}, clerk: {} }
objects:
  plot:
    owner: /ownerId
    state: /status
    read: town.getPlot
    list: town.listPlots
    states: [claimed, surveyed, fenced]
    transitions:
      claim: { on: town.claim, to: claimed, by: settler }
      survey: { on: town.survey, from: claimed, to: surveyed, by: clerk }
      fence: { on: town.fence, from: surveyed, to: fenced, by: owner }
operations:
  town.getPlot: { by: [owner, clerk] }
  town.listPlots: { by: [settler, clerk], items: /items }
`

/** Nothing can be surveyed any more; the plots that were are of one settler. */
function openTown(owner: string, flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const start = () => [{ id: 'p0', ownerId: owner, status: 'surveyed' }]
  let plots = start()
  return ({ who, method, path: [kind, id, verb] }) => {
    if (kind === 'reset') {
      plots = start()
      return [204]
    }
    if (who === undefined) return [401]
    const clerk = who === 'carl'
    if (id === undefined && method === 'GET')
      return [200, { items: plots.filter((each) => clerk || each.ownerId === who) }]
    if (id === undefined) {
      const made = { id: `p${plots.length}`, ownerId: who, status: 'claimed' }
      plots.push(made)
      return [201, made]
    }
    const plot = plots.find((each) => each.id === id)
    const isFlaw = flawed && verb === 'fence'
    if (plot === undefined || (!clerk && plot.ownerId !== who && !isFlaw)) return [404]
    if (method === 'GET') return [200, plot]
    if (verb === 'survey') return [409, { error: 'no surveyor is left' }]
    if (clerk) return [403]
    if (plot.status !== 'surveyed') return [409]
    plot.status = 'fenced'
    return [200, plot]
  }
}

const settlers = ['ada', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus']
const people = { ...Object.fromEntries(settlers.map((name) => [name, 'settler'])), carl: 'clerk' }

async function prove(owner: string, flawed: boolean): Promise<Outcome> {
  return proveSmall({ charter, people, resetBy: 'carl', answer: openTown(owner, flawed), only: ['town.fence'] })
}

for (const owner of ['ada', 'gus'])
  test(`what only ${owner} has is tried by others, and held`, async () => {
    const { findings, cells } = await prove(owner, false)
    assert.deepEqual(findings, [])
    const by = cells.filter((cell) => cell.constraint === 'plot.fence.by')
    assert.deepEqual(new Set(by.map((cell) => cell.verdict)), new Set(['held']), JSON.stringify(by))
  })

test('a flaw in what only one settler can be shown is proven', async () => {
  const { findings } = await prove('gus', true)
  assert.deepEqual(
    findings.map(({ constraint }) => constraint),
    ['plot.fence.by'],
  )
})

test('the reason says who has what was looked for', async () => {
  const { cells } = await prove('nobody that signs in', false)
  const [cell] = cells.filter((each) => each.constraint === 'plot.fence.by')
  assert.match(cell?.why ?? '', /`plot.survey` as carl was refused: 409 no surveyor is left/)
})
