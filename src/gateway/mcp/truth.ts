/** Looks at objects that live in MCP servers: through the tool that reads them. */
import type { CallRequest, Charter, OperationId } from '../../charter/charter.ts'
import { representationIn } from '../../charter/object-fact.ts'
import type { Look, Truth } from '../../guard/truth.ts'
import { isRecord } from '../../wire/to-http.ts'
import { bodyOfResult } from '../../wire/tool-result.ts'
import { requestFor, wayTo } from '../http/way.ts'
import { allTools } from './all-tools.ts'
import type { Ask } from './own-client.ts'
import type { Pins } from './pins.ts'

/** Asks servers to look. */
export interface Lookers {
  /** On whose session the looks for a call are made: a program may know things in one session that another one does not. */
  bind(request: CallRequest, source: string, ask: Ask): void
  /** Undefined where a tool is not known to be the one that was approved: what it shows is nobody's word. */
  askFor(tool: ToolName, look: Look, signal: AbortSignal): Promise<Ask | undefined>
}

/** A tool of a source. */
export interface ToolName {
  readonly source: string
  readonly name: string
}

/** @param own - Asks on a session of the gateway's own. */
export function makeLookers(own: (source: string, signal: AbortSignal) => Ask | undefined, pins: Pins): Lookers {
  const bound = new WeakMap<CallRequest, { readonly source: string; readonly ask: Ask }>()
  return {
    bind: (request, source, ask) => void bound.set(request, { source, ask }),
    askFor: async ({ source, name }, { request }, signal) => {
      const asking = own(source, signal)
      if (pins.isStale(source) && asking !== undefined) {
        const tools = await allTools(asking)
        if (tools !== undefined) pins.see(source, tools, true)
      }
      if (pins.approved(source) !== undefined && pins.stateOf(source, name) !== 'pinned') return undefined
      const found = bound.get(request)
      return found?.source === source ? found.ask : asking
    },
  }
}

/** Which tool a source calls so. */
function toolOf(charter: Charter, operation: OperationId): ToolName | undefined {
  const shape = charter.operations.get(operation)?.shape
  const format = charter.sources.get(shape?.source ?? '')?.description.format
  return shape !== undefined && format === 'mcp' ? { source: shape.source, name: shape.name } : undefined
}

/**
 * Looks through tools where the type of an object is read by one, else as `others` do.
 *
 * A tool that fails shows nothing: that an object is not there is never said.
 */
export function mcpTruth(
  charter: () => Charter,
  lookers: () => Lookers | undefined,
  others: Truth,
  timeoutMs: number,
): Truth {
  const read = async (object: Parameters<Truth['read']>[0], look: Look): Promise<unknown> => {
    const way = wayTo(charter(), object)
    const tool = way === undefined ? undefined : toolOf(charter(), way.operation.id)
    if (way === undefined || tool === undefined) return others.read(object, look)
    const timeout = AbortSignal.timeout(timeoutMs)
    const signal = look.signal === undefined ? timeout : AbortSignal.any([look.signal, timeout])
    const ask = await lookers()?.askFor(tool, look, signal)
    const given = requestFor(way, look, false).body
    const result = await ask?.('tools/call', { name: tool.name, arguments: isRecord(given) ? given : {} })
    if (!isRecord(result) || result['isError'] === true) return undefined
    return representationIn(way.type, bodyOfResult(result), way.key)
  }
  return {
    read: (object, look) => read(object, look).catch(() => undefined),
    ...(others.search === undefined
      ? {}
      : { search: (type, sought, look) => others.search?.(type, sought, look) ?? Promise.resolve(undefined) }),
  }
}
