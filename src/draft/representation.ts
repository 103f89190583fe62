import { bare } from '../charter/bare.ts'
import type { ApiDescription, OperationShape, Schema } from '../charter/source/description.ts'
import { type PropertyShape, propertiesOf } from '../charter/source/schema.ts'

/** What is known of how one thing looks. */
export interface Representation {
  /** Where it stands in the answer of `read`; empty when it is the answer. */
  readonly at: readonly string[]
  readonly members: Readonly<Record<string, PropertyShape>>
}

/** The schema of an answer that took effect. */
export function answerSchema(shape: OperationShape | undefined): Schema | undefined {
  return shape?.responses.find((each) => /^2(\d\d|XX)$/i.test(each.status) && each.schema !== undefined)?.schema
}

const envelopes: ReadonlySet<string> = new Set(['data', 'result', 'item', 'payload', 'content', 'response', 'value'])

/** Where one thing stands in the answer of an operation, and how it looks there; undefined when no answer is described. */
export function answeredThing(
  description: ApiDescription,
  shape: OperationShape | undefined,
): Representation | undefined {
  const schema = answerSchema(shape)
  if (schema === undefined) return undefined
  const members = propertiesOf(description, schema)
  const names = Object.keys(members)
  const wrapped = names.find((name) => envelopes.has(bare(name)) && hasMembers(description, members[name]?.schema))
  if (wrapped === undefined || names.some((name) => /^_?id$/i.test(name))) return { at: [], members }
  return { at: [wrapped], members: propertiesOf(description, members[wrapped]?.schema) }
}

function hasMembers(description: ApiDescription, schema: Schema | undefined): boolean {
  return schema !== undefined && Object.keys(propertiesOf(description, schema)).length > 0
}
