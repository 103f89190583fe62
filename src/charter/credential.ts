/** Objects that are credentials: whoever makes one is told a secret that lets in. */
import type { Charter, ObjectType } from './charter.ts'
import type { Pointer } from './pointer.ts'
import { propertiesOf, resolveSchema } from './source/schema.ts'

const named = /^(secret|token|(api|client|access|secret|raw|plain|bearer)[-_]?(key|secret|token)|key)$/i

/**
 * Where the answer that makes an object of a type holds its secret: as the charter says, else a text named like one, rather one
 * that reading the object does not show again. Whether it lets in is for whoever uses it to find out.
 */
export function secretOf(charter: Charter, type: ObjectType): Pointer | undefined {
  if (type.credential !== undefined) return type.credential
  const shownAgain = namesIn(charter, type.read)
  for (const { operation } of type.transitions.filter((use) => use.creates)) {
    const names = namesIn(charter, operation).filter((name) => named.test(name) && type.key.join('/') !== name)
    const name = names.find((each) => !shownAgain.includes(each)) ?? names[0]
    if (name !== undefined) return [name]
  }
  return undefined
}

/** Names of texts at the top of an operation's successful answers. */
function namesIn(charter: Charter, operation: string | undefined): string[] {
  const shape = charter.operations.get(operation ?? '')?.shape
  const home = charter.sources.get(shape?.source ?? '')?.description
  if (shape === undefined || home === undefined) return []
  const good = shape.responses.filter((each) => each.status.startsWith('2') && each.schema !== undefined)
  return good.flatMap(({ schema }) =>
    Object.entries(propertiesOf(home, schema))
      .filter(([, property]) => [resolveSchema(home, property.schema)['type']].flat().includes('string'))
      .map(([name]) => name),
  )
}
