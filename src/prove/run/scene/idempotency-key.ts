/** Idempotency keys: new for every call, the same again only where a case wants it. */
import type { CallRequest, Charter, Use } from '../../../charter/charter.ts'
import type { Reference } from '../../../charter/pointer.ts'
import type { ApiDescription, OperationShape } from '../../../charter/source/description.ts'
import { makeExample } from '../../../charter/source/example.ts'
import { propertiesOf, resolveSchema } from '../../../charter/source/schema.ts'
import { placeValue, valueAt } from '../../../wire/place.ts'
import { seededRandom } from '../open-lab.ts'
import type { Supply } from './request.ts'

const headerName = /^(?:x-)?idempoten(?:cy|t)/i

/** The request with new idempotency keys where it carries any; examples of them are never sent. */
export function withFreshKeys(charter: Charter, use: Use, request: CallRequest, supply: Supply): CallRequest {
  return placesOf(charter, use).reduce(
    (made, at) => (valueAt(made, at) === undefined ? made : placeValue(made, at, freshKey(charter, use, at, supply))),
    request,
  )
}

/** The request with a new key at a place, whether it had one or not. */
export function withFreshKeyAt(
  charter: Charter,
  use: Use,
  { request, at }: { readonly request: CallRequest; readonly at: Reference },
  supply: Supply,
): CallRequest {
  const place = asDescribed(charter, use, at)
  return placeValue(request, place, freshKey(charter, use, place, supply))
}

/** What the charter names, in any use of the operation, and headers of that name. */
function placesOf(charter: Charter, use: Use): readonly Reference[] {
  const operation = charter.operations.get(use.operation)
  const named = operation?.uses.flatMap((each) =>
    each.constraints.flatMap((constraint) =>
      constraint.kind === 'idempotency' ? [asDescribed(charter, use, constraint.key)] : [],
    ),
  )
  const headers = operation?.shape.parameters.filter((each) => each.in === 'header' && headerName.test(each.name))
  const described = headers?.map(({ name }): Reference => ({ from: 'request', in: 'header', name }))
  return [...(named ?? []), ...(described ?? [])]
}

/** Header names are written as the description writes them, so that none is sent twice. */
function asDescribed(charter: Charter, use: Use, at: Reference): Reference {
  if (at.in !== 'header') return at
  const parameters = charter.operations.get(use.operation)?.shape.parameters ?? []
  const name = at.name.toLowerCase()
  const found = parameters.find((each) => each.in === 'header' && each.name.toLowerCase() === name)
  return found === undefined ? at : { ...at, name: found.name }
}

/** A key that fits its schema; of this run alone, also where only chance makes it. */
function freshKey(charter: Charter, use: Use, at: Reference, supply: Supply): unknown {
  const token = supply.fresh('key')
  const shape = charter.operations.get(use.operation)?.shape
  const description = charter.sources.get(shape?.source ?? '')?.description
  const schema = description === undefined || shape === undefined ? undefined : schemaAt(description, shape, at)
  if (description === undefined || schema === undefined) return `lockstep-${token}`
  const { example: _example, examples: _examples, default: _default, ...rest } = resolveSchema(description, schema)
  const chance = { random: seededRandom(token), fresh: () => `lockstep-${token}` }
  return makeExample(description, rest, { ...chance, direction: 'request', name: 'reference' })
}

function schemaAt(description: ApiDescription, shape: OperationShape, at: Reference): unknown {
  if (at.in !== 'body') return shape.parameters.find((each) => each.in === at.in && each.name === at.name)?.schema
  return at.pointer.reduce<unknown>(
    (schema, name) => (schema === undefined ? undefined : propertiesOf(description, schema)[name]?.schema),
    shape.body?.schema,
  )
}
