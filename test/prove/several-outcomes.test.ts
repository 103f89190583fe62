// A move with several outcomes may lead to each: where it leads depends on its arguments, or on nothing a caller decides.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: funds
sources:
  - name: fund
    type: inline
    operations:
      start: { method: POST, path: /drives, response: { id: string, ownerId: string, status: string, goal: integer } }
      getDrive: { method: GET, path: '/drives/{id}', response: { id: string, ownerId: string, status: string, goal: integer } }
      pay: { method: POST, path: '/drives/{id}/pay', body: { amount: integer } }
      reword: { method: POST, path: '/drives/{id}/reword' }
      check: { method: POST, path: '/drives/{id}/check' }
      admit: { method: POST, path: '/drives/{id}/admit' }
      launch: { method: POST, path: '/drives/{id}/launch' }
actors: { host: {}, clerk: {} }
objects:
  drive:
    owner: /ownerId
    state: /status
    read: fund.getDrive
    states: [new, checked, open, funded, launched]
    transitions:
      start: { on: fund.start, to: new, by: host }
      reword: { on: fund.reword, from: [new, checked], to: [new, open], by: owner }
      check: { on: fund.check, from: new, to: checked, by: clerk }
      admit: { on: fund.admit, from: checked, to: open, by: clerk }
      pay:
        on: fund.pay
        from: open
        to: [open, funded]
        by: owner
        when: request.amount > 0 && request.amount <= object.goal
        example: { body: { amount: 3 } }
      launch: { on: fund.launch, from: funded, to: launched, by: clerk }
operations:
  fund.getDrive: { by: [owner, clerk] }
`

type Manner = 'sound' | 'flawed' | 'never'

/** A drive is funded once its goal is paid at once; rewording never opens one. */
function openFund(manner: Manner): (asked: Asked) => readonly [number, unknown?] {
  const drives: { id: string; ownerId: string; status: string; goal: number }[] = []
  return ({ who, method, path: [, id, verb], body }) => {
    if (who === undefined) return [401]
    const clerk = who === 'carl'
    if (id === undefined) {
      if (clerk) return [403]
      const made = { id: `d${drives.length}`, ownerId: who, status: 'new', goal: 70 }
      drives.push(made)
      return [201, made]
    }
    const drive = drives.find((each) => each.id === id)
    if (drive === undefined || (!clerk && drive.ownerId !== who)) return [404]
    if (method === 'GET') return [200, drive]
    if (clerk !== ['check', 'admit', 'launch'].includes(verb ?? '')) return [403]
    const from = { reword: ['new', 'checked'], check: ['new'], admit: ['checked'], pay: ['open'], launch: ['funded'] }
    const isFrom = Object.entries(from).some(([name, states]) => name === verb && states.includes(drive.status))
    if (!isFrom && !(verb === 'launch' && manner === 'flawed')) return [409, { error: `is ${drive.status}` }]
    if (verb === 'pay' && !(Number(body['amount']) > 0 && Number(body['amount']) <= drive.goal)) return [422]
    if (verb === 'pay' && (body['amount'] !== drive.goal || manner === 'never')) return [200, drive]
    drive.status =
      { reword: 'new', check: 'checked', admit: 'open', pay: 'funded', launch: 'launched' }[verb ?? ''] ?? ''
    return [200, drive]
  }
}

async function prove(manner: Manner): Promise<Outcome> {
  const people = { ada: 'host', bob: 'host', carl: 'clerk' }
  return proveSmall({ charter, people, answer: openFund(manner), only: ['fund.launch'] })
}

test('the state is reached with other arguments, and not by what may lead elsewhere', async () => {
  const { findings, cells } = await prove('sound')
  assert.deepEqual(findings, [])
  const lost = cells.filter(({ verdict }) => verdict === 'not-reached')
  assert.deepEqual(
    lost.map(({ tactic, why }) => [tactic, why]),
    [],
  )
})

test('a flaw behind it is proven', async () => {
  const { findings } = await prove('flawed')
  assert.deepEqual(
    findings.map(({ constraint }) => constraint),
    ['drive.launch.from'],
  )
})

test('the reason says where the move led instead', async () => {
  const { cells } = await prove('never')
  const [by] = cells.filter((cell) => cell.constraint === 'drive.launch.by')
  assert.match(by?.why ?? '', /`drive.pay` led to open, not to funded/)
})
