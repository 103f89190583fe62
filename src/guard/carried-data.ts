/** The classes of data that calls and answers carry: found, covered before a call is sent, withheld from an answer. */
import { randomBytes } from 'node:crypto'
import type { CallRequest, Charter, OperationId } from '../charter/charter.ts'
import { printPointer } from '../charter/pointer.ts'
import { objectOf, textOf } from '../charter/source/plain.ts'
import { besideTokens, type Cover, classesOfCall, coverRequest, withholdClasses } from '../classify/call.ts'
import { classesIn } from '../classify/classes.ts'
import { seenOf } from '../classify/finding.ts'
import type { Labels } from '../classify/labels.ts'
import { classesOf } from '../classify/recall.ts'
import { restoreTokens, type TokenBook, type TokenEntry } from '../classify/token.ts'
import { leadsTo } from '../constraint/destination.ts'
import type { ClassSeen } from '../constraint/facts.ts'
import { flowsOf } from '../constraint/flow.ts'
import type { Obligation } from '../constraint/kind.ts'
import { goesToModel, modelOf } from '../constraint/run.ts'
import type { Decision } from '../decide/decision.ts'
import type { KnownRun } from './known-run.ts'
import type { Localities } from './runtime.ts'

/** A call as far as its data matters, and what is known of its run. */
export interface Carrying {
  readonly charter: Charter
  readonly labels: Labels
  readonly operation: OperationId
  readonly request: CallRequest
  readonly run?: KnownRun
  readonly localities: Localities
}

/** New tokens are unguessable. */
const draw = (): string => randomBytes(16).toString('hex')

/** The classes of data a call carries, and where it takes them. */
export function carriedClasses(carrying: Carrying): readonly ClassSeen[] {
  const { labels, operation, request, run } = carrying
  const found = classesOfCall(labels, { operation, request }, run?.classes)
  const seen = seenOf(besideTokens(request, found, bookOf(run)))
  const where = whereTo(carrying)
  return seen.map((each) => ({ ...each, ...where }))
}

/** Where a call goes, beside its operation. */
function whereTo({
  charter,
  localities,
  operation,
  request: { body },
}: Carrying): Omit<ClassSeen, 'at' | 'class' | 'by'> {
  const source = charter.operations.get(operation)?.shape.source ?? ''
  const { region, provider } = localities[source] ?? {}
  const locality = { ...(region === undefined ? {} : { region }), ...(provider === undefined ? {} : { provider }) }
  if (!goesToModel(charter, operation)) return locality
  const name = modelOf(body)
  const said = textOf(objectOf(body)['region'])
  return {
    ...(said === undefined ? {} : { region: said }),
    ...locality,
    provider: provider ?? name.slice(0, name.indexOf('/')),
    to: { kind: 'model', name },
  }
}

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

/** Tokens drawn for nobody's run are never put back. */
function bookOf(run: KnownRun | undefined): TokenBook {
  return run?.tokens ?? { byToken: new Map(), byPlain: new Map() }
}
