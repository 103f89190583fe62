// The bank with a guard, its control API and console in front of it; findings come from runs of prove, as people make them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FlawName } from '../../examples/bank-payments/flaws.ts'
import type { RunningBank } from '../../examples/bank-payments/start.ts'
import { type Served, serveFile } from '../../examples/shared/serve.ts'
import { type Finished, type Folder, openFolder } from '../cli/prove-stage.ts'

export const reporter = 'token-of-the-pipeline'

/** What is otherwise than usual. */
export interface ProvenBankOptions {
  /** The charter the guard enforces, instead of the bank's own; it may include that. */
  readonly charter?: string
  /** More members of the `console` of the guard file, as YAML. */
  readonly console?: readonly string[]
  /** More sections of the guard file. */
  readonly sections?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Ids of people are their names. */
  readonly named?: true
}

export interface ProvenBank extends Served {
  readonly folder: Folder
  /** The bank as it runs now. */
  readonly bank: RunningBank
  /** What went wrong without anybody being told. */
  readonly failures: readonly string[]
  /** The same bank at the same address, with other flaws. */
  become(flaws: readonly FlawName[]): Promise<RunningBank>
  /** Proves these operations, and tells the console. */
  prove(operations: readonly string[], more?: readonly string[]): Promise<Finished>
  close(): Promise<void>
}

export async function openProvenBank(flaws: readonly FlawName[], options: ProvenBankOptions = {}): Promise<ProvenBank> {
  const folder = openFolder()
  const named = options.named === true ? { named: true as const } : {}
  let bank = await folder.startBank(flaws, true, named)
  const { port } = new URL(bank.url)
  if (options.charter !== undefined) writeFileSync(join(folder.path, 'guarded.yaml'), options.charter)
  writeFileSync(join(folder.path, 'guard.yaml'), guardFile(bank.url, options))
  const failures: string[] = []
  const served = await serveFile(join(folder.path, 'guard.yaml'), {
    env: { ...process.env, CI_TOKEN: reporter, OPS_TOKEN: 'token-of-operators', ...options.env },
    fail: (why) => void failures.push(why),
  })
  return {
    ...served,
    folder,
    failures,
    get bank() {
      return bank
    },
    become: async (others) => {
      await bank.close()
      bank = await folder.startBank(others, true, { ...named, port: Number(port) })
      return bank
    },
    prove: (operations, more = []) =>
      folder.run(
        [
          'prove',
          '--identities',
          'identities.yaml',
          '--target',
          `bank=${bank.url}`,
          '--quiet',
          ...operations.flatMap((name) => ['--operation', name]),
          ...more,
        ],
        undefined,
        { LOCKSTEP_TOKEN: reporter },
      ),
    close: async () => {
      await served.serving.close(0)
      await folder.remove()
    },
  }
}

function guardFile(url: string, { charter, console = [], sections = [] }: ProvenBankOptions): string {
  return `
lockstep-guard: 1
${charter === undefined ? '' : 'charter: guarded.yaml'}
listen: { port: 0 }
upstreams: { bank: { url: "${url}" } }
identity:
  - kind: session
    request: GET /me
    principal: { id: $response.body#/id, tenant: $response.body#/tenant, roles: $response.body#/roles }
readers:
  bank: [{ headers: { Authorization: "Bearer \${file:.lockstep/dana.token}" } }]
control:
  port: 0
  credentials:
    ci: { secret: "\${env:CI_TOKEN}", may: [report] }
    ops: { secret: "\${env:OPS_TOKEN}" }
console:
  port: 0
  findings: [findings.json]
  prove: { identities: identities.yaml, targets: { bank: "${url}" } }
${console.map((line) => `  ${line}\n`).join('')}${sections.join('\n')}
`
}
