import type { Charter, Source } from '../charter/charter.ts'
import type { Diagnostic } from '../charter/diagnostic.ts'
import { verdictOf } from '../integrity/finding.ts'
import type { OtherTool } from '../integrity/others.ts'
import { scanTool } from '../integrity/scan.ts'
import { type Tool, toolsIn } from '../integrity/tool.ts'

/** What stands in the approved descriptions of a charter's tools that somebody should look at. */
export function toolWarnings(charter: Charter): readonly Diagnostic[] {
  const servers = [...charter.sources.values()].filter(({ description }) => description.format === 'mcp')
  const listed = servers.flatMap((source) => toolsIn(source.description.document).map((tool) => ({ tool, source })))
  return listed.flatMap(({ tool, source }) => {
    const others = listed
      .filter((each) => each.tool !== tool)
      .map((each): OtherTool => ({ tool: each.tool, server: each.source.name, same: each.source === source }))
    return warningsOf(tool, source, others)
  })
}

function warningsOf(tool: Tool, { name, description }: Source, others: readonly OtherTool[]): Diagnostic[] {
  const findings = scanTool(tool, others)
  const position = description.operations.find((each) => each.name === tool.name)?.position
  if (position === undefined || verdictOf(findings) === 'fine') return []
  return findings
    .filter(({ severity }) => severity !== 'low')
    .map(({ code, at, says, excerpt }) => ({
      code: 'tool-description',
      severity: 'warning',
      message: `\`${name}.${tool.name}\` at \`${at}\`: ${says}: ${excerpt}`,
      help: `see \`${code}\` in docs/data.md; approve the list only when this is meant`,
      ...position,
    }))
}
