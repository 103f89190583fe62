/** Changes of the charter in a console: where they are tried, and where they go. */
import { resolve } from 'node:path'
import { charterArea } from '../../api/area/charter/charter.ts'
import type { Mounted } from '../../api/endpoint.ts'
import type { Shelf } from '../../api/shelf.ts'
import { openDesk } from '../../revise/desk.ts'
import type { KeepPlace } from '../../revise/keep.ts'
import { charterPath, type GuardConfig, type ReadyCharter } from './config.ts'
import type { Core } from './core.ts'
import { ledgerStorage } from './places.ts'
import type { Secrets } from './secrets.ts'

export interface ChangesOptions {
  readonly core: Pick<Core, 'guard'>
  readonly secrets: Secrets
  readonly ready: () => GuardConfig & ReadyCharter
}

export interface Changes {
  readonly area: readonly Mounted[]
  close(): Promise<void>
}

/** No thread is begun before somebody looks. */
export function openChanges(shelf: Shelf, { core, secrets, ready }: ChangesOptions): Changes {
  const inForce = () => {
    const { folder, file, texts, version } = ready()
    return { main: charterPath(folder, file), texts, version }
  }
  const desk = openDesk(async () => ({ ...inForce(), storage: await ledgerStorage(ready(), secrets) }))
  const place = placeOf(ready())
  const area = charterArea({
    guard: core.guard,
    shelf,
    desk,
    inForce,
    now: Date.now,
    ...(place === undefined ? {} : { place }),
  })
  return { area, close: () => desk.close() }
}

function placeOf({ folder, file }: GuardConfig): KeepPlace | undefined {
  const changes = file.console?.changes
  if (changes === undefined) return undefined
  if ('folder' in changes) return { type: 'folder', folder: resolve(folder, changes.folder) }
  return { type: 'git', repository: resolve(folder, changes.git), prefix: changes.branch }
}
