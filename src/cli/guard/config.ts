/** Reads a guard file and the charter it names, and says all that is wrong with either. */
import { dirname, relative, resolve } from 'node:path'
import type { Charter } from '../../charter/charter.ts'
import { type Diagnostic, hasErrors } from '../../charter/diagnostic.ts'
import type { LoadedCharter } from '../../charter/load.ts'
import { readText } from '../../charter/load-file.ts'
import { nearest } from '../../charter/nearest.ts'
import { type Path, parseYaml } from '../../charter/parse.ts'
import { isHttp } from '../../charter/source/description.ts'
import { digestOf } from '../../guard/id.ts'
import { isSecretHeader } from '../../prove/identity/secret.ts'
import { hasReference, parseTemplate } from '../../prove/identity/template.ts'
import { loadLabelled } from '../../revise/load-labelled.ts'
import { type GuardFile, guardFileSchema } from './schema.ts'

/** A guard file as read. */
export interface GuardConfig {
  /** Where it stands: what it names is relative to this folder. */
  readonly folder: string
  readonly file: GuardFile
}

/** A charter that may be enforced, and the name of its exact text. */
export interface ReadyCharter {
  readonly charter: Charter
  readonly version: string
  /** The charter's own files, the main one first. */
  readonly texts: ReadonlyMap<string, string>
}

/** What reading gave; `ready` only when nothing is wrong. */
export interface LoadedGuard {
  readonly ready?: GuardConfig & ReadyCharter
  readonly diagnostics: readonly Diagnostic[]
  readonly texts: ReadonlyMap<string, string>
}

/** Reads both. Never throws for what a person wrote. */
export async function loadGuard(path: string): Promise<LoadedGuard> {
  const found = await readText(path)
  if ('code' in found) {
    const message = `cannot read \`${path}\`: ${found.code}`
    return {
      diagnostics: [{ code: 'unreadable', severity: 'error', message, file: path, line: 1, column: 1 }],
      texts: new Map(),
    }
  }
  const parsed = parseGuardFile(path, found.text)
  const texts = new Map([[path, found.text]])
  if (parsed.file === undefined) return { diagnostics: parsed.diagnostics, texts }
  const folder = dirname(path)
  const loaded = await loadLabelled(charterPath(folder, parsed.file))
  const diagnostics = [
    ...parsed.diagnostics,
    ...loaded.diagnostics,
    ...(loaded.charter === undefined ? [] : checkAgainst(loaded.charter, parsed.file, parsed.report)),
  ]
  const all = new Map([...texts, ...loaded.texts])
  const charter = hasErrors(diagnostics) ? undefined : readyCharter(loaded)
  return {
    diagnostics,
    texts: all,
    ...(charter === undefined ? {} : { ready: { folder, file: parsed.file, ...charter } }),
  }
}

/** The charter alone, to put another in force; undefined while anything is wrong with it. */
export function readyCharter(loaded: LoadedCharter): ReadyCharter | undefined {
  const { charter, diagnostics } = loaded
  return charter === undefined || hasErrors(diagnostics)
    ? undefined
    : { charter, version: versionOf(loaded, charter), texts: loaded.texts }
}

/** Where the charter of a guard file is, from where we are. */
export function charterPath(folder: string, { charter }: GuardFile): string {
  const path = resolve(folder, charter)
  const way = relative(process.cwd(), path)
  return way === '' || way.startsWith('..') ? path : way
}

/** SHA-256 over the texts of the charter and the descriptions they name, whatever folder they are in. */
function versionOf({ texts }: LoadedCharter, charter: Charter): string {
  const [main = ''] = texts.keys()
  const files = [...texts].map(([name, text]) => [relative(dirname(main), name), text])
  const described = [...charter.sources.values()].map(({ name, description }) => [name, description.document ?? null])
  return digestOf({ files, described })
}

type Report = (code: string, message: string, path: Path, help?: string) => Diagnostic

interface Parsed {
  readonly file?: GuardFile
  readonly diagnostics: readonly Diagnostic[]
  readonly report: Report
}

function parseGuardFile(path: string, text: string): Parsed {
  const { value, locate, diagnostics } = parseYaml({ file: path, text }, guardFileSchema)
  const report: Report = (code, message, at, help) => ({
    code,
    severity: 'error',
    message,
    ...locate(at),
    ...(help === undefined ? {} : { help }),
  })
  if (value === undefined) return { diagnostics: diagnostics.map(withOwnHelp), report }
  const found = [...checkTemplates(value, report), ...checkSecrets(value, report), ...checkAcs(value, report)]
  return found.length === 0 ? { file: value, diagnostics: [], report } : { diagnostics: found, report }
}

/** Names of a charter are no help here. */
function withOwnHelp({ help: _, ...diagnostic }: Diagnostic): Diagnostic {
  const [, member] = /has no member `(.*)`$/.exec(diagnostic.message) ?? []
  const meant = member === undefined ? undefined : nearest(member, memberNames())
  return meant === undefined ? diagnostic : { ...diagnostic, help: `did you mean \`${meant}\`?` }
}

function memberNames(): readonly string[] {
  const found = new Set<string>()
  const collect = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    if ('properties' in part && typeof part.properties === 'object' && part.properties !== null)
      for (const name of Object.keys(part.properties)) found.add(name)
    for (const each of Object.values(part)) collect(each)
  }
  collect(guardFileSchema.toJSONSchema({ io: 'input', unrepresentable: 'any' }))
  return [...found]
}

function checkAgainst(charter: Charter, file: GuardFile, report: Report): readonly Diagnostic[] {
  const sources = [...charter.sources.keys()]
  const unknown = (source: string, path: Path): Diagnostic[] => {
    if (sources.includes(source)) return []
    const meant = nearest(source, sources)
    const help = meant === undefined ? `known: ${sources.join(', ')}` : `did you mean \`${meant}\`?`
    return [report('unknown-name', `the charter has no source \`${source}\``, path, help)]
  }
  const named = [
    ...Object.keys(file.upstreams).flatMap((source) => unknown(source, ['upstreams', source])),
    ...Object.keys(file.mcp?.servers ?? {}).flatMap((source) => unknown(source, ['mcp', 'servers', source])),
    ...checkModels(charter, file, { report, unknown }),
    ...Object.keys(file.a2a?.agents ?? {}).flatMap((source) => unknown(source, ['a2a', 'agents', source])),
    ...Object.keys(file.readers).flatMap((source) => unknown(source, ['readers', source])),
    ...file.identity.flatMap((each, index) =>
      each.kind === 'session' && each.source !== undefined ? unknown(each.source, ['identity', index, 'source']) : [],
    ),
  ]
  const used = new Set([...charter.operations.values()].map(({ shape }) => shape.source))
  const formatOf = (source: string): string | undefined => charter.sources.get(source)?.description.format
  // Tools, models and agents are reached in ways of their own.
  const overHttp = [...used].filter((source) => {
    const description = charter.sources.get(source)?.description
    return description === undefined || isHttp(description)
  })
  const missing = overHttp.filter((source) => !Object.hasOwn(file.upstreams, source))
  // Agents that ask at hooks reach their tools themselves.
  const asked = new Set(Object.values(file.acs?.agents ?? {}).flatMap(({ tools = [] }) => tools))
  const servers = [...used].filter(
    (source) => formatOf(source) === 'mcp' && !asked.has(source) && !Object.hasOwn(file.mcp?.servers ?? {}, source),
  )
  const agents = [...used].filter(
    (source) => formatOf(source) === 'a2a' && !Object.hasOwn(file.a2a?.agents ?? {}, source),
  )
  return [
    ...named,
    ...agents.map((source) =>
      report(
        'missing-upstream',
        `nothing says that the agent \`${source}\` is served`,
        ['a2a'],
        `add \`a2a: { agents: { ${source}: {} } }\``,
      ),
    ),
    ...servers.map((source) =>
      report(
        'missing-upstream',
        `nothing says where the MCP server \`${source}\` is`,
        ['mcp'],
        `add \`mcp: { servers: { ${source}: { url: "http://127.0.0.1:8080/mcp" } } }\``,
      ),
    ),
    ...missing.map((source) =>
      report(
        'missing-upstream',
        `nothing says where \`${source}\` is`,
        ['upstreams'],
        `add \`${source}: { url: "http://127.0.0.1:8080" }\``,
      ),
    ),
  ]
}

/** Every source of models needs a provider, and only they can have one. */
function checkModels(
  charter: Charter,
  { models }: GuardFile,
  { report, unknown }: { report: Report; unknown: (source: string, path: Path) => readonly Diagnostic[] },
): readonly Diagnostic[] {
  const written = Object.entries(models?.sources ?? {})
  const known = new Set(
    [...charter.sources].flatMap(([name, { description }]) => (description.format === 'model' ? [name] : [])),
  )
  const used = new Set([...charter.operations.values()].map(({ shape }) => shape.source))
  return [
    ...written.flatMap(([source, { tools }]) => {
      const path = ['models', 'sources', source]
      if (charter.sources.has(source) && !known.has(source))
        return [report('wrong-kind', `\`${source}\` is no source of models in the charter`, path)]
      const ties = Object.entries(tools).filter(([, operation]) => !charter.operations.has(operation))
      return [
        ...unknown(source, path),
        ...ties.map(([tool, operation]) =>
          report('unknown-name', `the charter has no operation \`${operation}\``, [...path, 'tools', tool]),
        ),
      ]
    }),
    ...[...known]
      .filter((source) => used.has(source) && !written.some(([name]) => name === source))
      .map((source) =>
        report(
          'missing-upstream',
          `nothing says where the provider of \`${source}\` is`,
          ['models'],
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is what the reader should write
          'add `models: { sources: { NAME: { url: "https://…", key: "${env:KEY}" } } }`'.replace('NAME', source),
        ),
      ),
  ]
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is what the reader should write
const placeholders = 'use ${env:NAME} or ${file:PATH}'

function checkTemplates(file: GuardFile, report: Report): readonly Diagnostic[] {
  return textsIn(file, []).flatMap(({ text, path }) => {
    const wrong = parseTemplate(text).some(({ kind }) => kind !== 'text' && kind !== 'env' && kind !== 'file')
    return wrong ? [report('wrong-placeholder', `\`${text}\` has a placeholder that is none`, path, placeholders)] : []
  })
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is what the reader should write
const elsewhere = 'keep it elsewhere: ${env:NAME} or ${file:PATH}'

/** SECURITY: a secret written down here would end up in version control; only references are accepted. */
function checkSecrets(file: GuardFile, report: Report): readonly Diagnostic[] {
  return textsIn(file, []).flatMap(({ text, path }) => {
    const header = path.at(-2) === 'headers' && isSecretHeader(String(path.at(-1)))
    const inUrl = /^[a-z]+:\/\/[^/]*:[^/]*@/i.test(text)
    if (!(header || inUrl) || hasReference(text)) return []
    const what = inUrl ? 'an address carries a password' : `\`${String(path.at(-1))}\` holds a literal value`
    return [report('literal-secret', what, path, elsewhere)]
  })
}

/** Hooks are asked at the control API. */
function checkAcs({ acs, control }: GuardFile, report: Report): readonly Diagnostic[] {
  if (acs === undefined || control !== undefined) return []
  return [report('no-control', 'agents ask at the control API, and there is none', ['acs'], 'add `control: {}`')]
}

function textsIn(value: unknown, path: Path): readonly { readonly text: string; readonly path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }]
  if (Array.isArray(value)) return value.flatMap((each, index) => textsIn(each, [...path, index]))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => textsIn(member, [...path, key]))
}
