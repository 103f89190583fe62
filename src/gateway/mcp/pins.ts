/** Tools as they were approved, and as their servers describe them now. */
import { createHash } from 'node:crypto'
import type { Charter } from '../../charter/charter.ts'
import type { Pin } from '../../constraint/facts.ts'
import { digestOf } from '../../guard/id.ts'
import { pinnedMembers, pinOf } from '../../integrity/pin.ts'
import { isRecord } from '../../wire/to-http.ts'

type Tool = Readonly<Record<string, unknown>>

/** A tool as it was approved. */
export interface Approved {
  readonly tool: Tool
  readonly pin: string
}

/** A tool that is another one than was approved. `members` differ. */
export interface Drift {
  readonly source: string
  readonly tool: string
  readonly kind: 'changed' | 'new'
  readonly members: readonly string[]
  readonly before?: Tool
  readonly now: Tool
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** How long a list that was seen is believed, unless the server says that it is another one. */
const believedMs = 60_000

/** Follows what servers say their tools are. */
export class Pins {
  readonly #charter: () => Charter
  readonly #onDrift: (drift: Drift) => void
  #approvedOf:
    | { readonly charter: Charter; readonly tools: ReadonlyMap<string, ReadonlyMap<string, Approved>> }
    | undefined
  readonly #live = new Map<string, { at: number; readonly tools: Map<string, string> }>()
  readonly #told = new Set<string>()

  constructor(charter: () => Charter, onDrift: (drift: Drift) => void) {
    this.#charter = charter
    this.#onDrift = onDrift
  }

  /** The approved tools of a source by name; undefined when it has no list, and none is compared. */
  approved(source: string): ReadonlyMap<string, Approved> | undefined {
    const charter = this.#charter()
    if (this.#approvedOf?.charter !== charter) this.#approvedOf = { charter, tools: approvedIn(charter) }
    return this.#approvedOf.tools.get(source)
  }

  /** How a tool is described now. */
  stateOf(source: string, tool: string): Pin {
    const approved = this.approved(source)?.get(tool)
    const live = this.#live.get(source)?.tools.get(tool)
    if (approved === undefined || live === undefined) return 'unknown'
    return live === approved.pin ? 'pinned' : 'changed'
  }

  /** Whether the list of a source must be asked for before its tools are called. */
  isStale(source: string): boolean {
    if (this.approved(source) === undefined) return false
    const at = this.#live.get(source)?.at
    return at === undefined || performance.now() - at > believedMs
  }

  /** The server says that its list is another one. */
  doubt(source: string): void {
    const known = this.#live.get(source)
    if (known !== undefined) known.at = Number.NEGATIVE_INFINITY
  }

  /**
   * Takes what a server listed. @param whole - It is the whole list: what it does not have is gone.
   * @returns those that are as they were approved.
   */
  see(source: string, tools: readonly unknown[], whole: boolean): readonly Tool[] {
    const approved = this.approved(source)
    const listed = tools.filter(isRecord)
    if (approved === undefined) return listed
    const known = whole ? new Map<string, string>() : (this.#live.get(source)?.tools ?? new Map<string, string>())
    const kept = listed.filter((tool) => {
      const name = String(tool['name'])
      const before = approved.get(name)
      // A name that comes twice is described in two ways: neither is believed.
      const twice = listed.filter((each) => each['name'] === tool['name']).length > 1
      known.set(name, twice ? 'twice' : pinOf(tool, sha256))
      const same = before !== undefined && !twice && before.pin === pinOf(tool, sha256)
      if (!same) this.#tell(source, name, before?.tool, tool)
      return same
    })
    this.#live.set(source, { at: performance.now(), tools: known })
    return kept
  }

  #tell(source: string, tool: string, before: Tool | undefined, now: Tool): void {
    const key = `${source}.${tool} ${pinOf(now, sha256)}`
    if (this.#told.has(key) || this.#told.size > 1000) return
    this.#told.add(key)
    const members =
      before === undefined
        ? []
        : pinnedMembers.filter((name) => digestOf(before[name] ?? null) !== digestOf(now[name] ?? null))
    this.#onDrift({
      source,
      tool,
      kind: before === undefined ? 'new' : 'changed',
      members,
      ...(before === undefined ? {} : { before }),
      now,
    })
  }
}

function approvedIn(charter: Charter): ReadonlyMap<string, ReadonlyMap<string, Approved>> {
  const found = new Map<string, ReadonlyMap<string, Approved>>()
  for (const { name, description } of charter.sources.values()) {
    const { document } = description
    const tools = description.format === 'mcp' && isRecord(document) ? document['tools'] : undefined
    if (!Array.isArray(tools)) continue
    const listed: readonly unknown[] = tools
    found.set(
      name,
      new Map(listed.filter(isRecord).map((tool) => [String(tool['name']), { tool, pin: pinOf(tool, sha256) }])),
    )
  }
  return found
}
