/** Credentials that have come to their end: of keys that are objects, and of sessions that a call ends. */
import type { Charter, ObjectType } from '../charter/charter.ts'
import { secretOf } from '../charter/credential.ts'
import { getPointer, type Pointer } from '../charter/pointer.ts'
import type { Answer } from './call.ts'
import type { Going } from './going.ts'
import { digestOf } from './id.ts'
import type { InForce, Runtime } from './runtime.ts'
import type { Change, ObjectRef, TrackedObject } from './store.ts'

/** No name of a type: what is kept of a credential is the hash of its secret. */
const kept = 'credential of'
/** Shorter ones could be found by trying hashes, so that none is kept. */
const shortest = 16

/** What of a charter is about the end of credentials. */
export interface Ends {
  /** By type: where the answer that makes one tells the secret. */
  readonly secrets: ReadonlyMap<string, Pointer>
  readonly any: boolean
}

export function findEnds(charter: Charter): Ends {
  const secrets = new Map<string, Pointer>()
  for (const type of charter.objects.values()) {
    const at = type.final.length > 0 || type.gone !== undefined ? secretOf(charter, type) : undefined
    // What a registration tells is of a person, who goes on when the object has come to its last state.
    if (at !== undefined && (type.credential !== undefined || !isOpen(type))) secrets.set(type.name, at)
  }
  const sessions = [...charter.operations.values()].some(({ ends }) => ends === 'session')
  return { secrets, any: sessions || secrets.size > 0 }
}

/** Whether somebody whom nothing lets in may make one. */
function isOpen({ transitions }: ObjectType): boolean {
  return transitions.some(
    ({ creates, constraints }) =>
      creates && constraints.some((each) => each.kind === 'by' && each.choices.some(({ anonymous }) => anonymous)),
  )
}

type Shown = Readonly<Record<string, string>> | undefined

/**
 * Whether what a caller shows let in once and does so no longer: the key it belongs to is in a final state as far as the guard followed it, or
 * its session was ended by a call.
 *
 * @throws {StoreError} when nobody can tell.
 */
export async function isEnded(
  { store }: Pick<Runtime, 'store'>,
  { charter, ends }: InForce,
  shown: Shown,
): Promise<boolean> {
  const secrets = ends.any ? secretsIn(shown) : []
  if (secrets.length === 0) return false
  const found = await read(store, secrets.map(keptAs))
  if (found.some((each) => each.state === ended)) return true
  const keys = await read(
    store,
    found.flatMap(({ value }) => (isRef(value) ? [value] : [])),
  )
  return keys.some(({ type, state = '' }) => {
    const { final = [], gone } = charter.objects.get(type) ?? {}
    return final.includes(state) || state === gone
  })
}

const ended = 'ended'

async function read(store: Runtime['store'], objects: readonly ObjectRef[]): Promise<readonly TrackedObject[]> {
  if (objects.length === 0) return []
  const rows = await store.read({ objects })
  return rows.objects.filter((each) => each !== undefined)
}

/** What must be kept of the keys a call made, to know them again. */
export function keptOfKeys(
  { ends }: InForce,
  made: readonly ObjectRef[],
  answer: Answer | undefined,
  seenAt: number,
): readonly Change[] {
  return made.flatMap(({ type, key }): Change[] => {
    const at = ends.secrets.get(type)
    const secret = at === undefined ? undefined : getPointer(answer?.body, at)
    if (typeof secret !== 'string' || secret.length < shortest) return []
    return [{ kind: 'object', object: { ...keptAs(secret), value: { type, key }, seenAt } }]
  })
}

/** What must be kept of a call that ended the session it came with. Cookies and passwords say who calls after that as well. */
export function keptOfSession({ force, call }: Going, shown: Shown, seenAt: number): readonly Change[] {
  if (force.charter.operations.get(call.operation)?.ends !== 'session') return []
  const { cookie: _, ...others } = shown ?? {}
  const tokens = Object.fromEntries(Object.entries(others).filter(([, value]) => !/^basic /i.test(value)))
  return secretsIn(tokens).map((secret) => ({
    kind: 'object',
    object: { ...keptAs(secret), value: null, state: ended, seenAt },
  }))
}

function keptAs(secret: string): ObjectRef {
  return { type: kept, key: digestOf(secret) }
}

/** Every text in headers that may be a secret: whole, after a scheme, and each cookie. */
function secretsIn(shown: Shown): readonly string[] {
  const texts = Object.entries(shown ?? {}).flatMap(([name, value]) =>
    name === 'cookie'
      ? value.split(';').map((each) => each.slice(each.indexOf('=') + 1).trim())
      : [value.trim(), value.trim().replace(/^[\w-]+ +/, '')],
  )
  return [...new Set(texts)].filter((text) => text.length >= shortest)
}

function isRef(value: unknown): value is ObjectRef {
  return typeof value === 'object' && value !== null && 'type' in value && 'key' in value
}
