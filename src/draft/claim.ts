/** What a statement of a draft rests on: `guessed` from names and texts, `seen` at the running API. */
export type Basis = 'guessed' | 'seen'

/** A value of a draft that a person has to confirm, with the reason it is there. Certain values stand without one. */
export class Claim<T = unknown> {
  readonly value: T
  readonly basis: Basis
  readonly because: string

  constructor(value: T, basis: Basis, because: string) {
    this.value = value
    this.basis = basis
    this.because = because
  }
}

/** A value, certain or claimed. */
export type Said<T> = T | Claim<T>

/** A value believed because of names or texts. */
export function guess<T>(value: T, because: string): Claim<T> {
  return new Claim(value, 'guessed', because)
}

/** A value that requests to the running API showed. */
export function seen<T>(value: T, what: string): Claim<T> {
  return new Claim(value, 'seen', what)
}

/** The value of something said, without its reason. */
export function saidValue<T>(said: Said<T>): T {
  return said instanceof Claim ? said.value : said
}

/** The same reason for another value; a certain thing stays certain. */
export function mapSaid<T, U>(said: Said<T>, change: (value: T) => U): Said<U> {
  return said instanceof Claim ? new Claim(change(said.value), said.basis, said.because) : change(said)
}

/** The value with all reasons inside taken out, as plain JSON; members that are undefined are left out. */
export function withoutReasons(value: unknown): unknown {
  if (value instanceof Claim) return withoutReasons(value.value)
  if (Array.isArray(value)) return value.map(withoutReasons)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [name, withoutReasons(member)]))
}
