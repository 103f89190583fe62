// The bank with a guard, its control API and console in front of it; findings come from runs of prove, as people make them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FlawName } from '../../examples/bank-payments/flaws.ts'
import type { RunningBank } from '../../examples/bank-payments/start.ts'
import { loadGuard } from '../../src/cli/guard/config.ts'
import { type GuardNews, type Serving, serve } from '../../src/cli/guard/serve.ts'
import { type Finished, type Folder, openFolder } from '../cli/prove-stage.ts'

export const reporter = 'token-of-the-pipeline'

export interface ProvenBank {
  readonly folder: Folder
  readonly serving: Serving
  readonly url: string
  readonly control: string
  /** What went wrong without anybody being told. */
  readonly failures: readonly string[]
  /** The same bank at the same address, with other flaws. */
  become(flaws: readonly FlawName[]): Promise<RunningBank>
  /** Proves these operations, and tells the console. */
  prove(operations: readonly string[], more?: readonly string[]): Promise<Finished>
  link(): Promise<string>
  close(): Promise<void>
}

export async function openProvenBank(flaws: readonly FlawName[]): Promise<ProvenBank> {
  const folder = openFolder()
  let bank = await folder.startBank(flaws)
  const { port } = new URL(bank.url)
  writeFileSync(join(folder.path, 'guard.yaml'), guardFile(bank.url))
  const file = join(folder.path, 'guard.yaml')
  const loaded = await loadGuard(file)
  if (loaded.ready === undefined) throw new Error(JSON.stringify(loaded.diagnostics))
  const news: GuardNews[] = []
  const env = { ...process.env, CI_TOKEN: reporter, OPS_TOKEN: 'token-of-operators' }
  const tell = (each: GuardNews): void => void news.push(each)
  const serving = await serve({ ...loaded, ready: loaded.ready }, { file, version: '0', env, tell, console: true })
  const control = news.flatMap((each) => (each.kind === 'listening' ? [each.control ?? ''] : []))[0] ?? ''
  return {
    folder,
    serving,
    url: serving.console.url,
    control,
    get failures() {
      return news.flatMap((each) => (each.kind === 'failed' ? [each.why] : []))
    },
    become: async (others) => {
      await bank.close()
      bank = await folder.startBank(others, true, Number(port))
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
    link: () => serving.console.link(),
    close: async () => {
      await serving.close(0)
      await folder.remove()
    },
  }
}

function guardFile(url: string): string {
  return `
lockstep-guard: 1
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
`
}
