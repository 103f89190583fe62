import type { ObjectType } from '../charter.ts'
import { getPointer } from '../pointer.ts'
import type { ApiDescription, OperationShape, Schema } from '../source/description.ts'
import { itemSchema, propertiesOf, resolveSchema } from '../source/schema.ts'
import type { Checker } from './checker.ts'

/** All that schemas are found by. */
type Known = Pick<Checker, 'charter'>

/** A schema with the description it stands in. */
export interface Placed {
  readonly home: ApiDescription
  readonly schema: Schema
}

/** Whether a schema has a place: it does, it does not say, or it names its members and this is none of them. */
export type Found =
  | { readonly verdict: 'there'; readonly at: Placed }
  | { readonly verdict: 'unsaid' }
  | { readonly verdict: 'missing'; readonly name: string; readonly known: readonly string[]; readonly open: boolean }

/** Walks from a schema along member names and list indexes. */
export function lookUp(from: Placed, path: readonly string[]): Found {
  let at = from
  for (const token of path) {
    const next = step(at, token)
    if (next.verdict !== 'there') return next
    at = next.at
  }
  return { verdict: 'there', at }
}

function step({ home, schema }: Placed, token: string): Found {
  const items = /^\d+$/.test(token) ? itemSchema(home, schema) : undefined
  if (items !== undefined) return { verdict: 'there', at: { home, schema: items } }
  const members = propertiesOf(home, schema)
  const member = members[token]
  if (member !== undefined) return { verdict: 'there', at: { home, schema: member.schema } }
  const known = Object.keys(members)
  if (known.length === 0) return { verdict: 'unsaid' }
  const { additionalProperties } = resolveSchema(home, schema)
  const open =
    additionalProperties === true || (typeof additionalProperties === 'object' && additionalProperties !== null)
  return { verdict: 'missing', name: token, known, open }
}

/** The schema of a request body; undefined when the operation takes none. */
export function bodyOf(checker: Known, shape: OperationShape): Placed | undefined {
  const home = checker.charter.sources.get(shape.source)?.description
  return shape.body === undefined || home === undefined ? undefined : { home, schema: shape.body.schema }
}

/** The schema of the answer to a call that took effect; undefined when none is described. */
export function answerOf(checker: Known, shape: OperationShape | undefined): Placed | undefined {
  const home = checker.charter.sources.get(shape?.source ?? '')?.description
  const effective = shape?.responses.find((each) => /^2(\d\d|XX)$/i.test(each.status) && each.schema !== undefined)
  return home === undefined || effective?.schema === undefined ? undefined : { home, schema: effective.schema }
}

/** The schema of an object as `read` shows it; undefined when it is not described. */
export function representationOf(checker: Known, type: ObjectType): Placed | undefined {
  const answer = answerOf(checker, shapeOf(checker, type.read))
  if (answer === undefined) return undefined
  const found = lookUp(answer, type.readAt)
  return found.verdict === 'there' ? found.at : undefined
}

/** The schema of an object as its `list` shows it; undefined when it is not described. */
export function listedOf(checker: Known, type: ObjectType): Placed | undefined {
  const answer = answerOf(checker, shapeOf(checker, type.list))
  const items = checker.charter.operations.get(type.list ?? '')?.lists?.items ?? []
  if (answer === undefined) return undefined
  const found = lookUp(answer, [...items, '0'])
  return found.verdict === 'there' ? found.at : undefined
}

/** What the operations that create objects of a type answer with: a code shown once is there and never again. */
export function firstAnswersOf(checker: Known, type: ObjectType): readonly Placed[] {
  const creating = type.transitions.filter((use) => use.creates)
  return creating.flatMap((use) => answerOf(checker, shapeOf(checker, use.operation)) ?? [])
}

/** The shape of an operation, whether the charter covers it or not. */
export function shapeOf(checker: Known, id: string | undefined): OperationShape | undefined {
  if (id === undefined) return undefined
  return checker.charter.operations.get(id)?.shape ?? checker.charter.uncovered.find((shape) => shape.id === id)
}

/** Whether an example in the charter has a value at the place, so that a schema that lacks it is the one at fault. */
export function exampleHas(example: unknown, path: readonly string[]): boolean {
  return getPointer(example, path) !== undefined
}
