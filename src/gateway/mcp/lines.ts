/** Messages on a pipe: one a line. */

const lf = 0x0a

/** Cuts what comes into lines, without their ends; empty ones are left out. */
export class LineSplitter {
  #kept: Buffer[] = []
  #size = 0
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @returns the lines that are complete now; undefined when one is longer than `maxBytes`. */
  push(chunk: Buffer): readonly Buffer[] | undefined {
    const lines: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(lf); end !== -1; end = chunk.indexOf(lf, start)) {
      const line = Buffer.concat([...this.#kept, chunk.subarray(start, end)])
      this.#kept = []
      this.#size = 0
      start = end + 1
      const bare = line.at(-1) === 0x0d ? line.subarray(0, -1) : line
      if (bare.length > this.#maxBytes) return undefined
      if (bare.length > 0) lines.push(bare)
    }
    const rest = chunk.subarray(start)
    if (rest.length > 0) this.#kept.push(rest)
    this.#size += rest.length
    return this.#size > this.#maxBytes ? undefined : lines
  }
}

/** A message as one line: line ends in JSON text are blanks. */
export function lineOf(message: Buffer): Buffer {
  const flat =
    message.includes(lf) || message.includes(0x0d)
      ? Buffer.from(message.toString('utf8').replaceAll(/[\r\n]+/g, ' '))
      : message
  return Buffer.concat([flat, Buffer.of(lf)])
}
