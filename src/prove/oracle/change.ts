/** A difference an observer saw between two looks. */
export interface Change {
  /** Which object, as `order` or `from account`. */
  readonly label: string
  /** A JSON pointer into the object, or `state`, `exists` or `count`. */
  readonly pointer: string
  readonly before: unknown
  readonly after: unknown
}
