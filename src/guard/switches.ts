/** The kill switches: what nobody may use now, on every node within a second. */
import type { Call, Principal } from '../charter/charter.ts'
import type { Objects } from './gather.ts'
import type { Journal } from './journal.ts'
import type { Store, Switch } from './store.ts'

export interface Switches {
  readonly list: () => readonly Switch[]
  /** What of a call is switched off, before its objects are known: whoever it is made for counts as much as who makes it. */
  ofCall(call: Pick<Call, 'operation' | 'principal' | 'run'>, workflow: string | undefined): Switch | undefined
  ofObjects(objects: Objects): Switch | undefined
  /** On the record before it is in effect anywhere. */
  off(which: Switch): Promise<void>
  /** @returns false when it was not switched off. */
  on(of: Switch['of'], name: string, by: string, why: string, at: number): Promise<boolean>
  close(): void
}

/** Opens the switches of a store and follows their changes on other nodes. */
export async function openSwitches(store: Store, journal: Journal): Promise<Switches> {
  let current = new Map<string, Switch>()
  const load = async (): Promise<void> => {
    const rows = await store.read({ switches: true })
    current = new Map(rows.switches.map((each) => [nameOf(each.of, each.name), each]))
  }
  await load()
  // A store that cannot be read leaves what was known: calls fail on the store itself.
  const stop = store.watch(() => void load().catch(() => undefined))
  const find = (of: Switch['of'], name: string | undefined): Switch | undefined =>
    name === undefined ? undefined : current.get(nameOf(of, name))
  return {
    list: () => [...current.values()],
    ofCall: ({ operation, principal, run }, workflow) => {
      if (current.size === 0) return undefined
      const found = find('operation', operation) ?? find('workflow', workflow) ?? find('run', run?.id)
      return found ?? firstOf([principal, ...(principal.chain ?? [])], find)
    },
    ofObjects: (objects) => {
      if (current.size === 0) return undefined
      for (const fact of Object.values(objects)) {
        if (fact === null) continue
        const found = find('object', `${fact.type}/${fact.key}`) ?? find('tenant', fact.tenant)
        if (found !== undefined) return found
      }
      return undefined
    },
    async off(which) {
      await journal.append({ at: which.at, kind: 'switch', on: false, switch: which })
      await store.transact([], (transaction) => transaction.write([{ kind: 'switch-off', switch: which }]))
      await load()
    },
    async on(of, name, by, why, at) {
      const before = find(of, name)
      if (before === undefined) return false
      await journal.append({ at, kind: 'switch', on: true, switch: { of, name, by, why, at } })
      await store.transact([], (transaction) => transaction.write([{ kind: 'switch-on', of, name }]))
      await load()
      return true
    },
    close: stop,
  }
}

type Find = (of: Switch['of'], name: string | undefined) => Switch | undefined

function firstOf(everyone: readonly Principal[], find: Find): Switch | undefined {
  for (const { id, tenant, kind } of everyone) {
    const found = find('principal', id) ?? find('tenant', tenant) ?? (kind === 'agent' ? find('agent', id) : undefined)
    if (found !== undefined) return found
  }
  return undefined
}

function nameOf(of: Switch['of'], name: string): string {
  return `${of} ${name}`
}
