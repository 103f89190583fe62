import { readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { Diagnostic } from '../charter/diagnostic.ts'
import { loadDescription } from '../charter/load-description.ts'
import { printDraft } from '../draft/print.ts'
import { draftTools } from '../draft/tools.ts'
import { kebab, wordsOf } from '../draft/words.ts'
import { verdictOf } from '../integrity/finding.ts'
import { serverOf } from '../integrity/others.ts'
import { scanTool } from '../integrity/scan.ts'
import { type Tool, toolsIn } from '../integrity/tool.ts'
import { harmless } from './prove/harmless.ts'
import type { Terminal } from './terminal.ts'
import { listToolsAt, listToolsOf, ToolListError } from './tool-list.ts'

/** What `lockstep draft --mcp` was asked for. */
export interface ToolsRequest {
  /** A file, or an address; absent for a command. */
  readonly from?: string | undefined
  readonly command: readonly string[]
  readonly name?: string | undefined
  /** The description of the API behind the tools. */
  readonly api?: string | undefined
  readonly out?: string | undefined
  /** Where the list of tools is written, when it comes from a server. */
  readonly tools?: string | undefined
}

/** The text of a draft for tools; or what is wrong. */
export type DraftedTools = { readonly text: string } | { readonly diagnostics: readonly Diagnostic[] }

const preface = [
  'A draft from a list of tools. Behind every guess stands why it was made: correct what is wrong, delete what was confirmed.',
  'Answers are believed only where `trusted` says so. Where a tool has no `trusted` yet, its answers are content that anybody may have written.',
  'The list of tools is what is approved: whatever a server describes in another way later is held back.',
]

/** Lists tools from a file, an address or a command, and drafts a charter for them. A list that came from a server is written beside it. */
export async function draftOfTools(terminal: Terminal, asked: ToolsRequest, today: string): Promise<DraftedTools> {
  const { document, problem } = await documentOf(asked)
  if (problem !== undefined) return { diagnostics: [wrong(asked, problem)] }
  const listed = toolsIn(document)
  const tools = listed.filter(({ name }) => isName(name))
  if (tools.length === 0) return { diagnostics: [wrong(asked, 'there are no tools in it')] }
  const source = kebab(asked.name ?? withoutServer(serverOf(document) ?? nameOf(asked))).slice(0, 40)
  const file = await fileOf(terminal, asked, source, document)
  const api = asked.api === undefined ? undefined : await loadDescription('api', asked.api)
  if (asked.api !== undefined && api?.description === undefined) return { diagnostics: api?.diagnostics ?? [] }
  const input = {
    source,
    tools,
    url: beside(file, asked.out),
    today,
    ...(api?.description === undefined
      ? {}
      : { api: { description: api.description, url: beside(asked.api ?? '', asked.out) } }),
  }
  return { text: printDraft(draftTools(input), [...preface, ...leftOut(listed), ...reviewOf(listed, source)]) }
}

/** A charter can name it, as `source.name`. */
const isName = (name: string): boolean => /^[^\s]+$/.test(name)

/** Tools nobody can say anything of in a charter; without one that says so, no agent of a workflow may call them. */
function leftOut(tools: readonly Tool[]): readonly string[] {
  const names = tools.flatMap(({ name }) => (isName(name) ? [] : [JSON.stringify(name.slice(0, 80))]))
  return names.length === 0 ? [] : [`Left out, because a charter cannot name them: ${names.join(', ')}.`]
}

async function documentOf({ from, command }: ToolsRequest): Promise<{ document?: unknown; problem?: string }> {
  try {
    const [program, ...args] = command
    if (from === undefined) {
      if (program === undefined) return { problem: 'name a list of tools, an address, or a command behind `--`' }
      return { document: await listToolsOf(program, args) }
    }
    if (/^https?:\/\//i.test(from)) return { document: await listToolsAt(from) }
    const document: unknown = JSON.parse(await readFile(from, 'utf8'))
    return { document }
  } catch (error) {
    if (error instanceof ToolListError) return { problem: error.message }
    return { problem: error instanceof SyntaxError ? 'it is no JSON' : 'it cannot be read' }
  }
}

const wrong = ({ from, command }: ToolsRequest, message: string): Diagnostic => ({
  code: 'tool-list',
  severity: 'error',
  message,
  file: from ?? (command.join(' ') || '--mcp'),
  line: 1,
  column: 1,
})

/** `mcp-server-everything` is `everything` to whoever writes a charter. */
const withoutServer = (name: string): string => {
  const kept = wordsOf(name).filter((word) => word !== 'mcp' && word !== 'server' && word !== 'servers')
  return kept.length === 0 ? name : kept.join('-')
}

/** A name for the source, from how it was reached. */
function nameOf({ from, command }: ToolsRequest): string {
  if (from === undefined) return basename(command.at(-1) ?? 'tools').replace(/\.\w+$/, '')
  if (/^https?:\/\//i.test(from)) return new URL(from).hostname.split('.')[0] ?? 'tools'
  return basename(from).replace(/(?:\.tools)?\.json$/, '')
}

async function fileOf(terminal: Terminal, asked: ToolsRequest, source: string, document: unknown): Promise<string> {
  if (asked.from !== undefined && !/^https?:\/\//i.test(asked.from)) return asked.from
  const file = asked.tools ?? join(dirname(resolve(asked.out ?? 'charter.yaml')), `${source}.tools.json`)
  if (asked.out === undefined && asked.tools === undefined) {
    terminal.printError(`lockstep: the list of tools is not kept; \`--tools ${source}.tools.json\` writes it`)
    return file
  }
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`)
  terminal.printError(`wrote ${relative('.', file)}`)
  return file
}

function beside(path: string, out: string | undefined): string {
  if (/^https?:\/\//i.test(path)) return path
  const near = relative(dirname(resolve(out ?? 'charter.yaml')), resolve(path)).replaceAll('\\', '/')
  return near.startsWith('.') ? near : `./${near}`
}

/** What somebody has to look at before the list is approved. */
function reviewOf(tools: readonly Tool[], server: string): readonly string[] {
  const lines = tools.flatMap((tool) => {
    const others = tools.filter((each) => each !== tool).map((each) => ({ tool: each, server, same: true }))
    const findings = scanTool(tool, others)
    if (verdictOf(findings) === 'fine') return []
    return findings
      .filter(({ severity }) => severity !== 'low')
      .map(({ at, says, excerpt }) => `  ${harmless(tool.name.replaceAll(/\s+/g, ' '))} ${at}: ${says}: ${excerpt}`)
  })
  return lines.length === 0 ? [] : ['', 'Look at these descriptions before the list is approved:', ...lines]
}
