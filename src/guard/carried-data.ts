/** What of classes of data is covered before a call is sent, put back for whom it is meant, and withheld from an answer. */
import { randomBytes } from 'node:crypto'
import type { CallRequest } from '../charter/charter.ts'
import { printPointer } from '../charter/pointer.ts'
import { type Cover, classesOfCall, coverRequest, withholdClasses } from '../classify/call.ts'
import { classesIn } from '../classify/classes.ts'
import { classesOf } from '../classify/recall.ts'
import { restoreTokens, type TokenEntry } from '../classify/token.ts'
import { leadsTo } from '../constraint/destination.ts'
import { flowsOf } from '../constraint/flow.ts'
import type { Obligation } from '../constraint/kind.ts'
import type { Decision } from '../decide/decision.ts'
import { bookOf, type Carrying, whereTo } from '../session/carried.ts'

/** New tokens are unguessable. */
const draw = (): string => randomBytes(16).toString('hex')

/** The request with what tokens stand for, where its operation may receive that; undefined where nothing changes. */
export function restored(carrying: Carrying): CallRequest | undefined {
  const { charter, operation, request, run } = carrying
  const { data } = charter
  if (run === undefined || run.tokens.byToken.size === 0 || data === undefined) return undefined
  const { body } = request
  const where = whereTo(carrying)
  const may = (name: string, at: readonly string[]): boolean =>
    flowsOf(data, name).some((flow) =>
      flow.to.some((to) =>
        leadsTo(to, { ...where, at: printPointer(at), class: name, by: 'token' }, { operation, body }),
      ),
    )
  const value = restoreTokens(body, run.tokens, may)
  return JSON.stringify(value) === JSON.stringify(body) ? undefined : { ...request, body: value }
}

/** What must be sent instead of a request, because part of it may not go there; undefined where nothing changes. */
export function covered(
  carrying: Carrying,
  { obligations }: Decision,
): { readonly request: CallRequest; readonly entries: readonly TokenEntry[] } | undefined {
  const covers = obligations.filter((each): each is Obligation & Cover => each.kind === 'cover')
  if (covers.length === 0) return undefined
  const { labels, operation, run } = carrying
  const find = (request: CallRequest) => classesOfCall(labels, { operation, request }, run?.classes)
  return coverRequest(carrying.request, { find, covers, tokens: { book: bookOf(run), draw } })
}

/** Takes classes out of an answer; the tokens it puts there go to `keep`. */
export function withholding(
  { labels, operation, run }: Carrying,
  keep: (entry: TokenEntry) => void,
): (body: unknown, owed: Extract<Obligation, { kind: 'withhold' }>) => unknown {
  return (body, owed) => {
    const find = (value: unknown) => [
      ...classesIn(labels, value, { operation, side: 'answer' }),
      ...(run?.classes === undefined ? [] : classesOf(run.classes, value)),
    ]
    const { body: shown, entries } = withholdClasses(body, find, owed, { book: bookOf(run), draw })
    for (const entry of entries) keep(entry)
    return shown
  }
}
