/** The vault of a guard file: its store beside the guard's, its keys, and the other vaults it reads. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Agent } from 'undici'
import { VaultError } from '../../vault/error.ts'
import { makeOpenBao, type OpenBao, type OtherVaultConfig } from '../../vault/external/openbao.ts'
import type { Login } from '../../vault/external/session.ts'
import { type Keeper, makeKeeper } from '../../vault/keeper.ts'
import { masterKeyBehind } from '../../vault/master-command.ts'
import { type MasterKey, type MasterKeys, masterKeyIn, masterKeyOf } from '../../vault/master-key.ts'
import { type RecordedIn, recordIn, type VaultRecord } from '../../vault/record.ts'
import { openVaultStore } from '../../vault/storage/open.ts'
import type { VaultStore } from '../../vault/store.ts'
import type { GuardConfig } from './config.ts'
import type { Secrets } from './secrets.ts'
import type { KeyFile, OtherVaultFile, VaultFile } from './vault-schema.ts'

/** An open vault. */
export interface OpenVault {
  readonly store: VaultStore
  readonly masters: MasterKeys
  readonly record: VaultRecord
  readonly others: OpenBao
  readonly keeper: Keeper
  close(): Promise<void>
}

export interface VaultSurroundings {
  readonly secrets: Secrets
  readonly env: Readonly<Record<string, string | undefined>>
  readonly ledger: RecordedIn
}

/**
 * Opens the vault of a guard file.
 *
 * @throws {VaultError} `unavailable`, `master-key`; an Error when a file or a variable is missing.
 */
export async function openVault(config: GuardConfig, around: VaultSurroundings): Promise<OpenVault> {
  const file = config.file.vault ?? { previous: [], external: {} }
  const store = await openStore(config, around.secrets)
  try {
    const isNew = (await store.read()).heads.length === 0
    const masters = await mastersOf(config, file, around, isNew)
    const others = makeOpenBao(await othersOf(config, file, around.secrets))
    const record = recordIn(around.ledger)
    const keeper = makeKeeper({ store, masters, record, now: Date.now, write: others.write })
    return {
      store,
      masters,
      record,
      others,
      keeper,
      close: async () => {
        await others.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

async function openStore({ folder, file: { store } }: GuardConfig, secrets: Secrets): Promise<VaultStore> {
  if ('sqlite' in store)
    return openVaultStore({ type: 'sqlite', file: join(resolve(folder, store.sqlite), 'vault.db') })
  return openVaultStore({ type: 'postgres', url: await secrets.fill(store.postgres), schema: store.schema })
}

async function mastersOf(
  config: GuardConfig,
  { master, previous }: Pick<VaultFile, 'master' | 'previous'>,
  around: VaultSurroundings,
  isNew: boolean,
): Promise<MasterKeys> {
  const { folder, file } = config
  const home = resolve(folder, 'sqlite' in file.store ? file.store.sqlite : '.lockstep/guard')
  const current = master ?? { file: join(home, 'vault.key') }
  return {
    current: await masterOf(folder, current, around, () => isNew),
    previous: await Promise.all(previous.map((each) => masterOf(folder, each, around, () => false))),
  }
}

async function masterOf(
  folder: string,
  key: KeyFile,
  { env }: VaultSurroundings,
  mayCreate: () => boolean,
): Promise<MasterKey> {
  if ('file' in key) return masterKeyIn(resolve(folder, key.file), mayCreate)
  if ('env' in key) {
    const text = env[key.env] ?? ''
    if (text === '') throw new VaultError('master-key', `the variable ${key.env} is missing or empty`)
    return masterKeyOf(text)
  }
  return masterKeyBehind({ id: key.id, command: key.command, folder, env, timeoutMs: key.timeout })
}

function othersOf(
  { folder }: GuardConfig,
  { external }: Pick<VaultFile, 'external'>,
  secrets: Secrets,
): Promise<readonly OtherVaultConfig[]> {
  return Promise.all(
    Object.entries(external).map(async ([name, other]) => {
      const { url, namespace, ca, cache, timeout } = other
      const trusted = ca === undefined ? undefined : await readFile(resolve(folder, ca), 'utf8')
      return {
        server: {
          name,
          url,
          timeoutMs: timeout,
          ...(namespace === undefined ? {} : { namespace }),
          ...(trusted === undefined ? {} : { dispatcher: new Agent({ connect: { ca: trusted } }) }),
        },
        login: loginOf(other, secrets),
        cacheMs: cache,
      }
    }),
  )
}

function loginOf({ login }: OtherVaultFile, secrets: Secrets): Login {
  if ('token' in login) return { kind: 'token', token: () => secrets.fill(login.token) }
  if ('approle' in login) {
    const { mount, 'role-id': roleId, 'secret-id': secretId } = login.approle
    return { kind: 'approle', mount, roleId, secretId: () => secrets.fill(secretId) }
  }
  const { mount, role, jwt } = login.kubernetes
  return { kind: 'kubernetes', mount, role, jwt: () => secrets.fill(`\${file:${jwt}}`) }
}
