import { styleText } from 'node:util'

/** What the process ends with; pinned, because scripts depend on them. */
export const exitCodes = { fine: 0, failure: 1, denied: 2, invalid: 3 } as const satisfies Record<string, number>

export type Style = Parameters<typeof styleText>[0]

/** Where a command reads from and speaks to; a command knows nothing of the process it runs in. */
export interface Terminal {
  /** Writes a line of the result. */
  readonly print: (line: string) => void
  /** Writes a line about the run itself. */
  readonly printError: (line: string) => void
  /** The text in a style, where colours are shown; otherwise as it is. */
  readonly paint: (style: Style, text: string) => string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Sets what the process ends with; the last one counts. */
  readonly finish: (code: keyof typeof exitCodes) => void
  readonly exitCode: () => number
}

/** The minimum of a stream that `openTerminal` needs. */
export interface Output {
  readonly write: (text: string) => unknown
  readonly isTTY?: boolean
  readonly on?: (event: 'error', listener: (error: Error) => void) => unknown
}

/** A terminal over two streams. Colours follow NO_COLOR, FORCE_COLOR, and whether the result goes to a screen. */
export function openTerminal(out: Output, error: Output, env: Readonly<Record<string, string | undefined>>): Terminal {
  const colors = hasColors(out, env)
  let code: number = exitCodes.fine
  for (const stream of [out, error]) stream.on?.('error', unlessClosed)
  return {
    print: (line) => void out.write(`${line}\n`),
    printError: (line) => void error.write(`${line}\n`),
    paint: (style, text) => (colors ? styleText(style, text, { validateStream: false }) : text),
    env,
    finish: (name) => {
      code = exitCodes[name]
    },
    exitCode: () => code,
  }
}

/** https://no-color.org: any value but the empty one turns colours off. */
function hasColors(out: Output, env: Readonly<Record<string, string | undefined>>): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false
  const forced = env['FORCE_COLOR'] ?? ''
  if (forced !== '') return forced !== '0'
  return out.isTTY === true && env['TERM'] !== 'dumb'
}

/** Whoever reads may stop at any time, as `head` does: the rest is for nobody, and no failure. */
function unlessClosed(error: Error): void {
  if (!('code' in error) || error.code !== 'EPIPE') throw error
}
