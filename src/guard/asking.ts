/** Opens questions: once for each call, and about things as they are when it is asked. */
import type { Approval } from '../charter/approval.ts'
import type { Charter } from '../charter/charter.ts'
import { holderOf } from '../charter/run-handle.ts'
import { newId } from './id.ts'
import { type Asked, asksTheSame, detailOfHold, type HoldDetail, holdEvent } from './question.ts'
import type { Ready, Reserved } from './reserve.ts'
import type { Runtime } from './runtime.ts'
import { askedDigest, isOutdated } from './shown.ts'
import type { Hold, HoldState, Transaction } from './store.ts'

/** What is to be asked. */
export interface Asking {
  readonly ready: Ready
  readonly approvals: readonly Approval[]
  readonly reserved: Pick<Reserved, 'decision' | 'facts'>
  readonly origins: HoldDetail['origins']
  /** Who sends the call once it is granted. */
  readonly sentBy: 'guard' | 'caller'
}

type Fresh = Hold & { readonly detail: HoldDetail }

const stillOpen: readonly HoldState[] = ['pending', 'granted']

/**
 * Opens a question, or finds it when it is open already. Where the object is not what it was when it was asked, an answer to that would
 * count for nothing: what nobody answered yet is asked about what is there now, everything else is asked anew. So is what was granted and
 * does not suffice any more.
 */
export async function askQuestion(runtime: Runtime, asking: Asking): Promise<Asked> {
  const { store, journal, now, limits } = runtime
  const { ready } = asking
  const fresh = freshHold(asking, now(), limits.holdMs)
  const { hold, told } = await store.transact([questionKey(ready.question)], async (transaction) => {
    const { holdsBy } = await transaction.read({ holdsBy: { question: ready.question } })
    const current = holdsBy.filter((each) => each.expires > now())
    const open = stillOpen
      .map((state) => current.find((each) => each.state === state))
      .find((each) => each !== undefined)
    const used = open?.state === 'granted' && (await isUsedUp(transaction, open))
    const standing = open === undefined || used ? undefined : standingFor(ready.force.charter, open, fresh)
    if (standing !== undefined) {
      if (standing !== open) await transaction.write([{ kind: 'hold', hold: standing }])
      return { hold: standing, told: [] }
    }
    const refused = current.find((each) => each.state === 'refused') ?? (await refusedAlike(transaction, ready, fresh))
    if (refused !== undefined) return { hold: refused, told: [] }
    const over =
      open === undefined || (open.state === 'granted' && !used)
        ? []
        : [{ ...open, state: used ? 'executed' : 'cancelled' } as const]
    const crowded = await beyondMost(transaction, ready, now())
    const ended = [...over, ...crowded.filter(({ id }) => id !== open?.id)]
    await transaction.write([...ended, fresh].map((each) => ({ kind: 'hold', hold: each })))
    return { hold: fresh, told: [...ended, fresh] }
  })
  for (const each of told) await journal.append(holdEvent(each, now(), ready.id))
  const { id, state, expires } = hold
  const why = detailOfHold(hold)?.answers.find((each) => each.verdict === 'refuse')?.why
  return { reference: id, state, expires, ...(why === undefined ? {} : { why }) }
}

/** Of one caller, so many questions wait. Those who answer are shown a list that ends somewhere: nobody may push others out of it. */
const mostWaiting = 200

/** The oldest questions of a caller that give way to a new one. */
async function beyondMost(transaction: Transaction, { call }: Ready, now: number): Promise<readonly Hold[]> {
  const holder = holderOf(call.principal)
  const { holdsBy } = await transaction.read({ holdsBy: { states: ['pending'] } })
  const own = holdsBy.filter((each) => {
    const asked = detailOfHold(each)?.call.principal
    return asked !== undefined && holderOf(asked) === holder
  })
  return own.slice(mostWaiting - 1).map((each) => ({ ...each, state: each.expires > now ? 'cancelled' : 'expired' }))
}

/** What somebody said no to a while ago that was the same call, with its values written in another way. */
async function refusedAlike(transaction: Transaction, { force, call }: Ready, fresh: Fresh): Promise<Hold | undefined> {
  const { holdsBy } = await transaction.read({ holdsBy: { states: ['refused'] } })
  return holdsBy.find((hold) => {
    if (hold.group !== fresh.group || hold.expires <= fresh.at) return false
    const detail = detailOfHold(hold)
    return detail?.charter === force.version && asksTheSame(force, detail.call, call)
  })
}

/** Whether a call took what was granted for a question: an approval serves once, and who calls again is asked for again. */
async function isUsedUp(transaction: Transaction, { question, detail }: Hold): Promise<boolean> {
  const approvals = detailOfHold({ detail })?.approvals ?? []
  const { grants } = await transaction.read({ grants: approvals.map(({ name }) => ({ approval: name, question })) })
  return grants.every((left) => left.length === 0)
}

/** What keeps others off a question. */
export function questionKey(question: string): string {
  return `question ${question}`
}

/** An open question as it is to stand; undefined when it has to be asked anew. */
function standingFor(charter: Charter, open: Hold, { detail }: Fresh): Hold | undefined {
  const known = detailOfHold(open)
  if (known === undefined) return undefined
  if (open.state === 'pending' && known.answers.length === 0) {
    const [before, after] = [known, detail].map((each) => askedDigest(charter, { ...each, question: open.question }))
    return before === after ? open : { ...open, detail }
  }
  if (open.state === 'granted' && !isNews(known, detail.call.at)) return undefined
  return isOutdated(charter, known, detail.objects) ? undefined : open
}

/** Whether it was granted since a call was made. What was granted before and is not enough for it never will be: something else is needed by now. */
function isNews({ answers }: HoldDetail, at: number): boolean {
  return answers.some((each) => each.at >= at)
}

function freshHold({ ready, approvals, reserved, origins, sentBy }: Asking, at: number, holdMs: number): Fresh {
  const { decision, facts } = reserved
  const { classes } = facts
  const detail: HoldDetail = {
    call: ready.call,
    objects: ready.objects,
    use: decision.use ?? '',
    charter: ready.force.version,
    approvals: approvals.map(({ name, quorum, says }) => ({
      name,
      quorum,
      says: says ?? decision.reasons.find((reason) => reason.constraint.endsWith(name))?.says ?? name,
    })),
    answers: [],
    reasons: decision.reasons,
    ...(origins === undefined ? {} : { origins }),
    ...(classes === undefined || classes.length === 0 ? {} : { classes }),
    ...(sentBy === 'guard' ? { sentBy } : {}),
  }
  const shortest = Math.min(holdMs, ...approvals.flatMap((each) => each.validForMs ?? []))
  return {
    id: newId(at),
    state: 'pending',
    question: ready.question,
    group: [ready.call.principal.id ?? '', ready.call.operation, ...approvals.map((each) => each.name)].join(' '),
    at,
    expires: at + shortest,
    detail,
  }
}
