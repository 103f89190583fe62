import { printPointer } from '../charter/pointer.ts'

/**
 * Where arguments stand that a schema does not describe, as JSON Pointers: members beside the `properties` of an object, also of one
 * within another or in a list. What says that it takes more (`additionalProperties`, `patternProperties`), or says nothing of members, is
 * open; so is what is put together of several schemas. Objects that say neither take nothing else: that is stricter than JSON Schema,
 * which would let a tool be called with what nobody who approved it has read of.
 */
export function undescribedArguments(schema: unknown, value: unknown): readonly string[] {
  const found: string[] = []
  walk(schema, value, [], found)
  return found
}

type Path = readonly string[]

function walk(schema: unknown, value: unknown, path: Path, found: string[]): void {
  if (!isMap(schema) || typeof value !== 'object' || value === null || path.length > deepest) return
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) walk(schema['items'], each, [...path, String(index)], found)
    return
  }
  const { properties } = schema
  if (!isMap(properties)) return
  for (const [name, each] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) walk(properties[name], each, [...path, name], found)
    else if (!isOpen(schema)) found.push(printPointer([...path, name]))
  }
}

const deepest = 8
const opening = [
  'additionalProperties',
  'patternProperties',
  'allOf',
  'anyOf',
  'oneOf',
  '$ref',
  '$dynamicRef',
  'if',
] as const

function isOpen(schema: Readonly<Record<string, unknown>>): boolean {
  return opening.some((name) => schema[name] !== undefined && schema[name] !== false)
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
