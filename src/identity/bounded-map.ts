/** A map whose entries end, and which never has more than so many. */
export class BoundedMap<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly untilMs: number }>()
  readonly #most: number
  readonly #now: () => number

  constructor(most: number, now: () => number) {
    this.#most = most
    this.#now = now
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry.untilMs > this.#now()) return entry.value
    this.#entries.delete(key)
    return undefined
  }

  /** The oldest gives way to the newest. */
  set(key: string, value: Value, untilMs: number): void {
    this.#entries.delete(key)
    if (this.#entries.size >= this.#most) this.#makeRoom()
    this.#entries.set(key, { value, untilMs })
  }

  /** As `set`, but an entry that still counts is never given up: false when there is no room. */
  keep(key: string, value: Value, untilMs: number): boolean {
    if (this.#entries.size >= this.#most) this.#sweep()
    if (this.#entries.size >= this.#most) return false
    this.#entries.set(key, { value, untilMs })
    return true
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  get size(): number {
    return this.#entries.size
  }

  #makeRoom(): void {
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }

  #sweep(): void {
    const now = this.#now()
    for (const [key, { untilMs }] of this.#entries) if (untilMs <= now) this.#entries.delete(key)
  }
}
