/** What somebody who is asked is shown, so that an answer can name it. */
import type { Charter, ObjectFact, ObjectType } from '../charter/charter.ts'
import { removePointer } from '../charter/pointer.ts'
import { compileSame } from '../constraint/approval.ts'
import { objectsFor } from '../constraint/slot.ts'
import { gatherObjects, type Objects } from './gather.ts'
import { digestOf } from './id.ts'
import type { HoldDetail, Question } from './question.ts'
import { isFollowed } from './read-as.ts'
import type { InForce, Runtime } from './runtime.ts'

/** A question beside how things are now. */
export interface Seen {
  /** Over everything an approver is shown but who answered: what was asked, the objects as they are now, the charter in force. */
  readonly digest: string
  /** By slot; what cannot be looked at has no entry. */
  readonly present: Objects
  /** What it is about has changed since it was asked: an approval would count for nothing. */
  readonly outdated: boolean
}

/** Looks at the objects of a question as they are now, with the guard's own eyes. Never throws because they cannot be seen. */
export async function seeQuestion(
  { store, truth }: Runtime,
  { charter, version }: InForce,
  question: Question,
): Promise<Seen> {
  const { call } = question
  const present = await gatherObjects({
    charter,
    call,
    truth,
    look: { request: call.request },
    hold: async (needed) => {
      if (!needed.some((each) => isFollowed(charter.objects.get(each.type)))) return needed.map(() => undefined)
      return (await store.read({ objects: needed })).objects
    },
  })
  const digest = digestOf({
    asked: askedDigest(charter, question),
    present: lasting(charter, present),
    charter: version,
  })
  return { digest, present, outdated: isOutdated(charter, question, present) }
}

/** Over what was kept of a question when it was asked; the same as long as it is asked about the same. */
export function askedDigest(charter: Charter, asked: HoldDetail & Pick<Question, 'question'>): string {
  const { question, objects, use, approvals, reasons, classes } = asked
  const origins = asked.origins?.map((each) => ({
    ...each,
    // The same place, whichever of several looks showed it.
    origins: each.origins.map(({ call: _, ...origin }) => origin),
  }))
  return digestOf({ question, objects: lasting(charter, objects), use, approvals, reasons, classes, origins })
}

/** Whether objects are not any more what an approval of this question would be given for. What is not known is not outdated. */
export function isOutdated(charter: Charter, detail: HoldDetail, now: Objects): boolean {
  const use = charter.operations.get(detail.call.operation)?.uses.find((each) => each.id === detail.use)
  if (use?.object === undefined) return false
  const type = charter.objects.get(use.object.type)
  const [before, after] = [objectsFor(use, detail.objects)['object'], objectsFor(use, now)['object']]
  if (before === undefined || after === undefined) return false
  return detail.approvals.some(
    ({ name }) => !compileSame(charter.approvals.get(name)?.binds, type)(before?.value, after?.value),
  )
}

/** Objects without what changes by itself. */
function lasting(charter: Charter, objects: Objects): unknown {
  return Object.entries(objects).map(([slot, fact]) => [slot, fact === null ? null : lastingFact(charter, fact)])
}

function lastingFact(charter: Charter, { type, key, owner, tenant, state, value }: ObjectFact): unknown {
  const volatile: ObjectType['volatile'] = charter.objects.get(type)?.volatile ?? []
  return { type, key, owner, tenant, state, value: volatile.reduce(removePointer, value) }
}
