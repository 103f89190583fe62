// One guard with every door there is, as people run it: the program itself in a process of its own, before a world that tells everything.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { exportJWK, SignJWT } from 'jose'
import { Agent, request } from 'undici'
import { stringify } from 'yaml'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { type Key, makeKey, thumbprintOf } from '../identity/issuer.ts'
import { selfSigned } from '../transport/certificate.ts'
import { program, person as shown, tools } from './tools.ts'
import { cardOf, openWorld, type World } from './world.ts'

/** New in each run, and of a form that no detector knows. */
export const drawn = (name: string): string => `${name}-Zq/${randomBytes(18).toString('hex')}+"x`

/** Everything that is planted, but for keys that are made: variables of the environment, and values that go into the vault. */
export const env = {
  OPS_TOKEN: drawn('ops'),
  HOOK_SECRET: drawn('hook'),
  DESK_SECRET: drawn('approver'),
  READER_TOKEN: drawn('reader').replace('"', ''),
  DESK_TOKEN: drawn('desk').replace('"', ''),
  FILES_KEY: drawn('files'),
  OPENAI_KEY: drawn('openai').replace('"', ''),
  HELPER_TOKEN: drawn('helper').replace('"', ''),
  ACS_KEY: drawn('acs'),
}
export const kept: Readonly<Record<'api' | 'claude' | 'argument' | 'program', string>> = {
  api: drawn('vault-api').replace('"', ''),
  claude: drawn('vault-claude').replace('"', ''),
  argument: drawn('vault-argument').replace('"', ''),
  program: drawn('vault-program'),
}
export const agentKey: string = `lsk_${randomBytes(24).toString('base64url')}`

const operations = [
  'api.open',
  'api.get',
  'api.change',
  'api.held',
  'api.out',
  'api.upload',
  'api.fail',
  'api.crash',
  'api.echo',
  'gpt.generate',
]
  .concat(['claude.generate', 'helper.SendMessage', 'helper.SendStreamingMessage'])
  .concat(['desk', 'files'].flatMap((source) => ['read', 'out', 'pay', 'fail'].map((name) => `${source}.${name}`)))

const charterText = (): string => `
lockstep: 1
name: estate
sources:
  - name: api
    type: inline
    operations:
      open: { method: POST, path: /orders, body: { note: a }, response: { id: o1 } }
      get: { method: GET, path: "/orders/{id}" }
      change: { method: POST, path: "/orders/{id}", body: { note: a } }
      out: { method: POST, path: /out, body: { text: a } }
      fail: { method: POST, path: /fail }
      crash: { method: POST, path: /crash }
      echo: { method: GET, path: /echo }
      secret: { method: GET, path: /secret }
      held: { method: POST, path: /held }
      upload: { method: POST, path: /upload }
  - { name: desk, type: mcp, url: ./tools.json }
  - { name: files, type: mcp, url: ./tools.json }
  - { name: gpt, type: model, provider: openai }
  - { name: claude, type: model, provider: anthropic }
  - { name: helper, type: a2a, url: ./helper.card.json }
actors:
  clerk: {}
  manager: {}
  bot: { kind: agent, workflow: work, acts-for: [clerk] }
objects:
  order: { key: /id, state: /state, read: api.get, states: [open], transitions: { open: { on: api.open, to: open, by: clerk }, change: { on: api.change, from: open, to: open, by: clerk }, view: { on: api.get, by: clerk } } }
operations:
  api.secret: { by: manager }
  api.held: { by: clerk, approval: second-look }
${operations
  .filter((name) => !/^api\.(open|get|change|held)$/.test(name))
  .map((name) => `  ${name}: { by: clerk }`)
  .join('\n')}
approvals:
  second-look: { by: manager }
workflows:
  work: { operations: [${operations.join(', ')}], data: [public, personal, secret] }
data:
  classes: [public, personal, secret]
  labels:
    - { at: 'desk.read#/phone', class: personal }
    - { at: 'desk.read#/account', class: secret }
    - { at: 'desk.read#/note', class: secret }
    - { at: 'files.read#/phone', class: personal }
    - { at: 'files.read#/account', class: secret }
    - { at: 'files.read#/note', class: secret }
  flows:
    - { class: personal, to: [desk.pay, files.pay] }
    - { class: secret, to: [desk.pay, files.pay], else: redact }
`

/** How a guard file names a secret. */
const named = (name: keyof typeof env): string => `\${env:${name}}`
const bearer = (name: keyof typeof env): string => `Bearer ${named(name)}`

const guardOf = (world: string): object => ({
  'lockstep-guard': 1,
  charter: 'estate.yaml',
  listen: { port: 0, tls: { cert: 'tls/cert.pem', key: 'tls/key.pem' } },
  control: {
    port: 0,
    credentials: { ops: { secret: named('OPS_TOKEN') } },
    notify: [{ url: `${world}/hook`, secret: named('HOOK_SECRET') }],
    approvers: { desk: { secret: named('DESK_SECRET'), people: {} } },
  },
  upstreams: { api: { url: `${world}/api` } },
  identity: [
    {
      kind: 'jwt',
      issuer: 'https://id.example',
      audience: 'https://guard.example',
      algorithms: ['ES256'],
      keys: { file: 'people.json' },
      dpop: 'accepted',
      delegation: { as: 'chain' },
      principal: { id: '/sub', roles: '/roles' },
    },
    { kind: 'agents', agents: { bot: { key: `sha256:${createHash('sha256').update(agentKey).digest('hex')}` } } },
  ],
  runs: { issuer: 'https://guard.example' },
  readers: { api: [{ headers: { Authorization: bearer('READER_TOKEN') } }] },
  mcp: {
    port: 0,
    servers: {
      desk: { url: `${world}/desk`, headers: { Authorization: bearer('DESK_TOKEN') } },
      files: {
        command: process.execPath,
        args: [program],
        env: { FILES_KEY: named('FILES_KEY'), GOT: 'files.got' },
        cwd: '.',
      },
    },
  },
  models: {
    port: 0,
    sources: { gpt: { url: `${world}/gpt/v1`, key: named('OPENAI_KEY') }, claude: { url: `${world}/claude` } },
  },
  a2a: {
    port: 0,
    agents: {
      helper: {
        headers: { Authorization: bearer('HELPER_TOKEN') },
        card: `${world}/.well-known/agent-card.json`,
      },
    },
  },
  acs: {
    agents: {
      bot: { key: named('ACS_KEY'), for: { id: 'clara', roles: ['clerk'] }, tools: ['desk'], descriptions: 'assumed' },
    },
  },
  vault: {},
})

export interface Answer {
  readonly status: number
  readonly text: string
}

export interface Estate {
  readonly folder: string
  readonly world: World
  readonly tlsKey: string
  /** Who signs tokens of people; whom a bound token belongs to. */
  readonly issuer: Key
  readonly holder: Key
  /** Where the doors are, by name. */
  readonly at: Readonly<Record<string, string>>
  /** What the guard and commands printed, and what callers were told, by place. */
  readonly said: Map<string, Buffer[]>
  say(place: string, text: string | Buffer): void
  token(bound?: boolean): Promise<string>
  proof(token: string, url: string, more?: object): Promise<string>
  /** One request; its answer counts as told at this door. */
  ask(door: string, line: string, more?: Asking): Promise<Answer>
  /** One command. */
  run(args: readonly string[], more?: Record<string, string>): Promise<number>
  start(): Promise<void>
  kill(signal: NodeJS.Signals): Promise<void>
  /** The files the guard made. */
  files(): readonly { readonly name: string; readonly bytes: Buffer }[]
  close(): void
}

export interface Asking {
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

export async function openEstate(): Promise<Estate> {
  const folder = mkdtempSync(join(tmpdir(), 'estate-'))
  const world = await openWorld()
  const [issuer, holder] = await Promise.all([makeKey('people'), makeKey('holder')])
  const tls = selfSigned()
  mkdirSync(join(folder, 'tls'))
  const files: Readonly<Record<string, string>> = {
    'tls/key.pem': tls.key,
    'tls/cert.pem': tls.cert,
    'people.json': JSON.stringify({ keys: [issuer.jwk] }),
    'tools.json': JSON.stringify({ tools }),
    'helper.card.json': JSON.stringify(cardOf(world.url)),
    'estate.yaml': charterText(),
    'guard.yaml': stringify(guardOf(world.url)),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const guardFile = join(folder, 'guard.yaml')
  const around = { ...env, PATH: process.env['PATH'] ?? '' }
  const said = new Map<string, Buffer[]>()
  const say: Estate['say'] = (place, text) => {
    const all = said.get(place) ?? []
    all.push(Buffer.from(text))
    said.set(place, all)
  }
  const dispatcher = new Agent({ connect: { ca: tls.cert } })
  let child: ChildProcess | undefined
  const at: Record<string, string> = {}
  const estate: Estate = {
    folder,
    world,
    tlsKey: tls.key,
    issuer,
    holder,
    at,
    said,
    say,
    token: async (bound = false) =>
      new SignJWT({ roles: ['clerk'], ...(bound ? { cnf: { jkt: await thumbprintOf(holder) } } : {}) })
        .setProtectedHeader({ alg: 'ES256', kid: 'people' })
        .setIssuer('https://id.example')
        .setAudience('https://guard.example')
        .setSubject('clara')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(issuer.privateKey),
    proof: async (token, url, more = {}) => {
      const { kid: _, ...jwk } = holder.jwk
      const ath = createHash('sha256').update(token).digest('base64url')
      return new SignJWT({ htm: 'GET', htu: url, ath, jti: randomUUID() })
        .setIssuedAt()
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: { ...jwk, ...more } })
        .sign(holder.privateKey)
    },
    ask: async (door, line, { headers = {}, body } = {}) => {
      const [method = 'GET', path = '/'] = line.split(' ')
      const answer = await request(`${at[door]}${path}`, {
        method: method === 'POST' ? 'POST' : 'GET',
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        dispatcher,
      })
      const text = await answer.body.text()
      say(`answers of ${door}`, `${JSON.stringify(answer.headers)}\n${text}`)
      return { status: answer.statusCode, text }
    },
    run: async (args, more = {}) => {
      const write = (text: string): void => say('commands', text)
      return main(args, openTerminal({ write }, { write }, { ...around, ...more }))
    },
    start: async () => {
      child = spawn(
        process.execPath,
        [join(import.meta.dirname, '../../bin/lockstep.js'), 'guard', guardFile, '--json'],
        { env: around, stdio: 'pipe', cwd: folder },
      )
      child.stdout?.on('data', (chunk: Buffer) => say('stdout', chunk))
      child.stderr?.on('data', (chunk: Buffer) => say('stderr', chunk))
      if (child.stdout === null) throw new Error('no output')
      const [first] = await Promise.race([
        once(createInterface(child.stdout), 'line'),
        once(child, 'exit').then(() => ['{}']),
      ])
      const { url, control, mcp, models, a2a } = JSON.parse(String(first))
      if (url === undefined) throw new Error(`it did not start: ${said.get('stderr')?.join('')}`)
      Object.assign(at, { http: url, control, mcp: mcp.replace(/\/mcp$/, ''), models, a2a })
    },
    kill: async (signal) => {
      const ended = child === undefined ? undefined : once(child, 'exit')
      child?.kill(signal)
      await ended
    },
    files: () =>
      readdirSync(join(folder, '.lockstep'), { recursive: true, withFileTypes: true })
        .filter((each) => each.isFile())
        .map((each) => ({ name: each.name, bytes: readFileSync(join(each.parentPath, each.name)) })),
    close: () => {
      child?.kill('SIGKILL')
      world.close()
      void dispatcher.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  for (const [name, scope, as] of [
    ['api', 'api.*', 'header:X-Api-Key'],
    ['claude', 'claude.*', 'header:X-Api-Key'],
    ['argument', 'desk.pay', 'body:/auth/token'],
    ['program', 'files.*', 'env:VAULT_KEY'],
  ] as const) {
    const set = [
      'vault',
      'set',
      `kept-${name}`,
      '--from-env',
      'VALUE',
      '--operation',
      scope,
      '--as',
      as,
      '--guard',
      guardFile,
    ]
    if ((await estate.run(set, { VALUE: kept[name] })) !== 0) throw new Error(String(said.get('commands')))
  }
  await estate.start()
  return estate
}

/** The private half of a key, as it must be seen nowhere. */
export const privateOf = async ({ privateKey }: Key): Promise<string> => String((await exportJWK(privateKey)).d)

export { shown }
