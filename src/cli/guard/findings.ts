/** Findings at a guard: their store, the files they are taken from by themselves, and where they are tried again. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { findingArea } from '../../api/area/findings/area.ts'
import type { Mounted } from '../../api/endpoint.ts'
import { maxReportBytes } from '../../api/findings/receive.ts'
import { findingRoutes } from '../../api/findings/route.ts'
import { type FindingStore, openFindings } from '../../api/findings/store.ts'
import { makeVerifications } from '../../api/findings/verification.ts'
import type { Shelf } from '../../api/shelf.ts'
import { readText } from '../../charter/load-file.ts'
import type { Route } from '../../gateway/control/route.ts'
import type { Guard } from '../../guard/guard.ts'
import { isSecretHeader, isSecretMember } from '../../prove/identity/secret.ts'
import { openShelf } from '../../store/shelf/open.ts'
import { charterPath, type GuardConfig, type ReadyCharter } from './config.ts'
import { shelfPlace } from './places.ts'
import type { Secrets } from './secrets.ts'
import { verifierOf } from './verify-child.ts'
import { watchFiles } from './watch.ts'

/** The findings on a shelf. Whoever reported them is not relied on to have left credentials out. */
export function findingsOn(shelf: Shelf, guard: Pick<Guard, 'note' | 'charter'>): FindingStore {
  const masking = { redact: (text: string) => text, isSecretHeader, isSecretMember }
  return openFindings({ shelf, guard, charter: () => guard.charter(), masking })
}

/** Findings of a console that is shown. */
export interface ServedFindings {
  readonly area: readonly Mounted[]
  close(): Promise<void>
}

export interface FindingsOptions {
  readonly shelf: Shelf
  readonly guard: Pick<Guard, 'note' | 'charter'>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly fail: (why: string) => void
  /** What is in force now. */
  readonly ready: () => ReadyCharter
  /** The guard file. */
  readonly file: string
}

/** Takes in the files the guard file names, now and whenever they change. */
export function serveFindings(config: GuardConfig, options: FindingsOptions): ServedFindings {
  const { shelf, guard, fail, ready } = options
  const findings = findingsOn(shelf, guard)
  const verifier = verifierOf(config, options)
  const verifications = makeVerifications({ shelf, findings, verifier, onFailure: fail })
  const files = (config.file.console?.findings ?? []).map((file) => resolve(config.folder, file))
  const take = async (): Promise<void> => {
    for (const file of files) await takeFile(findings, file, fail)
  }
  let taking = take()
  const stop = watchFiles(
    () => files,
    () => (taking = taking.then(take)),
  )
  return {
    area: findingArea({
      findings,
      verifications,
      canVerify: verifier !== undefined,
      charter: () => guard.charter(),
      inForce: () => ({ main: charterPath(config.folder, config.file), texts: ready().texts }),
    }),
    close: async () => {
      stop()
      await taking
      await verifications.close()
    },
  }
}

async function takeFile(findings: FindingStore, file: string, fail: (why: string) => void): Promise<void> {
  // One that is not there yet comes with the first run.
  if (!existsSync(file)) return
  const found = await readText(file, maxReportBytes)
  if ('code' in found) {
    fail(`\`${file}\` cannot be read: ${found.code}`)
    return
  }
  try {
    await findings.receive(JSON.parse(found.text), { by: 'a watched file' })
  } catch (error) {
    fail(`\`${file}\` was not taken in: ${error instanceof Error ? error.message : 'failed'}`)
  }
}

/** Routes of the control API, with a shelf of their own that is opened when the first report comes. */
export function findingDesk(
  config: GuardConfig,
  { guard, secrets }: { readonly guard: Pick<Guard, 'note' | 'charter'>; readonly secrets: Secrets },
): { readonly routes: readonly Route[]; close(): Promise<void> } {
  let shelf: Promise<Shelf> | undefined
  const opened = (): Promise<Shelf> => {
    shelf ??= shelfPlace(config, secrets)
      .then(openShelf)
      .catch((error: unknown) => {
        shelf = undefined
        throw error
      })
    return shelf
  }
  return {
    routes: findingRoutes(async () => findingsOn(await opened(), guard)),
    close: async () => void (await (await shelf?.catch(() => undefined))?.close()),
  }
}
