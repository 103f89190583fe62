/** Tools as they were approved, and as their servers describe them now. */
import { createHash } from 'node:crypto'
import type { Charter } from '../../charter/charter.ts'
import type { Pin } from '../../constraint/facts.ts'
import { type ToolFinding, verdictOf } from '../../integrity/finding.ts'
import type { OtherTool } from '../../integrity/others.ts'
import { changesOf, pinOf, plainOf, type ToolChange } from '../../integrity/pin.ts'
import { scanTool } from '../../integrity/scan.ts'
import { type Tool, toolsIn } from '../../integrity/tool.ts'

/** A tool as it was approved. */
export interface Approved {
  readonly tool: Tool
  readonly pin: string
}

/** A tool that somebody should look at: nobody approved it, or as another one than it is now, or its description looks like an attack. */
export interface Sight {
  readonly source: string
  readonly tool: string
  readonly kind: 'new' | 'changed' | 'suspicious'
  /** It is neither shown nor called. */
  readonly held: boolean
  readonly pin: string
  /** Where it is another one than was approved, whole. */
  readonly changes: readonly ToolChange[]
  readonly findings: readonly ToolFinding[]
  /** As its server describes it now, as plain JSON. */
  readonly now: unknown
}

export interface PinsOptions {
  readonly charter: () => Charter
  /** Told once of each description of a tool. */
  readonly onSight: (sight: Sight) => void
  /** Told of tools that nobody needs to look at: at first, and when they were told of before. */
  readonly onFit?: (source: string, tools: readonly string[]) => void
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** How long a list that was seen is believed, unless the server says that it is another one. */
const believedMs = 60_000
/** Instead of the pin of a tool whose name comes twice. */
const twice = 'twice'
const mostLooks = 10_000
/** Of one source, so much is told in so much time. */
const [mostTold, tellingMs] = [4_000_000, 60 * 60_000]

/** A tool of a list, and what identifies how it is described. */
interface Listed {
  readonly tool: Tool
  readonly pin: string
}

/** What is to be thought of it under one charter. */
interface Look {
  readonly as: Pin
  readonly held: boolean
  readonly sight?: Sight
}

/** Follows what servers say their tools are. */
export class Pins {
  readonly #options: PinsOptions
  #approvedOf:
    | { readonly charter: Charter; readonly tools: ReadonlyMap<string, ReadonlyMap<string, Approved>> }
    | undefined
  readonly #live = new Map<string, { at: number; readonly tools: Map<string, Listed> }>()
  /** What was found of each description. */
  readonly #looks = new Map<string, Look>()
  readonly #told = new Map<string, Sight | undefined>()
  /** How much was told of each source lately. */
  readonly #telling = new Map<string, { readonly since: number; letters: number }>()

  constructor(options: PinsOptions) {
    this.#options = options
  }

  /** The approved tools of a source by name; undefined when it has no list, and none is compared. */
  approved(source: string): ReadonlyMap<string, Approved> | undefined {
    return this.#approvedTools().get(source)
  }

  #approvedTools(): ReadonlyMap<string, ReadonlyMap<string, Approved>> {
    const charter = this.#options.charter()
    if (this.#approvedOf?.charter !== charter) {
      this.#approvedOf = { charter, tools: approvedIn(charter) }
      this.#looks.clear()
    }
    return this.#approvedOf.tools
  }

  /** How a tool is described now. */
  stateOf(source: string, tool: string): Pin {
    if (this.approved(source)?.get(tool) === undefined) return 'unknown'
    return this.#lookOf(source, tool)?.as ?? 'unknown'
  }

  /** Whether a tool that nobody approved is held: its description looks like an attack. */
  isHeld(source: string, tool: string): boolean {
    return this.#lookOf(source, tool)?.held === true
  }

  #lookOf(source: string, tool: string): Look | undefined {
    const tools = this.#live.get(source)?.tools
    const listed = tools?.get(tool)
    return tools === undefined || listed === undefined ? undefined : this.#lookAt(source, listed, tools)
  }

  /** A tool as its server listed it last. */
  toolOf(source: string, tool: string): Tool | undefined {
    return this.#live.get(source)?.tools.get(tool)?.tool
  }

  /** Whether the list of a source must be asked for before its tools are called. */
  isStale(source: string): boolean {
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
   * @returns those that may be shown.
   */
  see(source: string, tools: readonly unknown[], whole: boolean): readonly Tool[] {
    const listed = toolsIn(tools)
    const times = new Map<string, number>()
    for (const { name } of listed) times.set(name, (times.get(name) ?? 0) + 1)
    const known = new Map(whole ? [] : this.#live.get(source)?.tools)
    for (const tool of listed) {
      // A name that comes twice is described in two ways: neither is believed.
      const isTwice = (times.get(tool.name) ?? 0) > 1
      known.set(tool.name, { tool, pin: isTwice ? twice : pinOf(tool, sha256) })
    }
    this.#live.set(source, { at: performance.now(), tools: known })
    this.#tell(source, known)
    return listed.filter(({ name }) => !this.isHeld(source, name))
  }

  #lookAt(source: string, { tool, pin }: Listed, among: ReadonlyMap<string, Listed>): Look {
    const charterTools = this.#approvedTools()
    const key = `${source}.${tool.name} ${pin}`
    const before = this.#looks.get(key)
    if (before !== undefined) return before
    const look = this.#judge(source, { tool, pin }, { among, approved: charterTools })
    if (this.#looks.size >= mostLooks) this.#looks.clear()
    this.#looks.set(key, look)
    return look
  }

  #judge(source: string, { tool, pin }: Listed, beside: Beside): Look {
    const approved = beside.approved.get(source)
    const before = approved?.get(tool.name)
    const findings = scanTool(tool, othersOf(source, tool, beside))
    const about = { source, tool: tool.name, pin, findings, now: plainOf(tool) }
    if (approved !== undefined && before?.pin !== pin) {
      const changes = changesOf(before?.tool, tool)
      const kind = before === undefined ? 'new' : 'changed'
      return { as: 'changed', held: true, sight: { ...about, kind, held: true, changes } }
    }
    const verdict = verdictOf(findings)
    if (verdict === 'fine' && pin !== twice) return { as: 'pinned', held: false }
    const holds = approved === undefined || this.#options.charter().sources.get(source)?.holdsSuspicious === true
    const held = pin === twice || (verdict === 'hold' && holds)
    return { as: held ? 'suspicious' : 'pinned', held, sight: { ...about, kind: 'suspicious', held, changes: [] } }
  }

  #tell(source: string, listed: ReadonlyMap<string, Listed>): void {
    const fit: string[] = []
    for (const [name, each] of listed) {
      const { sight } = this.#lookAt(source, each, listed)
      const key = `${source}.${name}`
      const isNews = !this.#told.has(key) || this.#told.get(key) !== sight
      if (!isNews || (this.#told.size >= mostLooks && !this.#told.has(key))) continue
      if (sight !== undefined && !this.#hasRoom(source, sight)) continue
      this.#told.set(key, sight)
      if (sight === undefined) fit.push(name)
      else this.#options.onSight(sight)
    }
    if (fit.length > 0) this.#options.onFit?.(source, fit)
  }

  /** What is told is kept, and no server may describe its tools anew without end: what does not fit is told later, and held all the same. */
  #hasRoom(source: string, sight: Sight): boolean {
    const now = performance.now()
    const known = this.#telling.get(source)
    const telling = known !== undefined && now - known.since < tellingMs ? known : { since: now, letters: 0 }
    this.#telling.set(source, telling)
    if (telling.letters > mostTold) return false
    telling.letters += JSON.stringify(sight).length
    return true
  }
}

/** What an agent sees beside a tool: the rest of its list, and what is approved of other servers. */
interface Beside {
  readonly among: ReadonlyMap<string, Listed>
  readonly approved: ReadonlyMap<string, ReadonlyMap<string, Approved>>
}

function othersOf(source: string, tool: Tool, { among, approved }: Beside): readonly OtherTool[] {
  const own = [...among.values()].flatMap((each) =>
    each.tool.name === tool.name ? [] : [{ tool: each.tool, server: source, same: true }],
  )
  const others = [...approved].flatMap(([server, tools]) =>
    server === source ? [] : [...tools.values()].map((each) => ({ tool: each.tool, server, same: false })),
  )
  return [...own, ...others]
}

function approvedIn(charter: Charter): ReadonlyMap<string, ReadonlyMap<string, Approved>> {
  const found = new Map<string, ReadonlyMap<string, Approved>>()
  for (const { name, description } of charter.sources.values()) {
    if (description.format !== 'mcp') continue
    const tools = toolsIn(description.document)
    found.set(name, new Map(tools.map((tool) => [tool.name, { tool, pin: pinOf(tool, sha256) }])))
  }
  return found
}
