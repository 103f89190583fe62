// The shape of the code, as a table: who may import whom, how long a file may be, and what pure code may not touch.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { test } from 'node:test'

/** Part of the source → the parts it may import. A part may always import itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  text: [],
  cel: [],
  charter: ['cel', 'text'],
  constraint: ['charter', 'cel'],
  decide: ['charter', 'cel', 'constraint'],
  session: ['charter', 'cel', 'classify', 'constraint', 'text'],
  case: ['charter', 'cel', 'classify', 'constraint', 'decide', 'session'],
  explain: ['charter', 'cel', 'constraint'],
  draft: ['charter', 'cel', 'integrity', 'prove/transport', 'wire'],
  arazzo: ['charter', 'cel', 'draft'],
  wire: ['charter', 'cel'],
  classify: ['charter', 'cel', 'text'],
  integrity: ['charter', 'cel', 'classify'],
  ledger: [],
  identity: ['charter', 'cel', 'wire'],
  vault: ['charter', 'cel', 'ledger', 'wire'],
  guard: ['charter', 'cel', 'classify', 'constraint', 'decide', 'session', 'ledger', 'wire'],
  store: ['charter', 'cel', 'constraint', 'guard', 'api'],

  redteam: ['charter', 'cel', 'constraint', 'gateway', 'prove/report'],
  simulate: ['charter', 'cel', 'constraint', 'decide', 'session', 'case', 'guard'],
  gateway: ['charter', 'cel', 'constraint', 'decide', 'guard', 'identity', 'integrity', 'ledger', 'vault', 'wire'],
  api: [
    'charter',
    'cel',
    'constraint',
    'decide',
    'explain',
    'guard',
    'identity',
    'ledger',
    'overview',
    'prove/report',
    'revise',
    'simulate',
    'vault',
    'wire',
    'gateway',
  ],
  overview: ['ledger'],
  revise: ['charter', 'cel', 'case', 'classify', 'explain', 'ledger', 'simulate', 'store'],
  'prove/plan': ['charter', 'cel', 'constraint', 'decide', 'session', 'wire'],
  'prove/oracle': ['charter', 'cel', 'constraint', 'decide', 'session'],
  'prove/*': [
    'charter',
    'cel',
    'constraint',
    'decide',
    'integrity',
    'session',
    'wire',
    'prove/plan',
    'prove/oracle',
    'prove/*',
  ],
  // What a report needs of the rest of prove are its types only: see typesOnly.
  'prove/report': ['charter', 'cel', 'constraint', 'explain', 'prove/plan', 'prove/oracle', 'prove/*'],
  index: [
    'charter',
    'cel',
    'constraint',
    'decide',
    'session',
    'case',
    'draft',
    'prove/plan',
    'prove/oracle',
    'prove/*',
    'prove/report',
    'wire',
    'ledger',
    'identity',
    'guard',
    'store',
    'gateway',
  ],
  cli: [
    'api',
    'overview',
    'arazzo',
    'overview',
    'explain',
    'charter',
    'cel',
    'constraint',
    'decide',
    'session',
    'case',
    'classify',
    'integrity',
    'draft',
    'prove/plan',
    'prove/oracle',
    'prove/*',
    'prove/report',
    'wire',
    'ledger',
    'identity',
    'vault',
    'guard',
    'store',
    'simulate',
    'redteam',
    'revise',
    'gateway',
    'index',
  ],
}

/** Imports that are allowed for types alone. */
const typesOnly: Readonly<Record<string, readonly string[]>> = {
  store: ['api'],
  'prove/report': ['prove/plan', 'prove/oracle', 'prove/*'],
}

const pure =
  /^src\/(cel|constraint|decide|session|case|simulate|wire|text|classify|integrity|prove\/plan|prove\/oracle)\/|^src\/charter\/(?!load[^/]*\.ts$)/

const impure: readonly (readonly [RegExp, string])[] = [
  [/from ['"]node:|import\(\s*['"]node:/, 'a node: import'],
  [/\bDate\.now\b|\bnew Date\(\)/, 'the clock'],
  [/\bMath\.random\b/, 'randomness'],
]

const maxLines = 350

/** Longer files, each with its reason. */
const longFiles: Readonly<Record<string, string>> = {}

/** Files whose templates are programs that read the environment; they read none themselves. */
const writesPrograms: ReadonlySet<string> = new Set(['src/prove/report/test-file.ts'])

/** The whole public interface. A change here is a change of the interface: say so in CHANGELOG.md. */
const publicExports: readonly string[] = [
  'LedgerError',
  'StoreError',
  'createGuard',
  'decide',
  'factsFor',
  'formatDiagnostic',
  'guardExpress',
  'guardFastify',
  'guardFetch',
  'guardHono',
  'hasErrors',
  'httpTruth',
  'journalOf',
  'linkCharter',
  'loadCharter',
  'makeAuthzen',
  'neededFacts',
  'openControl',
  'openHttpGateway',
  'openIdentifier',
  'openLedger',
  'openPostgresStore',
  'openSqliteStore',
  'parseCharter',
  'truthOf',
]

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

const files = globSync('src/**/*.ts')
  .map((path) => path.replaceAll('\\', '/'))
  .sort()
const code = new Map(files.map((path) => [path, withoutComments(readFileSync(path, 'utf8'))]))
const imports = files.flatMap(importsOf)

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, ' ').replaceAll(/^\s*\/\/.*$/gm, '')
}

function importsOf(from: string): Import[] {
  const statement = /^\s*(import|export)\b(\s+type\b)?([^'";]*?\bfrom\s*|\s*)['"](\.[^'"]*)['"]/gm
  const dynamic = /\bimport\(\s*['"](\.[^'"]*)['"]/g
  const text = code.get(from) ?? ''
  const resolved = (specifier = ''): string => posix.normalize(posix.join(dirname(from), specifier))
  return [
    ...[...text.matchAll(statement)].map((m) => ({
      from,
      to: resolved(m[4]),
      typeOnly: m[2] !== undefined || onlyTypes(m[3]),
    })),
    ...[...text.matchAll(dynamic)].map((m) => ({ from, to: resolved(m[1]), typeOnly: false })),
  ]
}

// `import { type A, type B } from …` brings no value either.
function onlyTypes(clause = ''): boolean {
  const names = /\{([^}]*)\}/
    .exec(clause)?.[1]
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return (
    names !== undefined && names.length > 0 && !/^\s*\w/.test(clause) && names.every((name) => name.startsWith('type '))
  )
}

function partOf(path: string): string {
  const [, first = '', second = ''] = path.split('/')
  if (first.endsWith('.ts')) return first.replace(/\.ts$/, '')
  if (first !== 'prove') return first
  return `prove/${second.replace(/\.ts$/, '')}`
}

function fits(part: string, allowed: readonly string[]): boolean {
  if (allowed.includes(part)) return true
  return part.startsWith('prove/') && !(part in mayImport) && allowed.includes('prove/*')
}

function rowOf(part: string): string {
  return part in mayImport || !part.startsWith('prove/') ? part : 'prove/*'
}

function verdictOn({ from, to, typeOnly }: Import): string | undefined {
  const [source, target] = [partOf(from), partOf(to)]
  if (source === target) return undefined
  const row = rowOf(source)
  const allowed = mayImport[row]
  if (allowed === undefined) return `${from}: add src/${source} to the import table`
  if (!fits(target, allowed)) return `${from} imports ${to}: ${source} may not know ${target}`
  if (!typeOnly && fits(target, typesOnly[row] ?? [])) return `${from} imports ${to}: only types may cross here`
  return undefined
}

function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>()
  const walk = (node: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node]
    if (done.has(node)) return undefined
    for (const next of edges.get(node) ?? []) {
      const cycle = walk(next, [...path, node])
      if (cycle !== undefined) return cycle
    }
    done.add(node)
    return undefined
  }
  for (const node of edges.keys()) {
    const cycle = walk(node, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

test('folders import only what the table allows', () => {
  const verdicts = imports.map(verdictOn).filter((verdict) => verdict !== undefined)
  assert.deepEqual(verdicts, [])
})

test('no cycle of value imports', () => {
  const edges = new Map<string, string[]>()
  for (const { from, to, typeOnly } of imports) {
    if (!typeOnly) edges.set(from, [...(edges.get(from) ?? []), to])
  }
  assert.equal(findCycle(edges)?.join(' → '), undefined)
})

test(`no file is longer than ${maxLines} lines without a reason`, () => {
  const long = files.filter((path) => readFileSync(path, 'utf8').split('\n').length - 1 > maxLines)
  assert.deepEqual(
    long.filter((path) => !(path in longFiles)),
    [],
  )
  assert.deepEqual(
    Object.keys(longFiles).filter((path) => !long.includes(path)),
    [],
    'an exception that is no longer needed',
  )
})

test('pure folders know no Node, no clock and no randomness', () => {
  const found = files
    .filter((path) => pure.test(path))
    .flatMap((path) =>
      impure.filter(([pattern]) => pattern.test(code.get(path) ?? '')).map(([, what]) => `${path}: ${what}`),
    )
  assert.deepEqual(found, [])
})

test('only the command line reads the environment', () => {
  const reads = /\bprocess\s*\.\s*env\b|\{[^}]*\benv\b[^}]*\}\s*(=\s*process\b|from\s*['"]node:process['"])/
  const outside = files.filter((path) => !path.startsWith('src/cli/') && !writesPrograms.has(path))
  const found = outside.filter((path) => reads.test(code.get(path) ?? ''))
  assert.deepEqual(found, [])
})

test('the public exports are exactly these', async () => {
  const module: object = await import(join(process.cwd(), 'src/index.ts'))
  assert.deepEqual(Object.keys(module).sort(), [...publicExports].sort())
})

test('the scan itself sees every form of import', () => {
  code.set(
    'src/decide/sample.ts',
    [
      "import { a } from '../cel/a.ts'",
      "import type { B } from '../cel/b.ts'",
      "import {\n  type C,\n  type D,\n} from '../cel/c.ts'",
      "export { e } from '../cel/e.ts'",
      "import F, { type G } from '../cel/f.ts'",
      "const h = await import('../cel/h.ts')",
      "import '../cel/i.ts'",
    ].join('\n'),
  )
  const seen = importsOf('src/decide/sample.ts').map(({ to, typeOnly }) => `${to}${typeOnly ? ' type' : ''}`)
  code.delete('src/decide/sample.ts')
  assert.deepEqual(seen, [
    'src/cel/a.ts',
    'src/cel/b.ts type',
    'src/cel/c.ts type',
    'src/cel/e.ts',
    'src/cel/f.ts',
    'src/cel/i.ts',
    'src/cel/h.ts',
  ])
  assert.match(
    verdictOn({ from: 'src/cel/x.ts', to: 'src/charter/y.ts', typeOnly: true }) ?? '',
    /may not know charter/,
  )
  assert.match(
    verdictOn({ from: 'src/prove/report/x.ts', to: 'src/prove/run/y.ts', typeOnly: false }) ?? '',
    /only types/,
  )
  assert.equal(verdictOn({ from: 'src/prove/run/x.ts', to: 'src/prove/transport/y.ts', typeOnly: false }), undefined)
  assert.match(
    verdictOn({ from: 'src/prove/plan/x.ts', to: 'src/prove/run/y.ts', typeOnly: true }) ?? '',
    /may not know/,
  )
  assert.deepEqual(
    findCycle(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
    ['b', 'c', 'b'],
  )
})
