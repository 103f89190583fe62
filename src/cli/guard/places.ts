/** Where state, ledger and keys of a guard file are. */
import { join, resolve } from 'node:path'
import type { Store } from '../../guard/store.ts'
import type { LedgerOptions } from '../../ledger/ledger.ts'
import { type PlaceConfig, placeOf } from '../../ledger/place.ts'
import type { StorageConfig } from '../../ledger/storage/storage.ts'
import { openPostgresStore, openSqliteStore } from '../../store/open.ts'
import type { ShelfPlace } from '../../store/shelf/open.ts'
import type { GuardConfig, ReadyCharter } from './config.ts'
import type { RawPlace } from './schema.ts'
import type { Secrets } from './secrets.ts'

/** Opens the state. */
export async function openState({ folder, file }: GuardConfig, secrets: Secrets): Promise<Store> {
  const { store } = file
  if ('sqlite' in store) return openSqliteStore(join(resolve(folder, store.sqlite), 'state.db'))
  return openPostgresStore(await secrets.fill(store.postgres), { schema: store.schema })
}

/** Where the shelf is: beside the state. */
export async function shelfPlace({ folder, file }: GuardConfig, secrets: Secrets): Promise<ShelfPlace> {
  const { store } = file
  if ('sqlite' in store) return { type: 'sqlite', file: join(resolve(folder, store.sqlite), 'console.db') }
  return { type: 'postgres', url: await secrets.fill(store.postgres), schema: store.schema }
}

/** Where the ledger is; without a folder of its own, beside the state. */
export async function ledgerStorage({ folder, file }: GuardConfig, secrets: Secrets): Promise<StorageConfig> {
  const { store } = file
  if ('postgres' in store) return { type: 'postgres', url: await secrets.fill(store.postgres) }
  const home = resolve(folder, store.sqlite)
  return { type: 'sqlite', file: join(home, 'ledger.db'), keys: join(home, 'keys.db') }
}

/** The file of the signing key. */
export function signingKeyFile({ folder, file }: GuardConfig): string {
  if (file.ledger.key !== undefined) return resolve(folder, file.ledger.key)
  return join(resolve(folder, 'sqlite' in file.store ? file.store.sqlite : '.lockstep/guard'), 'signing.key')
}

/** The name of the ledger. */
export function originOf({ file, charter }: Pick<GuardConfig, 'file'> & Pick<ReadyCharter, 'charter'>): string {
  return file.ledger.origin ?? `lockstep.local/${charter.name}`
}

/** Everything a ledger is opened with, but who writes. */
export async function ledgerOptions(
  config: GuardConfig & ReadyCharter,
  secrets: Secrets,
): Promise<Omit<LedgerOptions, 'node' | 'version'>> {
  const { content, checkpoints, 'secret-headers': secretHeaders } = config.file.ledger
  return {
    storage: await ledgerStorage(config, secrets),
    signingKey: signingKeyFile(config),
    origin: originOf(config),
    content: content === 'hash' ? 'keyed-hash' : content,
    secretHeaders,
    checkpoints: {
      everySeconds: Math.max(1, checkpoints.every / 1000),
      everyEntries: checkpoints.entries,
      places: await placesOf(config, secrets),
    },
  }
}

/** The checkpoints that are outside, as far as places can be read; a server that is posted to needs no asking. */
export async function checkpointsOutside(config: GuardConfig, secrets: Secrets): Promise<readonly string[]> {
  const readable = config.file.ledger.checkpoints.places.filter((place) => !('http' in place))
  const places = await Promise.all(readable.map((place) => placeFrom(place, config.folder, secrets)))
  return (await Promise.all(places.map((place) => placeOf(place).published()))).flat()
}

/** The places checkpoints go to. */
async function placesOf({ folder, file }: GuardConfig, secrets: Secrets): Promise<readonly PlaceConfig[]> {
  return Promise.all(file.ledger.checkpoints.places.map((place) => placeFrom(place, folder, secrets)))
}

async function placeFrom(place: RawPlace, folder: string, secrets: Secrets): Promise<PlaceConfig> {
  if ('file' in place) return { type: 'file', path: resolve(folder, place.file) }
  if ('git' in place) {
    const { git, path, remote } = place
    return { type: 'git', repository: resolve(folder, git), file: path, ...(remote === undefined ? {} : { remote }) }
  }
  const headers = Object.entries(place.headers ?? {}).map(
    async ([name, text]) => [name, await secrets.fill(text)] as const,
  )
  return { type: 'http', url: place.http, headers: Object.fromEntries(await Promise.all(headers)) }
}
