/** A difference an observer saw between two looks. */
export interface Change {
  /** Which object, as `order` or `from account`. */
  readonly label: string
  /** A JSON pointer into the object, or `state`, `exists` or `count`. */
  readonly pointer: string
  readonly before: unknown
  readonly after: unknown
}

/** Whether a value that was sent and one that is read mean the same: text and numbers count alike. */
export function sameValue(left: unknown, right: unknown): boolean {
  return (
    left === right ||
    JSON.stringify(left) === JSON.stringify(right) ||
    (typeof left !== 'object' && typeof right !== 'object' && left !== undefined && Number(left) === Number(right))
  )
}
