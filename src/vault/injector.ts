/** What gateways ask of the vault at the moment of sending, and of what comes back. */

/** For what secrets are wanted. Without `operation`: for a whole source, as the connection or the process of an MCP server. */
export interface Asking {
  readonly source: string
  readonly operation?: string
  /** The id under which the ledger has the call. */
  readonly call?: string
  /** Of the run; where there is none, the workflow the operation belongs to. */
  readonly workflow?: string
  readonly agent?: string
  readonly principal?: string
}

/** What is about to be sent, before any secret is in it. */
export interface Outgoing {
  /** Names and values in turn. */
  readonly headers?: readonly string[]
  /** Without the question mark. */
  readonly query?: string
  /** The JSON body (of a tool: its arguments); called only when a secret belongs into it. Undefined when there is none that can be changed. */
  readonly body?: () => unknown
  /** The body as it came, to find placeholders in it that are not where they belong. */
  readonly text?: Buffer | string
}

/** One version of one secret. All that is ever recorded of it. */
export interface SecretVersion {
  readonly name: string
  readonly version: number
}

/** What is sent instead. Holds values: never logged, never recorded. */
export interface Injected {
  readonly headers: string[]
  readonly query?: string
  /** Given only when a secret was put into it. */
  readonly body?: unknown
  readonly used: readonly SecretVersion[]
}

/**
 * Takes values out of what came back. All that it gives has `[secret NAME]` in their stead; what has none is given back as it is, the
 * very same object. Also found: JSON escapes, URL, base64 (anywhere in longer base64) and hexadecimal forms, and values that are split
 * over the strings of one JSON text.
 */
export interface Scrubber {
  text(text: string): string
  /** UTF-8, or anything else: bytes that are no value stay as they are. */
  bytes(bytes: Buffer): Buffer
  /** A parsed JSON value. */
  value(value: unknown): unknown
  /** For what is passed on as it comes. Holds back only what may be the beginning of a value. */
  stream(): ScrubStream
  /** The names of what was found so far. */
  readonly found: ReadonlySet<string>
}

/** One stream; values split over the strings of a JSON text are not found in it. */
export interface ScrubStream {
  push(chunk: Buffer): Buffer
  end(): Buffer
}

/** The vault as gateways know it. */
export interface Injector {
  /**
   * Puts in what belongs into this call, and puts that on the record, name and version, before it resolves. Called once for each time
   * something is sent, as late as can be. Without a secret for the call, the result has what was given.
   *
   * @throws {VaultError} when a secret belongs into the call and cannot be had: it must not be sent then.
   */
  inject(asking: Asking, outgoing: Outgoing): Promise<Injected>
  /** The variables for the process of a source. On the record before it resolves. @throws {VaultError} as `inject`. */
  environment(asking: Asking): Promise<Readonly<Record<string, string>>>
  /** Whether any secret may go to this source, so that what comes back from it must be scrubbed. */
  watches(source: string): boolean
  /** Knows every value there is now. What it finds goes on the record when `found` is told to `returned`. */
  scrubber(): Scrubber
  /** Puts on the record that values came back in an answer. Never rejects. */
  returned(asking: Asking, found: ReadonlySet<string>): void
}
