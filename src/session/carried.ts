/** The classes of data that a call carries, and where it takes them. */
import type { CallRequest, Charter, OperationId } from '../charter/charter.ts'
import { objectOf, textOf } from '../charter/source/plain.ts'
import { besideTokens, classesOfCall } from '../classify/call.ts'
import { seenOf } from '../classify/finding.ts'
import type { Labels } from '../classify/labels.ts'
import type { ClassMemory } from '../classify/memory.ts'
import { type TokenBook, tokenBook } from '../classify/token.ts'
import type { ClassSeen } from '../constraint/facts.ts'
import { goesToModel, modelOf } from '../constraint/run.ts'

/** By source of the charter: where it works on what it is sent, and who does, as flows name them. What is not said is not known. */
export type Localities = Readonly<Record<string, { readonly region?: string; readonly provider?: string }>>

/** A call as far as its data matters, and what is known of its run. */
export interface Carrying {
  readonly charter: Charter
  readonly labels: Labels
  readonly operation: OperationId
  readonly request: CallRequest
  readonly run?: { readonly classes?: ClassMemory; readonly tokens: TokenBook }
  readonly localities: Localities
}

/** The classes of data a call carries, and where it takes them. */
export function carriedClasses(carrying: Carrying): readonly ClassSeen[] {
  const { labels, operation, request, run } = carrying
  const found = classesOfCall(labels, { operation, request }, run?.classes)
  const seen = seenOf(besideTokens(request, found, bookOf(run)))
  const where = whereTo(carrying)
  return seen.map((each) => ({ ...each, ...where }))
}

/** Where a call goes, beside its operation. */
export function whereTo({
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

/** Tokens drawn for nobody's run are never put back. */
export function bookOf(run: Carrying['run']): TokenBook {
  return run?.tokens ?? tokenBook()
}
