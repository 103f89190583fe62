// States behind a gate: a step on the way has rules that only several calls with different arguments make true.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

/** Papers are entries of a list of the folder, or things of their own. */
const uses = {
  entries: `      attach: { on: office.attach, from: open, by: owner }`,
  things: `      attach: { on: office.attach, from: open, by: owner }
  paper:
    states: [raw, sealed]
    state: { when: { sealed: object.sealed, raw: 'true' } }
    transitions:
      add: { on: office.attach, to: raw, by: citizen }
      seal: { on: office.seal, from: raw, to: sealed, by: clerk, key: $request.path.id }`,
} as const

const charterOf = (papers: keyof typeof uses): string => `
lockstep: 1
name: office
sources:
  - name: office
    type: inline
    operations:
      open: { method: POST, path: /folders, response: { id: string, ownerId: string, status: string } }
      getFolder: { method: GET, path: '/folders/{id}', response: { id: string, ownerId: string, status: string } }
      attach:
        method: POST
        path: '/folders/{id}/papers'
        body: { type: object, required: [kind], properties: { kind: { type: string, enum: [letter, passport, payslip] } } }
        response: { id: string, kind: string, sealed: boolean }
      seal: { method: POST, path: '/papers/{id}/seal' }
      submit: { method: POST, path: '/folders/{id}/submit' }
      decide: { method: POST, path: '/folders/{id}/decide' }
      archive: { method: POST, path: '/folders/{id}/archive' }
actors: { citizen: {}, clerk: {} }
objects:
  folder:
    owner: /ownerId
    state: /status
    read: office.getFolder
    states: [open, submitted, decided, archived]
    transitions:
      open: { on: office.open, to: open, by: citizen }
      submit:
        on: office.submit
        from: open
        to: submitted
        by: owner
        when:
          - "object.papers.exists(p, p.kind == 'passport')"
          - "object.papers.exists(p, p.kind == 'payslip')"
      decide:
        on: office.decide
        from: submitted
        to: decided
        by: clerk
${papers === 'things' ? `        when: "object.papers.exists(p, p.kind == 'passport' && p.sealed)"` : ''}
      archive: { on: office.archive, from: decided, to: archived, by: clerk }
${uses[papers]}
operations:
  office.getFolder: { by: [owner, clerk] }
`

interface Folder {
  readonly id: string
  readonly ownerId: string
  status: string
  readonly papers: { id: string; kind: string; sealed: boolean }[]
}

/** Only open folders take papers; two kinds of them are needed to submit, and a sealed passport to decide where clerks seal. */
function openOffice(seals: boolean, flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const folders: Folder[] = []
  return ({ who, method, path: [kind, id, verb], body }) => {
    if (who === undefined) return [401]
    const clerk = who.startsWith('c')
    if (kind === 'papers') {
      const paper = folders.flatMap((each) => each.papers).find((each) => each.id === id)
      if (!clerk) return [403]
      if (paper === undefined || paper.sealed) return [404]
      paper.sealed = true
      return [200, paper]
    }
    if (id === undefined) {
      if (clerk) return [403]
      const made = { id: `f${folders.length}`, ownerId: who, status: 'open', papers: [] }
      folders.push(made)
      return [201, made]
    }
    const folder = folders.find((each) => each.id === id)
    if (folder === undefined || (!clerk && folder.ownerId !== who)) return [404]
    if (method === 'GET') return [200, folder]
    if (clerk !== (verb === 'decide' || verb === 'archive')) return [403]
    if (verb === 'papers') {
      if (folder.status !== 'open' || !['letter', 'passport', 'payslip'].includes(String(body['kind']))) return [409]
      const paper = { id: `${folder.id}p${folder.papers.length}`, kind: String(body['kind']), sealed: false }
      folder.papers.push(paper)
      return [201, paper]
    }
    const from = { submit: 'open', decide: 'submitted', archive: 'decided' }[verb ?? '']
    if (folder.status !== from && !(flawed && verb === 'archive')) return [409, { error: `is ${folder.status}` }]
    const has = (what: string) => folder.papers.find((each) => each.kind === what)
    if (verb === 'submit' && (!has('passport') || !has('payslip'))) return [409, { error: 'papers are missing' }]
    if (verb === 'decide' && seals && has('passport')?.sealed !== true) return [409, { error: 'nothing is sealed' }]
    folder.status = { submit: 'submitted', decide: 'decided', archive: 'archived' }[verb ?? ''] ?? folder.status
    return [200, folder]
  }
}

const people = { amy: 'citizen', ben: 'citizen', carl: 'clerk' }

async function prove(papers: keyof typeof uses, flawed: boolean): Promise<Outcome> {
  const answer = openOffice(papers === 'things', flawed)
  return proveSmall({ charter: charterOf(papers), people, answer, only: ['office.archive'] })
}

for (const papers of ['entries', 'things'] as const) {
  test(`what is behind papers as ${papers} is reached, and held`, async () => {
    const { findings, cells } = await prove(papers, false)
    assert.deepEqual(findings, [])
    const from = cells.filter(({ constraint, tactic }) => constraint === 'folder.archive.from' && tactic !== 'race')
    assert.deepEqual(
      from.map(({ state, verdict, why }) => [state, verdict, why]),
      ['open', 'submitted', 'archived'].map((state) => [state, 'held', `409 is ${state}`]),
    )
  })

  test(`a flaw behind papers as ${papers} is proven`, async () => {
    const { findings } = await prove(papers, true)
    assert.deepEqual(
      findings.map(({ constraint }) => constraint),
      ['folder.archive.from'],
    )
  })
}
