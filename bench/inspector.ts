// npm run bench -- inspector: the official MCP inspector, in CLI mode, asks servers directly and through the guard (its HTTP gateway, and
// `lockstep mcp wrap`), in both eras. What it prints has to be the same. Exits with 1 where it is not.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openFixture } from '../test/gateway/mcp/fixture/http.ts'
import { openStage, toolCharter } from '../test/gateway/mcp/stage.ts'
import { installPeers } from './peers/peers.ts'

const eras = ['legacy', 'modern'] as const
type Era = (typeof eras)[number]
type Question = readonly string[]

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const require = createRequire(import.meta.url)
const inspector = file('./peers/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js')
const folder = mkdtempSync(join(tmpdir(), 'lockstep-inspector-'))

const tool = (name: string, given: object = {}): Question => [
  'tools/call',
  '--tool-name',
  name,
  '--tool-args-json',
  JSON.stringify(given),
]
const lists: readonly Question[] = [['initialize'], ['tools/list', '--strict']]
const ofFixture: readonly Question[] = [
  ...lists,
  tool('test_simple_text'),
  tool('test_image_content'),
  tool('test_multiple_content_types'),
  tool('test_error_handling'),
  tool('test_tool_with_progress'),
  tool('json_schema_2020_12_tool', { name: 'a' }),
  tool('no_such_tool'),
  ['resources/list'],
  ['resources/templates/list'],
  ['resources/read', '--uri', 'test://static-text'],
  ['resources/read', '--uri', 'test://static-binary'],
  ['resources/read', '--uri', 'test://template/7/data'],
  ['resources/read', '--uri', 'test://nothing'],
  ['prompts/list'],
  ['prompts/get', '--prompt-name', 'test_simple_prompt'],
  ['prompts/get', '--prompt-name', 'test_prompt_with_arguments', '--prompt-args', 'arg1=a', 'arg2=b'],
]
const ofEverything: readonly Question[] = [
  ...lists,
  tool('echo', { message: 'hi' }),
  tool('get-sum', { a: 2, b: 3 }),
  tool('get-structured-content', { location: 'New York' }),
  ['resources/list'],
  ['resources/templates/list'],
  ['prompts/list'],
  ['prompts/get', '--prompt-name', 'args-prompt', '--prompt-args', 'city=Berlin'],
]

/** What the inspector prints, as one text; members that a gateway has to change are left out. */
function ask(target: readonly string[], era: Era, [method = '', ...more]: Question): Promise<string> {
  const [program = '', ...rest] = target
  const http = program.startsWith('http')
  const where = http ? ['--server-url', program, '--transport', 'http', '--header', 'authorization: Bearer clerk'] : []
  const args = ['--cli', ...where, '--protocol-era', era, '--format', 'json', '-q', '--method', method, ...more]
  const env = { ...process.env, MCP_CATALOG_PATH: join(folder, 'catalog.json') }
  const command = http ? [inspector, ...args] : [inspector, '--cli', program, ...rest, ...args.slice(1)]
  const child = spawn(process.execPath, command, { env, timeout: 60_000 })
  const texts: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => texts.push(text))
  return new Promise((resolve) => child.once('close', (code) => resolve(`${code} ${comparable(texts.join(''))}`)))
}

/** How long a list may be kept, and by whom, is the guard's to say: what it shows is for one caller. */
function comparable(text: string): string {
  return text.replaceAll(/"(?:ttlMs|cacheScope)":[^,}]+,?/g, '').trim()
}

interface Way {
  readonly name: string
  readonly direct: readonly string[]
  readonly through: readonly string[]
  readonly questions: readonly Question[]
  readonly eras: readonly Era[]
}

interface Listed {
  readonly tools: readonly { readonly name: string }[]
}

/** The tools the inspector is shown: some servers have more for clients that can do more. */
async function listedBy(target: readonly string[]): Promise<Listed> {
  const text = await ask(target, 'legacy', ['tools/list'])
  const { tools } = (JSON.parse(text.replace(/^0 /, '')) as { readonly result: Listed }).result
  return { tools }
}

/** A program behind `lockstep mcp wrap`, every tool it lists approved. */
async function wrapped(source: string, program: string): Promise<readonly string[]> {
  const { tools } = await listedBy([process.execPath, program])
  writeFileSync(join(folder, `${source}.tools.json`), JSON.stringify({ tools }))
  // An agent of a workflow does nothing but what that lists.
  const names = [...tools.map(({ name }) => name), 'resources/read', 'prompts/get'].map((name) => `${source}.${name}`)
  const charter = join(folder, `${source}.yaml`)
  const words = {
    lockstep: 1,
    name: source,
    sources: [{ name: source, type: 'mcp', url: `./${source}.tools.json` }],
    actors: { inspector: { kind: 'agent', workflow: 'all', 'acts-for': ['clerk'] }, clerk: {} },
    workflows: { all: { operations: names } },
    operations: Object.fromEntries(names.map((name) => [name, { by: ['clerk'] }])),
  }
  writeFileSync(charter, JSON.stringify(words))
  const who = ['--as', 'inspector', '--for', 'ann', '--for-roles', 'clerk', '--state', join(folder, source)]
  const lockstep = [process.execPath, file('../bin/lockstep.js'), 'mcp', 'wrap', '--charter', charter, ...who]
  return [...lockstep, '--', process.execPath, program]
}

const everything = join(
  dirname(require.resolve('@modelcontextprotocol/server-everything/package.json')),
  'dist/index.js',
)
const program = file('../test/gateway/mcp/fixture/stdio.ts')

installPeers()
const fixture = await openFixture()
const { tools } = await listedBy([fixture.url])
const names = tools.map(({ name }) => `fixture.${name}`)
const stage = await openStage({
  charter: toolCharter(
    {
      actors: { clerk: {} },
      operations: Object.fromEntries(names.map((name) => [name, { by: 'clerk' }])),
      undescribed: { reads: 'allow' },
    },
    { fixture: { tools } },
  ),
  servers: { fixture: { http: { url: fixture.url } } },
})
const ways: readonly Way[] = [
  { name: 'HTTP', direct: [fixture.url], through: [stage.url], questions: ofFixture, eras },
  {
    name: 'wrap',
    direct: [process.execPath, program],
    through: await wrapped('fixture', program),
    questions: ofFixture,
    eras,
  },
  // The reference servers speak the earlier revisions only.
  {
    name: 'wrap, server-everything',
    direct: [process.execPath, everything],
    through: await wrapped('everything', everything),
    questions: ofEverything,
    eras: ['legacy'],
  },
]

let different = 0
for (const way of ways)
  for (const era of way.eras) {
    let [same, answered] = [0, 0]
    for (const question of way.questions) {
      const [direct, through] = await Promise.all([ask(way.direct, era, question), ask(way.through, era, question)])
      if (direct.startsWith('0 ')) answered += 1
      if (direct === through) same += 1
      else console.log(`  ${question.join(' ')}\n    directly: ${direct}\n    guarded:  ${through}`)
    }
    different += way.questions.length - same
    console.log(`${way.name}, ${era}: ${same} of ${way.questions.length} the same, ${answered} answered with a result`)
  }
await stage.close()
fixture.close()
rmSync(folder, { recursive: true, force: true })
process.exit(different === 0 ? 0 : 1)
