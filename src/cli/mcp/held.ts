/** `lockstep mcp held` and `lockstep mcp approve`: tools that their servers describe otherwise than they were approved. */
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { loadCharter } from '../../charter/load.ts'
import type { SeenTool } from '../../guard/noted-tools.ts'
import { isRecord } from '../../wire/to-http.ts'
import { loadOrRefuse } from '../guard/load-or-refuse.ts'
import { type OperatorOptions, withOffice } from '../guard/operator.ts'
import { harmless } from '../prove/harmless.ts'
import type { Terminal } from '../terminal.ts'
import { headOf, linesOf } from './tool-words.ts'

export type HeldOptions = OperatorOptions

/** SECURITY: of fewer, whoever writes descriptions finds two that share them: one to be looked at, and one to be approved. */
const digitsOfPin = 32

/** Lists them, each with everything that differs. */
export function held(terminal: Terminal, options: HeldOptions): Promise<void> {
  return withTools(terminal, options, async (tools) => {
    if (options.json === true) terminal.print(JSON.stringify(tools, null, 2))
    else if (tools.length === 0) terminal.print('every tool is as it was approved')
    else for (const tool of tools) show(terminal, tool)
  })
}

function show(terminal: Terminal, tool: SeenTool): void {
  const { pin, held: isHeld, at } = tool
  const after = isHeld ? 'held' : 'not held'
  terminal.print(harmless(`${terminal.paint('bold', headOf(tool))} (${after}, seen ${new Date(at).toISOString()})`))
  for (const line of linesOf(tool)) terminal.print(harmless(line))
  if (tool.kind !== 'suspicious') terminal.print(`  to approve it as it is now: --pin ${pin.slice(0, digitsOfPin)}`)
}

/** Writes a tool as it is now into the approved list of its source. A guard that serves puts it in force by itself. */
export function approve(
  terminal: Terminal,
  name: string,
  options: HeldOptions & { readonly pin: string },
): Promise<void> {
  return withTools(terminal, options, async (tools) => {
    const tool = tools.find((each) => `${each.source}.${each.tool}` === name)
    if (tool === undefined) throw new Error(`no tool called ${name} is noted`)
    if (tool.kind === 'suspicious')
      throw new Error('it is as it was approved: what holds it is `suspicious: hold` of its source in the charter')
    if (!tool.pin.startsWith(options.pin))
      throw new Error('that is not the pin of how it is described now: look at it again with `lockstep mcp held`')
    if (tool.pin === 'twice' || !isRecord(tool.now))
      throw new Error('its server lists the name twice, or describes it at a length nobody can look at')
    if (options.pin.length < digitsOfPin)
      throw new Error(`a pin has ${digitsOfPin} digits: of fewer, a server can make two descriptions that share them`)
    const charter = options.charter ?? (await charterOf(terminal, options.guard))
    if (charter === undefined) return
    const file = await listOf(charter, tool.source)
    await writeFile(file, withTool(await readFile(file, 'utf8'), tool.now, file))
    terminal.print(options.json === true ? JSON.stringify({ approved: name, file }) : `${name} is approved in ${file}`)
  })
}

function withTools(
  terminal: Terminal,
  options: HeldOptions,
  work: (tools: readonly SeenTool[]) => Promise<void>,
): Promise<void> {
  return withOffice(terminal, options, async (office) => work(await office.tools()))
}

async function charterOf(terminal: Terminal, file: string): Promise<string | undefined> {
  const ready = await loadOrRefuse(terminal, file)
  return ready === undefined ? undefined : resolve(ready.folder, ready.file.charter)
}

/** The file that has the approved list of a source. */
async function listOf(path: string, source: string): Promise<string> {
  const { charter } = await loadCharter(path)
  const url = charter?.sources.get(source)?.url
  if (url === undefined) throw new Error(`the charter has no source ${source} with a list of approved tools`)
  if (/^https?:/i.test(url)) throw new Error(`the approved list is at ${url}: approve it there`)
  return resolve(dirname(path), url)
}

function withTool(text: string, now: Readonly<Record<string, unknown>>, file: string): string {
  const document: unknown = JSON.parse(text)
  const listed = isRecord(document) ? document['tools'] : undefined
  if (!isRecord(document) || !Array.isArray(listed)) throw new Error(`${file} is no list of tools as JSON`)
  const tools: readonly unknown[] = listed
  const at = tools.findIndex((each) => isRecord(each) && each['name'] === now['name'])
  const changed = at < 0 ? [...tools, now] : tools.with(at, now)
  return `${JSON.stringify({ ...document, tools: changed }, null, 2)}\n`
}
