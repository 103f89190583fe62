// Ways that are found by trying: what fails on one of them tells what to do first, how often, and what to go around.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cell, Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: parcels
sources:
  - name: post
    type: inline
    operations:
      create: { method: POST, path: /parcels, response: { id: string, ownerId: string, status: string, fee: string, votes: integer } }
      getParcel: { method: GET, path: '/parcels/{parcelId}', response: { id: string, ownerId: string, status: string, fee: string, votes: integer } }
      stamp: { method: POST, path: '/parcels/{parcelId}/stamp' }
      vote: { method: POST, path: '/parcels/{parcelId}/vote' }
      express: { method: POST, path: '/parcels/{parcelId}/express' }
      weigh: { method: POST, path: '/parcels/{parcelId}/weigh' }
      send: { method: POST, path: '/parcels/{parcelId}/send' }
      label: { method: POST, path: /labels, body: { parcelId: string }, response: { id: string, parcelId: string, state: string } }
      getLabel: { method: GET, path: '/labels/{labelId}', response: { id: string, parcelId: string, state: string } }
      print: { method: POST, path: '/labels/{labelId}/print' }
      getDepot: { method: GET, path: '/depots/{depotId}', response: { id: string, open: boolean } }
      shut: { method: POST, path: '/depots/{depotId}/shut' }
actors: { sender: {}, clerk: {} }
objects:
  parcel:
    owner: /ownerId
    state: /status
    read: post.getParcel
    states: [new, cleared, weighed, sent]
    transitions:
      create: { on: post.create, to: new, by: sender }
      stamp: { on: post.stamp, by: owner }
      vote: { on: post.vote, from: new, to: [new, cleared], by: clerk }
      express: { on: post.express, from: new, to: weighed, by: clerk }
      weigh: { on: post.weigh, from: cleared, to: weighed, by: clerk }
      send: { on: post.send, from: weighed, to: sent, by: owner, when: "object.fee != 'due'" }
  label:
    parent: { object: parcel, key: /parcelId }
    state: /state
    read: post.getLabel
    states: [blank, printed]
    transitions:
      make: { on: post.label, to: blank, by: clerk, refs: { parcel: $request.body#/parcelId } }
      print: { on: post.print, from: blank, to: printed, by: clerk, when: "parent.status == 'weighed'" }
  depot:
    read: post.getDepot
    fields: { open: { type: boolean } }
    transitions:
      shut: { on: post.shut, by: clerk, example: { path: { depotId: depot-main } } }
operations:
  post.getParcel: { by: [owner, clerk] }
  post.getLabel: { by: clerk }
  post.getDepot: { by: [sender, clerk] }
`

type Flaw = 'fee' | 'unweighed' | 'depot' | 'any-parcel' | undefined

/** Clearing takes two clerks; express is closed although it is shorter; what is due is paid by stamps. */
function openPost(flaw: Flaw): (asked: Asked) => readonly [number, unknown?] {
  const parcels: { id: string; ownerId: string; status: string; fee: string; votes: string[] }[] = []
  const labels: { id: string; parcelId: string; state: string }[] = []
  const depot = { id: 'depot-main', open: true }
  return ({ who, method, path: [kind, id, verb], body }) => {
    if (who === undefined) return [401]
    const clerk = who.startsWith('c')
    if (kind === 'depots') {
      if (id !== depot.id) return [404]
      if (method === 'GET') return [200, depot]
      if (!clerk && flaw !== 'depot') return [403]
      depot.open = !depot.open
      return [200, depot]
    }
    if (kind === 'labels') {
      if (!clerk) return [403]
      if (id === undefined) {
        if (!parcels.some((each) => each.id === body['parcelId']) && flaw !== 'any-parcel') return [422]
        const made = { id: `label-${labels.length}`, parcelId: String(body['parcelId']), state: 'blank' }
        labels.push(made)
        return [201, made]
      }
      const label = labels.find((each) => each.id === id)
      if (label === undefined) return [404]
      if (method === 'GET') return [200, label]
      const parcel = parcels.find((each) => each.id === label.parcelId)
      if (label.state !== 'blank' || (parcel?.status !== 'weighed' && flaw !== 'unweighed')) return [409]
      label.state = 'printed'
      return [200, label]
    }
    if (id === undefined) {
      if (clerk) return [403]
      const made = { id: `parcel-${parcels.length}`, ownerId: who, status: 'new', fee: 'due', votes: [] }
      parcels.push(made)
      return [201, made]
    }
    const parcel = parcels.find((each) => each.id === id)
    if (parcel === undefined || (!clerk && parcel.ownerId !== who)) return [404]
    const shown = () => [200, { ...parcel, votes: parcel.votes.length }] as const
    if (method === 'GET') return shown()
    const mine = verb === 'stamp' || verb === 'send'
    if (mine === clerk) return [403]
    const from = { vote: 'new', weigh: 'cleared', send: 'weighed' }[verb ?? '']
    if (verb === 'express' || (from !== undefined && from !== parcel.status)) return [409]
    if (verb === 'vote' && parcel.votes.includes(who)) return [409]
    if (verb === 'send' && parcel.fee === 'due' && flaw !== 'fee') return [402]
    if (verb === 'stamp') parcel.fee = 'paid'
    if (verb === 'vote' && parcel.votes.push(who) === 2) parcel.status = 'cleared'
    if (verb === 'weigh') parcel.status = 'weighed'
    if (verb === 'send') parcel.status = 'sent'
    return shown()
  }
}

const people = { sam: 'sender', sue: 'sender', carl: 'clerk', cleo: 'clerk' }

async function prove(flaw: Flaw, only?: string): Promise<Outcome> {
  return proveSmall({ charter, people, answer: openPost(flaw), ...(only === undefined ? {} : { only: [only] }) })
}

function cellsOf(outcome: Outcome, constraint: string): Cell[] {
  return outcome.cells.filter((cell) => cell.constraint === constraint)
}

test('a sound API is brought to every use, and nothing is found', async () => {
  const outcome = await prove(undefined)
  assert.deepEqual(outcome.findings, [])
  const lost = outcome.cells.filter((cell) => cell.why.startsWith('no control')).map((cell) => [cell.use, cell.why])
  // Express is closed to everybody.
  assert.deepEqual(new Set(lost.map(([use]) => use)), new Set(['parcel.express']), JSON.stringify(lost))
})

const flaws = [
  {
    flaw: 'fee',
    only: 'post.send',
    constraint: 'parcel.send.when',
    title: 'the fact of a rule is brought about, and left out to break it',
  },
  {
    flaw: 'unweighed',
    only: 'post.print',
    constraint: 'label.print.when',
    title: 'the parent is brought into the state that a rule asks for',
  },
  {
    flaw: 'depot',
    only: 'post.shut',
    constraint: 'depot.shut.by',
    title: 'an object that only an example names is attacked',
  },
  {
    flaw: 'any-parcel',
    only: 'post.label',
    constraint: 'label.make.parcel.there',
    title: 'what a call must name and nothing else is demanded of is left out',
  },
] as const

for (const { flaw, only, constraint, title } of flaws) {
  test(title, async () => {
    const outcome = await prove(flaw, only)
    const cells = cellsOf(outcome, constraint)
    assert.ok(
      cells.some((cell) => cell.verdict === 'proven'),
      JSON.stringify(cells.map((cell) => [cell.tactic, cell.verdict, cell.why])),
    )
    assert.deepEqual(
      outcome.findings.map((finding) => finding.constraint),
      [constraint],
    )
  })
}
