/** Tools of MCP servers as the sessions of agents saw them described. */
import { createHash } from 'node:crypto'
import type { Pin } from '../../constraint/facts.ts'
import { pinOf } from '../../integrity/pin.ts'
import { type Tool, toolsIn } from '../../integrity/tool.ts'
import { Pins, type PinsOptions } from '../mcp/pins.ts'
import type { Session } from './session.ts'

/** So many sessions have what they saw in memory, to compare pages of one list with each other. */
const most = 10_000

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export class SeenTools {
  readonly #options: PinsOptions
  readonly #none: Pins
  readonly #bySession = new Map<string, Pins>()

  constructor(options: PinsOptions) {
    this.#options = options
    this.#none = new Pins(options)
  }

  /** How a session saw a tool described, beside what is approved now. */
  stateOf({ state }: Session, source: string, tool: string): Pin {
    const approved = this.#none.approved(source)?.get(tool)
    const seen = state.seen[source]?.[tool]
    if (approved === undefined || seen === undefined) return 'unknown'
    if (seen === approved.pin) return 'pinned'
    return seen === 'suspicious' ? seen : 'changed'
  }

  /** Takes what a server listed. @returns those that may be shown. @throws {StoreError} when it cannot be kept. */
  async see(session: Session, source: string, listed: readonly unknown[]): Promise<readonly Tool[]> {
    const pins = this.#pinsOf(session.id)
    const shown = pins.see(source, listed, false)
    const seen = Object.fromEntries(
      toolsIn(listed).map((tool) => {
        const as = pins.stateOf(source, tool.name)
        return [tool.name, as === 'pinned' ? pinOf(tool, sha256) : as] as const
      }),
    )
    await session.change((state) => ({
      value: undefined,
      state: { ...state, seen: { ...state.seen, [source]: { ...state.seen[source], ...seen } } },
    }))
    return shown
  }

  #pinsOf(session: string): Pins {
    const known = this.#bySession.get(session) ?? new Pins(this.#options)
    this.#bySession.delete(session)
    this.#bySession.set(session, known)
    const [oldest] = this.#bySession.keys()
    if (this.#bySession.size > most && oldest !== undefined) this.#bySession.delete(oldest)
    return known
  }
}
