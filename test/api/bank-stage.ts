// The bank behind a guard with its console, its charter in a repository: what is tried and proposed there is real.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from '../../examples/bank-payments/start.ts'
import { type Served, serveFile } from '../../examples/shared/serve.ts'

const bankFolder = join(import.meta.dirname, '../../examples/bank-payments')

export interface ShownBank extends Served {
  /** The repository; the charter is in `policy`. */
  readonly folder: string
  git(...args: readonly string[]): string
  /** Calls the bank through the guard. */
  call(who: string, line: string, body?: unknown): Promise<{ readonly status: number; readonly body: Row }>
  close(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: answers as they come over the wire
type Row = any

/** @param section - Further members of `console`, as YAML. */
export async function showBank(section = 'changes: { git: . }'): Promise<ShownBank> {
  const bank = await start()
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-bank-'))
  mkdirSync(join(folder, 'policy'))
  for (const name of ['charter.yaml', 'openapi.yaml', 'transfers.cases.yaml'])
    copyFileSync(join(bankFolder, name), join(folder, 'policy', name))
  writeFileSync(join(folder, '.gitignore'), '.lockstep/\nguard.yaml\n')
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('commit', '--quiet', '-m', 'The charter')
  const file = join(folder, 'guard.yaml')
  writeFileSync(
    file,
    `
lockstep-guard: 1
charter: policy/charter.yaml
listen: { port: 0 }
upstreams: { bank: { url: "${bank.url}" } }
identity:
  - { kind: session, request: GET /me, principal: { id: $response.body#/id, tenant: $response.body#/tenant, roles: $response.body#/roles } }
readers:
  bank:
    - headers: { Authorization: "Bearer \${env:DANA}" }
console: { port: 0, ${section} }
`,
  )
  const served = await serveFile(file, { env: { DANA: bank.tokens['dana'] ?? '' } })
  return {
    ...served,
    folder,
    git,
    call: async (who, line, body) => {
      const [method = '', path] = line.split(' ')
      const response = await fetch(`${served.gateway}${path}`, {
        method,
        headers: { authorization: `Bearer ${bank.tokens[who]}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: await response.json().catch(() => undefined) }
    },
    close: async () => {
      await served.serving.close(0)
      await bank.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Two transfers of alice's: one that is allowed, and two above the ten thousand that are the most. */
export async function makeTransfers({ call }: ShownBank): Promise<void> {
  const accounts = await call('alice', 'GET /accounts')
  const beneficiaries = await call('alice', 'GET /beneficiaries')
  const from = accounts.body.items.find((each: Row) => each.currency === 'EUR')
  for (const amount of [40, 12_000, 15_000])
    await call('alice', 'POST /transfers', {
      fromAccountId: from.id,
      beneficiaryId: beneficiaries.body.items[0].id,
      amount,
      currency: 'EUR',
    })
}
