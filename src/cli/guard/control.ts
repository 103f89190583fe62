/** The control API of a guard file. */
import { createHash, createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { actorsOf } from '../../constraint/choice.ts'
import { makeAuthzen } from '../../gateway/authzen/authzen.ts'
import type { ControlCredential } from '../../gateway/control/caller.ts'
import { openControl } from '../../gateway/control/control.ts'
import type { ApproverSystem } from '../../gateway/control/decision-webhook.ts'
import type { Metrics } from '../../gateway/control/metrics.ts'
import type { Identifier } from '../../identity/identity.ts'
import type { RunTokens } from '../../identity/run-token.ts'
import { openAcs } from './acs.ts'
import type { GuardConfig } from './config.ts'
import type { Core } from './core.ts'
import { findingDesk } from './findings.ts'
import type { GuardFile } from './schema.ts'
import type { Secrets } from './secrets.ts'

type ControlFile = NonNullable<GuardFile['control']>

/** Where operators, approvers and monitors reach a guard. */
export interface Desk {
  readonly url: string
  drain(): void
  close(): Promise<void>
}

export interface DeskOptions {
  readonly core: Core
  readonly secrets: Secrets
  readonly metrics: Metrics
  /** Asked anew each time: identities may be exchanged while it runs. */
  readonly identifier: Pick<Identifier, 'identify' | 'client'>
  /** Makes tokens for agents; none when left out. */
  readonly tokens?: RunTokens
  readonly fail: (why: string) => void
}

/** Opens the control API; undefined when the file asks for none. */
export async function openDesk(config: GuardConfig, options: DeskOptions): Promise<Desk | undefined> {
  const { folder, file } = config
  const { control } = file
  if (control === undefined) return undefined
  const { core, secrets, metrics, identifier, tokens, fail } = options
  const { guard, ledger } = core
  const bindingKey = createHmac('sha256', core.carriedKey).update('authzen denials').digest()
  const authzen = makeAuthzen({ guard, bindingKey })
  const acs = await openAcs(file, guard, secrets)
  const findings = findingDesk(config, { guard, secrets })
  const tls = control.tls && {
    cert: await readFile(resolve(folder, control.tls.cert), 'utf8'),
    key: await readFile(resolve(folder, control.tls.key), 'utf8'),
  }
  const opened = await openControl({
    guard,
    ledger,
    metrics,
    listen: { host: control.host, port: control.port, ...(tls === undefined ? {} : { tls }) },
    hosts: control.hosts ?? ['localhost', '127.0.0.1', '[::1]', control.host, ...hostsOf(tokens)],
    credentials: await credentialsOf(control, secrets),
    identifier,
    ...(tokens === undefined
      ? {}
      : { tokens: { tokens, identifier, resources: file.runs.resources, lifetimeMs: file.runs.lifetime } }),
    isOperator: (principal) => actorsOf(guard.charter(), principal).some((actor) => control.operators.includes(actor)),
    approvers: await approversOf(control, secrets),
    routes: [...authzen.routes, ...(acs?.routes ?? []), ...findings.routes],
    checks: { store: () => core.store.transact([], (transaction) => transaction.read({ switches: true })) },
    onError: (error) => fail(error instanceof Error ? error.message : 'the control API failed'),
  })
  return {
    url: opened.address.url,
    drain: () => opened.drain(),
    close: async () => {
      await opened.close()
      await findings.close()
    },
  }
}

/** The name by which agents are told to ask for tokens. */
function hostsOf(tokens: RunTokens | undefined): readonly string[] {
  const host = tokens === undefined ? undefined : URL.parse(tokens.issuer)?.host
  return host === undefined ? [] : [host]
}

async function credentialsOf({ credentials }: ControlFile, secrets: Secrets): Promise<readonly ControlCredential[]> {
  return Promise.all(
    Object.entries(credentials).map(async ([name, { secret, may }]) => {
      const sha256 = createHash('sha256')
        .update(await secrets.fill(secret))
        .digest('hex')
      return { name, sha256, may }
    }),
  )
}

async function approversOf({ approvers }: ControlFile, secrets: Secrets): Promise<readonly ApproverSystem[]> {
  return Promise.all(
    Object.entries(approvers).map(
      async ([name, { secret, people }]): Promise<ApproverSystem> => ({
        name,
        secret: await secrets.fill(secret),
        principalOf: (id) => {
          if (!Object.hasOwn(people, id)) return undefined
          const { roles, tenant } = people[id] ?? {}
          return {
            id,
            kind: 'user',
            ...(roles === undefined ? {} : { roles }),
            ...(tenant === undefined ? {} : { tenant }),
          }
        },
      }),
    ),
  )
}
