/** Tools that somebody should look at, as gateways saw them: kept for operators on every node, and on the record. */
import type { Charter } from '../charter/charter.ts'
import { newId } from './id.ts'
import type { Runtime } from './runtime.ts'

/** A tool that is not as it was approved, that nobody approved, or whose description looks like an attack. Plain JSON. */
export interface NotedTool {
  readonly source: string
  readonly tool: string
  readonly kind: 'new' | 'changed' | 'suspicious'
  /** It is neither shown nor called. */
  readonly held: boolean
  /** What identifies how it is described now. */
  readonly pin: string
  /** Where it is another one than was approved: the whole of both. */
  readonly changes: readonly { readonly at: string; readonly before?: string; readonly now?: string }[]
  readonly findings: readonly {
    readonly code: string
    readonly severity: string
    readonly at: string
    readonly excerpt: string
    readonly says: string
  }[]
  /** As its server describes it now. Left out where that is too much to keep. */
  readonly now?: unknown
}

/** When it was seen, in milliseconds since 1970. */
export type SeenTool = NotedTool & { readonly at: number }

export interface NotedTools {
  /** Records and keeps one. @throws what the journal throws, or a {StoreError}. */
  note(tool: NotedTool): Promise<void>
  /** These need nobody to look at them any more. @throws {StoreError} */
  clear(source: string, tools: readonly string[]): Promise<void>
  /** The last that was noted of each, by name. @throws {StoreError} */
  list(): Promise<readonly SeenTool[]>
}

/** The store keeps what was noted like what a run has seen, under a name no run has. */
const shelf = 'noted tools'
const mostText = 256 * 1024

type Entry = { readonly noted: SeenTool } | { readonly cleared: readonly string[] }

const nameOf = ({ source, tool }: Pick<NotedTool, 'source' | 'tool'>): string => `${source}.${tool}`

export function makeNotedTools(
  { store, journal, now }: Pick<Runtime, 'store' | 'journal' | 'now'>,
  inForce: () => { readonly charter: Charter; readonly version: string },
): NotedTools {
  const read = async (): Promise<ReadonlyMap<string, SeenTool>> => {
    const { seen } = await store.read({ seen: [{ run: shelf, after: 0 }] })
    const found = new Map<string, SeenTool>()
    for (const { entry } of seen[0] ?? []) {
      if (!isEntry(entry)) continue
      if ('noted' in entry) found.set(nameOf(entry.noted), entry.noted)
      else for (const each of entry.cleared) found.delete(each)
    }
    return found
  }
  const append = (entry: Entry): Promise<void> =>
    store.transact([`run ${shelf}`], (transaction) =>
      transaction.write([{ kind: 'saw', run: shelf, at: now(), entries: [entry] }]),
    )
  return {
    async note(tool) {
      const { charter, version } = inForce()
      const kept = bounded(tool)
      const before = (await read()).get(nameOf(tool))
      await journal.append({
        kind: 'undescribed',
        at: now(),
        call: newId(now()),
        method: 'tools/list',
        path: nameOf(tool),
        passed: !tool.held,
        tool: kept,
        charter: { name: charter.name, digest: version },
      })
      if (before?.pin !== tool.pin || before.held !== tool.held) await append({ noted: { ...kept, at: now() } })
    },
    async clear(source, tools) {
      const known = await read()
      const cleared = tools.map((tool) => nameOf({ source, tool })).filter((name) => known.has(name))
      if (cleared.length > 0) await append({ cleared })
    },
    list: async () => [...(await read()).values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
  }
}

/** A server may describe a tool at any length; the store is not its to fill. */
function bounded(tool: NotedTool): NotedTool {
  if (JSON.stringify(tool).length <= mostText) return tool
  const { now: _, changes, ...rest } = tool
  const cut = (text: string): string => (text.length > 2000 ? `${text.slice(0, 2000)}…` : text)
  return {
    ...rest,
    findings: rest.findings.slice(0, 50),
    changes: changes.slice(0, 50).map(({ at, before, now }) => ({
      at,
      ...(before === undefined ? {} : { before: cut(before) }),
      ...(now === undefined ? {} : { now: cut(now) }),
    })),
  }
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && ('noted' in value || 'cleared' in value)
}
