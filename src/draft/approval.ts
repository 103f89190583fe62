import { guess, saidValue } from './claim.ts'
import type { Move } from './lifecycle.ts'
import type { Scene, Thing } from './scene.ts'
import { isEnding } from './state-order.ts'
import { saidOf } from './text.ts'
import { whoMay } from './who-may.ts'

/** An approval that an object's lifecycle shows: who grants it, and what then needs it. */
export interface ApprovalDraft {
  readonly name: string
  readonly grant: Move
  readonly neededBy: readonly Move[]
  readonly approvals: Readonly<Record<string, unknown>>
}

/** Drafts the approval of a thing that has an operation to approve it and a move that comes after; undefined otherwise. */
export function draftApproval(scene: Scene, thing: Thing): ApprovalDraft | undefined {
  const { moves } = thing.lifecycle
  const grant = moves.find((move) => move.kind === 'act' && (move.verb === 'approve' || move.verb === 'accept'))
  const approved = grant?.to === undefined ? undefined : saidValue(grant.to)[0]
  if (grant === undefined || approved === undefined || grant.verb !== 'approve') return undefined
  const neededBy = moves.filter((move) => {
    if (move === grant || move.kind === 'create' || move.from === undefined || move.to === undefined) return false
    const outcome = saidValue(move.to)[0] ?? ''
    // What takes the object back or ends it needs nobody's yes.
    return (
      saidValue(move.from).includes(approved) &&
      !(
        isEnding(outcome) &&
        /^(?:cancel|withdraw|reject|revoke|delete|remove|close|expire|decline)$/.test(move.verb ?? '')
      ) &&
      !/^(?:withdraw|reopen)$/.test(move.verb ?? '')
    )
  })
  if (neededBy.length === 0) return undefined
  const name = `${thing.resource.name}-approval`
  return { name, grant, neededBy, approvals: { [name]: termsOf(scene, thing, { grant, neededBy }) } }
}

function termsOf(
  scene: Scene,
  thing: Thing,
  { grant, neededBy }: { grant: Move; neededBy: readonly Move[] },
): Record<string, unknown> {
  const texts = [grant, ...neededBy].map((move) => saidOf(move.shape)).join(' ')
  const amount = Object.keys(thing.resource.representation.members).find((name) =>
    /^(?:amount|total|totalAmount|value)$/.test(name),
  )
  const above = /\b(?:above|over|more than|exceeding|from)\s+(?:[A-Z]{3}\s*|[$€£]\s*)?(\d[\d,]*(?:\.\d+)?)/i
    .exec(texts)?.[1]
    ?.replaceAll(',', '')
  const afterwards = /\b(?:up to|until)\s+(\d[\d,]*(?:\.\d+)?)[^.]*above that/i.exec(texts)?.[1]?.replaceAll(',', '')
  const bound = afterwards ?? above
  const quorum = /\b(?:second approval|two approv|2 approv|two different|both approv)/i.test(texts) ? 2 : undefined
  const by = whoMay(scene, { shape: grant.shape, thing, part: 'change', verb: 'approve' })
  const names = saidValue(by).filter((each) => each !== 'owner')
  return {
    ...(bound === undefined || amount === undefined
      ? {}
      : { 'needed-when': guess(`object.${amount} > ${Number(bound)}`, 'a text gives this bound') }),
    by:
      names.length === 0
        ? guess('signed-in', 'nothing says who approves')
        : guess(names.length === 1 ? names[0] : names, 'they may use the operation that approves'),
    not: guess('requester', 'nobody usually approves what they asked for'),
    ...(quorum === undefined ? {} : { quorum: guess(quorum, 'a text speaks of two') }),
    grant: guess(grant.shape.id, 'of its verb'),
  }
}
