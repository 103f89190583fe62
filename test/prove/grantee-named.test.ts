// Whom a call names as grantee may be of another kind than those who make the call.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: consents
sources:
  - name: api
    type: inline
    operations:
      grant: { method: POST, path: /consents, body: { partner: string }, response: { id: string, ownerId: string, partner: string, status: string } }
      getConsent: { method: GET, path: '/consents/{consentId}', response: { id: string, ownerId: string, partner: string, status: string } }
      revoke: { method: POST, path: '/consents/{consentId}/revoke' }
      ask: { method: POST, path: /reports, body: { consentId: string }, response: { id: string, consentId: string } }
      getReport: { method: GET, path: '/reports/{reportId}', response: { id: string, consentId: string } }
actors: { customer: {}, partner: { kind: partner }, clerk: {} }
objects:
  consent:
    owner: /ownerId
    parties: { grantee: /partner }
    state: /status
    read: api.getConsent
    states: [active, revoked]
    final: revoked
    transitions:
      grant: { on: api.grant, to: active, by: customer }
      revoke: { on: api.revoke, from: active, to: revoked, by: owner }
  report:
    read: api.getReport
    transitions:
      ask:
        on: api.ask
        by: partner
        refs: { consent: { object: consent, key: $request.body#/consentId, by: grantee, in: active } }
operations:
  api.getConsent: { by: [owner, grantee, clerk] }
  api.getReport: { by: [partner, clerk] }
`

interface Consent {
  readonly id: string
  readonly ownerId: string
  readonly partner: unknown
  status: string
}

function openDesk(flaw?: 'anybody' | 'revoked') {
  const consents = new Map<string, Consent>()
  const reports = new Map<string, { id: string; consentId: string }>()
  const partners = ['pay4u', 'split']
  return ({ who, method, path: [what, id = '', verb], body }: Asked): readonly [number, unknown?] => {
    if (what === 'reset') {
      consents.clear()
      reports.clear()
      return [204]
    }
    if (who === undefined) return [401]
    const isPartner = partners.includes(who)
    const consent = consents.get(what === 'reports' ? String(body['consentId']) : id)
    if (what === 'reports' && method === 'GET') {
      const report = reports.get(id)
      return report !== undefined && (isPartner || who === 'cleo') ? [200, report] : [404]
    }
    if (what === 'reports') {
      if (!isPartner) return [403]
      if (consent === undefined || (flaw !== 'anybody' && consent.partner !== who)) return [404]
      if (flaw !== 'revoked' && consent.status !== 'active') return [409]
      const report = { id: `report-${reports.size + 1}`, consentId: consent.id }
      reports.set(report.id, report)
      return [201, report]
    }
    if (method === 'GET')
      return consent !== undefined && [consent.ownerId, consent.partner, 'cleo'].includes(who) ? [200, consent] : [404]
    if (verb === 'revoke') {
      if (consent?.ownerId !== who) return [404]
      if (consent.status !== 'active') return [409]
      consent.status = 'revoked'
      return [200, consent]
    }
    if (isPartner || who === 'cleo') return [403]
    if (!partners.includes(String(body['partner']))) return [422]
    const made = { id: `consent-${consents.size + 1}`, ownerId: who, partner: body['partner'], status: 'active' }
    consents.set(made.id, made)
    return [201, made]
  }
}

for (const [flaw, found] of [
  [undefined, []],
  ['anybody', ['report.ask.consent.by']],
  ['revoked', ['report.ask.consent.in']],
] as const)
  test(`${flaw ?? 'sound'}: ${found.length} found, and all is tried`, async () => {
    const { findings, cells } = await proveSmall({
      charter,
      people: { mia: 'customer', max: 'customer', pay4u: 'partner', split: 'partner', cleo: 'clerk' },
      resetBy: 'cleo',
      answer: openDesk(flaw),
    })
    assert.deepEqual(
      findings.map((each) => each.constraint),
      found,
    )
    // As often as it likes.
    const open = cells.filter(
      (each) => each.verdict === 'not-reached' && each.use === 'report.ask' && each.tactic !== 'race',
    )
    assert.deepEqual(
      open.map((each) => `${each.constraint} ${each.tactic}: ${each.why}`),
      [],
    )
  })
