const redacted = '[redacted]'
/** The name under which Node looks for how a value is shown; known without importing Node. */
const shown: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/** A value that prints as `[redacted]` wherever it is printed; only `reveal` gives it away. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return redacted
  }

  toJSON(): string {
    return redacted
  }

  [shown](): string {
    return redacted
  }
}
