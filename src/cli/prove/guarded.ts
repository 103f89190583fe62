/** A guard in front of the targets of a proof: the same charter, enforced, with a memory that lasts as long as the proof. */
import type { Charter } from '../../charter/charter.ts'
import { openHttpGateway } from '../../gateway/http/gateway.ts'
import { httpTruth, type Reader } from '../../gateway/http/truth.ts'
import { createGuard, type Guard } from '../../guard/guard.ts'
import type { Journal } from '../../guard/journal.ts'
import type { Store } from '../../guard/store.ts'
import type { SecretReference } from '../../identity/identity.ts'
import { openIdentifier } from '../../identity/open-identifier.ts'
import type { ProviderConfig } from '../../identity/schema.ts'
import { openSqliteStore } from '../../store/sqlite/open.ts'
import type { GuardBy, Guarded } from './options.ts'

export interface GuardedOptions {
  readonly charter: Charter
  /** Names the exact text of the charter. */
  readonly version: string
  readonly identity: readonly ProviderConfig[]
  readonly readSecret: (reference: SecretReference) => Promise<string | undefined>
  /** Whose eyes the guard looks with, by source. */
  readonly readers?: Readonly<Record<string, readonly Reader[]>>
  /** Where decisions are recorded; nowhere by default. */
  readonly journal?: Journal
  /** What files of keys are relative to. */
  readonly directory?: string
}

const nowhere: Journal = { append: () => Promise.resolve() }

/** Makes the way `lockstep prove --guard` guards its targets. */
export function guardWith(options: GuardedOptions): GuardBy {
  return async (targets, now): Promise<Guarded> => {
    const upstreams = Object.fromEntries(Object.entries(targets).map(([source, url]) => [source, { url }]))
    const truth = httpTruth({
      charter: () => options.charter,
      upstreams,
      ...(options.readers === undefined ? {} : { readers: options.readers }),
    })
    const identifier = await openIdentifier(options.identity, {
      now: Date.now,
      readSecret: options.readSecret,
      upstreams: targets,
      ...(options.directory === undefined ? {} : { directory: options.directory }),
    })
    const open = async (): Promise<{ guard: Guard; store: Store }> => {
      const store = openSqliteStore(':memory:')
      const journal = options.journal ?? nowhere
      return {
        guard: await createGuard(options.charter, { version: options.version, store, journal, truth, now }),
        store,
      }
    }
    let current = await open()
    const gateway = await openHttpGateway({
      guard: following(() => current.guard),
      identifier,
      upstreams,
      listen: { host: '127.0.0.1', port: 0 },
    })
    const shut = async (): Promise<void> => {
      await current.guard.close()
      await current.store.close()
    }
    return {
      targets: Object.fromEntries(Object.keys(targets).map((source) => [source, gateway.address.url])),
      renew: async () => {
        await shut()
        current = await open()
      },
      close: async () => {
        await gateway.close(1000)
        await shut()
        await identifier.close()
        await truth.close()
      },
    }
  }
}

/** A guard that is whichever is current. */
function following(current: () => Guard): Guard {
  return {
    begin: (incoming) => current().begin(incoming),
    call: (incoming, forward) => current().call(incoming, forward),
    evaluate: (incoming) => current().evaluate(incoming),
    reload: (charter, version) => current().reload(charter, version),
    charter: () => current().charter(),
    get switches() {
      return current().switches
    },
    get approvals() {
      return current().approvals
    },
    get doubts() {
      return current().doubts
    },
    close: () => current().close(),
  }
}
