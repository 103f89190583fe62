import Big from 'big.js'

/** One text, number or member name of a JSON value. */
export interface Leaf {
  /** Where it is; for a name, where the member is. */
  readonly at: readonly string[]
  readonly text: string
  readonly kind: 'text' | 'number' | 'name'
}

/** All leaves that can carry something, in document order, member names before their values. Does not recurse. */
export function leavesOf(value: unknown): readonly Leaf[] {
  const leaves: Leaf[] = []
  const open: Leaf['at'][] = [[]]
  const values: unknown[] = [value]
  while (open.length > 0) {
    const at = open.pop() ?? []
    const each = values.pop()
    const name = at.at(-1)
    if (at.length > 0 && name !== undefined && !/^\d{1,3}$/.test(name)) leaves.push({ at, text: name, kind: 'name' })
    if (typeof each === 'string') leaves.push({ at, text: each, kind: 'text' })
    else if (typeof each === 'number' || typeof each === 'bigint' || each instanceof Big) {
      leaves.push({ at, text: numberText(each), kind: 'number' })
    } else if (typeof each === 'object' && each !== null) {
      const members = Object.entries(each)
      for (let i = members.length - 1; i >= 0; i--) {
        const [member = '', inner] = members[i] ?? []
        open.push([...at, member])
        values.push(inner)
      }
    }
  }
  return leaves
}

/** A number as text, never in scientific notation where it is exact. */
export const numberText = (value: number | bigint | Big): string =>
  value instanceof Big ? value.toFixed() : String(value)

/** The word a leaf goes by: the nearest member name that is no index. */
export function fieldOf(at: readonly string[]): string {
  for (let i = at.length - 1; i >= 0; i--) {
    const token = at[i] ?? ''
    if (!/^\d+$/.test(token)) return token
  }
  return ''
}

/** Whether a value is a number of JSON, exact or not. */
export const isNumber = (value: unknown): value is number | bigint | Big =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Big
