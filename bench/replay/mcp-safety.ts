import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import { readToolList } from '../../src/charter/source/tools.ts'
import { decide } from '../../src/decide/decide.ts'
import { comparePins } from '../../src/integrity/pin.ts'
import type { Tool } from '../../src/integrity/tool.ts'
import { readLines } from './data.ts'
import { agent, noFacts } from './lockstep.ts'
import { printTable } from './table.ts'

interface Case {
  readonly id: string
  readonly type: string
  readonly change: string
  readonly tool: string | null
  readonly pinned_manifest_stops: boolean
  readonly after: {
    readonly tool?: string
    readonly description?: string
    readonly added?: { readonly name: string; readonly description?: string; readonly parameters?: unknown }
  } | null
}

/**
 * Attacks on a host's trust in its servers: which of them a tool list that was approved once keeps from being called. What was approved is
 * not in the data, only that it was another description; a replaced implementation behind the same description is no change of the list.
 */
export function reportMcpSafety(folder: string): string {
  const rows = new Map<string, { cases: number; stopped: number; expected: number }>()
  for (const each of readLines<Case>(folder, 'mcp-safety/cases.jsonl.gz')) {
    const row = rows.get(each.type) ?? { cases: 0, stopped: 0, expected: 0 }
    row.cases += 1
    if (isStopped(each)) row.stopped += 1
    if (each.pinned_manifest_stops) row.expected += 1
    rows.set(each.type, row)
  }
  const all = [...rows.values()].reduce((sum, row) => ({
    cases: sum.cases + row.cases,
    stopped: sum.stopped + row.stopped,
    expected: sum.expected + row.expected,
  }))
  return printTable(
    ['MCP-SafetyBench', 'cases', 'stopped by the approved tool list', 'expected of one'],
    [...rows, ['all', all] as const].map(([name, row]) => [
      name,
      String(row.cases),
      String(row.stopped),
      String(row.expected),
    ]),
  )
}

function isStopped({ tool, after, change }: Case): boolean {
  if (after === null || tool === null) return false
  const target: Tool = { name: tool, description: after.description ?? 'as installed', inputSchema: { type: 'object' } }
  const approved: readonly Tool[] =
    change === 'description-changed'
      ? [{ ...target, description: 'as installed' }]
      : change === 'tool-added'
        ? []
        : [target]
  const added =
    after.added === undefined
      ? undefined
      : { name: after.added.name, description: after.added.description ?? '', inputSchema: { type: 'object' } }
  return !isCallable(approved, added ?? target)
}

/** Whether the guard lets an agent call a tool as its server describes it now. */
function isCallable(approved: readonly Tool[], now: Tool): boolean {
  const changes = comparePins(approved, [now])
  const operation = `host.${now.name}`
  const description = readToolList('host', { tools: approved }, () => ({
    file: 'tools.json',
    line: 1,
    column: 1,
  })).description
  const raw = {
    lockstep: 1,
    sources: [{ name: 'host', type: 'mcp', url: './tools.json' }],
    actors: { user: {}, assistant: { kind: 'agent', workflow: 'host', 'acts-for': 'user' } },
    operations: Object.fromEntries(approved.map(({ name }) => [`host.${name}`, { by: 'user' }])),
    workflows: { host: { operations: approved.map(({ name }) => `host.${name}`) } },
  }
  const parsed = parseCharter([{ file: 'host.yaml', text: JSON.stringify(raw) }]).charter
  if (parsed === undefined || description === undefined) return false
  const { charter } = linkCharter(parsed, new Map([['host', description]]))
  const pin = changes.changed.some((each) => each.tool === now.name) ? 'changed' : 'pinned'
  const call = { operation, principal: agent, request: { body: {} }, at: 0, run: { id: 'run' } }
  return decide(charter, { ...noFacts, pins: { [operation]: pin } }, call).effect === 'allow'
}
