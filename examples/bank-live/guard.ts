// The guard file of the running example, written where it runs: addresses and credentials are new each time.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { hashApiKey } from '../../src/identity/key-file.ts'

export interface Places {
  /** Where state, ledger and credentials go. What was there goes away. */
  readonly folder: string
  readonly bank: string
  readonly care: string
  /** 0 takes any free port. */
  readonly consolePort: number
  /** What was proven: the text of a `findings.json`. */
  readonly findings?: string
}

export interface Credentials {
  /** Bearer tokens of people, by name. */
  readonly tokens: Readonly<Record<string, string>>
  /** What the agent shows when it asks for a token. */
  readonly agentKey: string
}

/** Writes the guard file and what it refers to, for this user only; the answer is where it is. */
export async function writeGuardFile(places: Places, { tokens, agentKey }: Credentials): Promise<string> {
  const { folder } = places
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, '.lockstep'), { recursive: true, mode: 0o700 })
  for (const [name, token] of Object.entries(tokens))
    writeFileSync(join(folder, '.lockstep', `${name}.token`), token, { mode: 0o600 })
  const identities = readFileSync(new URL('../bank-payments/identities.yaml', import.meta.url), 'utf8')
  // Trying a finding again must not take the bank back to its opening day while people are at work.
  writeFileSync(join(folder, 'identities.yaml'), identities.slice(0, identities.indexOf('\nhooks:') + 1))
  if (places.findings !== undefined) writeFileSync(join(folder, 'findings.json'), places.findings, { mode: 0o600 })
  const [control, gateway, mcp] = await freePorts(3)
  const eyes = (name: string): object => ({ headers: { Authorization: `Bearer \${file:.lockstep/${name}.token}` } })
  const file = join(folder, 'guard.yaml')
  const guard = {
    'lockstep-guard': 1,
    charter: fileURLToPath(new URL('../bank-payments/with-agents.yaml', import.meta.url)),
    listen: { port: gateway },
    control: { port: control, operators: ['admin'] },
    // You may approve where the charter wants an approver, and set things up.
    console: {
      port: places.consolePort,
      changes: { folder: 'changes' },
      findings: ['findings.json'],
      prove: { identities: 'identities.yaml', targets: { bank: places.bank } },
      local: { id: 'you', roles: ['administrator', 'approver'], as: { roles: ['approver'], tenant: 'north' } },
    },
    upstreams: { bank: { url: places.bank } },
    mcp: { port: mcp, servers: { care: { url: places.care } } },
    identity: [
      {
        kind: 'session',
        request: 'GET /me',
        principal: [
          {
            where: { '$response.body#/roles': 'partner' },
            id: '$response.body#/name',
            kind: 'partner',
            roles: ['partner'],
          },
          { id: '$response.body#/id', tenant: '$response.body#/tenant', roles: '$response.body#/roles' },
        ],
      },
      { kind: 'agents', agents: { 'care-bot': { key: hashApiKey(agentKey), tenant: 'north' } } },
    ],
    runs: { issuer: `http://127.0.0.1:${control}`, lifetime: '1h' },
    readers: { bank: [eyes('dana'), eyes('dirk')] },
    store: { sqlite: 'store' },
    // Soon, so that what was just done can be verified.
    ledger: { checkpoints: { every: '2s' } },
    // Once you have agreed, the guard sends it: nobody has to come back.
    approvals: { expires: '8h', send: true },
  }
  writeFileSync(file, `# Written by npm start.\n${stringify(guard)}`, { mode: 0o600 })
  return file
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  return Promise.all(
    servers.map((server) => {
      const address = server.address()
      return new Promise<number>((resolve) =>
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0)),
      )
    }),
  )
}
