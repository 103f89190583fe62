/** Texts within JSON, and JSON with one of them exchanged. */

/** A text and the steps that lead to it. */
export interface TextLeaf {
  readonly at: readonly string[]
  readonly text: string
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** All texts in a value, in the order in which they stand. */
export function textLeaves(value: unknown, at: readonly string[] = []): readonly TextLeaf[] {
  if (typeof value === 'string') return [{ at, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => textLeaves(each, [...at, name]))
}

/** A copy with another value at a place; the value itself where the place is not there. */
export function withValueAt(value: unknown, [step, ...rest]: readonly string[], put: unknown): unknown {
  if (step === undefined) return put
  if (Array.isArray(value))
    return value.map((each, index) => (String(index) === step ? withValueAt(each, rest, put) : each))
  if (!isRecord(value) || !Object.hasOwn(value, step)) return value
  return { ...value, [step]: withValueAt(value[step], rest, put) }
}

/** What a text says as JSON; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
