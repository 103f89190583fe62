import { pointer } from './link-object.ts'
import type { Linker } from './linker.ts'
import type { Pointer } from './pointer.ts'
import { propertiesOf, resolveSchema } from './source/schema.ts'

/**
 * Where the list stands in the answer of an operation: where the charter says, else the answer itself, or the only member of it that the
 * description declares as a list.
 */
export function itemsPlace(linker: Linker, operation: string, said: string | undefined): Pointer {
  if (said !== undefined) return pointer(said)
  const shape = linker.shapes.get(operation)
  const home = linker.descriptions.get(shape?.source ?? '')
  const schema = shape?.responses.find((each) => each.status.startsWith('2'))?.schema
  if (home === undefined || schema === undefined) return []
  const lists = Object.entries(propertiesOf(home, schema)).filter(([, property]) => {
    const { type } = resolveSchema(home, property.schema)
    return type === 'array' || (Array.isArray(type) && type.includes('array'))
  })
  const [only] = lists
  return lists.length === 1 && only !== undefined ? [only[0]] : []
}
