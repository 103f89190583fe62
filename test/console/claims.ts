// An insurer whose claims go a long way: over forty states, some with long names, and over eighty moves between them.
import type { RequestListener } from 'node:http'

/** Who may, a move, and where it leads from and to; nothing before the arrow makes one. */
const moves = `
insured report: > reported
clerk   acknowledge: reported > acknowledged
clerk   find-duplicate: reported, acknowledged, registered > duplicate
clerk   ask-for-documents: acknowledged, registered, under-review, in-arbitration > waiting-for-documents
insured send-documents: waiting-for-documents > documents-received
clerk   accept-documents: documents-received > registered
clerk   return-documents-that-cannot-be-read-or-are-not-the-originals: documents-received > returned-because-the-documents-were-copies-or-could-not-be-read
insured send-documents-again: returned-because-the-documents-were-copies-or-could-not-be-read > documents-received
clerk   register: acknowledged > registered
clerk   check-cover: registered > cover-under-check
clerk   confirm-cover: cover-under-check > covered
clerk   deny-cover: cover-under-check > not-covered
insured object-to-the-denial: not-covered > cover-under-appeal
manager uphold-the-denial: cover-under-appeal > declined
manager overturn-the-denial: cover-under-appeal > covered
clerk   assign: covered > assigned
manager reassign: assigned, under-review, inspection-ordered > assigned
clerk   begin-review: assigned > under-review
clerk   suspect-fraud: under-review, inspected, estimated > suspected-of-fraud
manager investigate: suspected-of-fraud > under-investigation-by-the-special-unit-for-organised-insurance-fraud
manager clear: suspected-of-fraud, under-investigation-by-the-special-unit-for-organised-insurance-fraud > under-review
manager report-to-the-police: under-investigation-by-the-special-unit-for-organised-insurance-fraud > with-the-police
manager decline-for-fraud: with-the-police, under-investigation-by-the-special-unit-for-organised-insurance-fraud > declined
clerk   order-inspection: under-review > inspection-ordered
clerk   schedule-inspection: inspection-ordered > inspection-scheduled
insured move-inspection: inspection-scheduled > inspection-ordered
clerk   inspect: inspection-scheduled > inspected
clerk   ask-for-a-second-opinion-of-an-independent-medical-expert: inspected, estimated > waiting-for-a-second-opinion-of-an-independent-medical-expert
clerk   take-the-second-opinion: waiting-for-a-second-opinion-of-an-independent-medical-expert > inspected
clerk   estimate: under-review, inspected > estimated
manager correct-the-estimate: estimated > estimated
clerk   propose: estimated > proposed
manager approve: proposed > approved
manager send-back: proposed > estimated
manager escalate: proposed, in-dispute > with-the-board
manager decide: with-the-board > approved
manager turn-down: with-the-board, proposed > declined
clerk   offer: approved > offered
insured accept: offered > accepted
insured refuse: offered > in-dispute
clerk   offer-more: in-dispute > offered
insured call-in-the-ombudsman: in-dispute, declined > with-the-ombudsman
manager follow-the-ombudsman: with-the-ombudsman > approved
insured go-to-arbitration: with-the-ombudsman, in-dispute > in-arbitration
manager award: in-arbitration > approved
manager dismiss: in-arbitration > declined
insured sue: in-arbitration, with-the-ombudsman > in-court
manager settle: in-court > accepted
manager lose: in-court > approved
manager win: in-court > declined
clerk   order-payment: accepted > payment-ordered
manager release-payment: payment-ordered > payment-released
clerk   pay: payment-released > paid
clerk   note-that-the-bank-sent-it-back: paid > payment-sent-back
insured correct-the-account: payment-sent-back > payment-ordered
clerk   pay-a-part: payment-released > paid-in-part
clerk   pay-the-rest: paid-in-part > paid
clerk   seek-recourse: paid > in-recourse-against-the-insurer-of-the-party-that-is-at-fault
clerk   collect: in-recourse-against-the-insurer-of-the-party-that-is-at-fault > recovered
clerk   give-up-recourse: in-recourse-against-the-insurer-of-the-party-that-is-at-fault > written-off
clerk   close: paid, recovered, written-off > closed
insured reopen: closed > reopened
clerk   review-again: reopened > under-review
insured withdraw: reported, acknowledged, waiting-for-documents, registered, offered > withdrawn
clerk   let-lapse: waiting-for-documents > lapsed
clerk   archive: declined, closed > archived
`

interface Move {
  readonly by: string
  readonly name: string
  readonly from: readonly string[]
  readonly to: string
}

const parsed: readonly Move[] = moves
  .trim()
  .split('\n')
  .map((line) => {
    const [, by = '', name = '', from = '', to = ''] = /^(\S+) +(\S+): (.*)> (\S+)$/.exec(line) ?? []
    return { by, name, from: from.split(',').flatMap((each) => each.trim() || []), to }
  })

/** In the order in which they are reached. */
export const claimStates: readonly string[] = [...new Set(parsed.flatMap(({ from, to }) => [...from, to]))]

export const claimsCharter = `
lockstep: 1
name: claims
sources:
  - name: shop
    type: inline
    operations:
      look: { method: GET, path: "/claims/{id}" }
${parsed.map(({ name, from }) => `      ${name}: { method: POST, path: "/claims${from.length === 0 ? '' : `/{id}/${name}`}" }`).join('\n')}
actors:
  insured: { when: "'customer' in principal.roles" }
  clerk: { when: "'bot' in principal.roles" }
  manager: { when: "'manager' in principal.roles" }
objects:
  claim:
    key: /id
    state: /state
    read: shop.look
    truth: tracked
    states: [${claimStates.join(', ')}]
    final: [duplicate, withdrawn, lapsed, archived]
    transitions:
      view: { on: shop.look, by: [insured, clerk, manager] }
${parsed
  .map(
    ({ by, name, from, to }) =>
      `      ${name}: { on: shop.${name}, ${from.length === 0 ? '' : `from: [${from.join(', ')}], `}to: ${to}, by: ${by} }`,
  )
  .join('\n')}
`

/** Does what it is told, from whichever state. */
export function claimsApi(): RequestListener {
  const claims = new Map<string, { id: string; state: string }>()
  return (request, response) => {
    const [, , id = `c${claims.size + 1}`, name = 'report'] = (request.url ?? '').split('/')
    const to = request.method === 'POST' ? parsed.find((move) => move.name === name)?.to : undefined
    if (to !== undefined) claims.set(id, { id, state: to })
    const claim = claims.get(id)
    response.writeHead(claim === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(claim ?? {}))
  }
}
