import { scrypt, timingSafeEqual } from 'node:crypto'
import type { Principal } from '../charter/charter.ts'
import { type Answers, makeAnswers } from './answers.ts'
import type { Slot } from './credentials.ts'
import { type ApiKey, hashApiKey, parseKeyFile } from './key-file.ts'
import { NotIdentified } from './not-identified.ts'
import { challenge, type Provider } from './provider.ts'
import type { ApiKeyConfig, WrittenPrincipal } from './schema.ts'
import { watchFile } from './watched-file.ts'

/** A key found by scrypt is found again without it for this long, as long as its hash stands in the file. */
const foundMs = 60_000
/** SECURITY: made-up keys must not be a way to keep the threads busy that everything else needs. */
const mostAtOnce = 4

/** Makes a provider of API keys. */
export function makeApiKeyProvider(config: ApiKeyConfig, path: string, now: () => number): Provider {
  const file = watchFile(path, parseKeyFile, now)
  const found = makeAnswers<string>({ now, until: () => foundMs, refusedMs: 1000 })
  const slow = { running: 0 }
  const slot: Slot = `header:${config.header.toLowerCase()}`
  return {
    name: config.name ?? `api-key ${config.header}`,
    slots: [slot],
    takes: ({ shown }) => shown.has(slot),
    async identify({ shown }) {
      const shownKey = shown.get(slot) ?? ''
      const keys = await file.read().catch((cause: unknown) => {
        throw new NotIdentified('unavailable', 'the keys cannot be read', { cause })
      })
      const key = findBySha256(keys, shownKey) ?? (await findByScrypt(keys, shownKey, { found, slow }))
      if (key === undefined) throw new NotIdentified('unknown', 'the key is not known')
      checkTimes(key, now())
      return principalOf(key.principal)
    },
    challenges: (fault) => [challenge('ApiKey', fault, [`header="${config.header}"`])],
  }
}

/** A written principal as one who calls. */
export function principalOf(written: WrittenPrincipal): Principal {
  const { id, tenant, roles, scopes, kind = 'service', claims = {} } = written
  return {
    id,
    kind,
    claims,
    ...(tenant === undefined ? {} : { tenant }),
    ...(roles === undefined ? {} : { roles }),
    ...(scopes === undefined ? {} : { scopes }),
  }
}

/** Every hash is compared, in a time that says nothing of any. */
function findBySha256(keys: readonly ApiKey[], shown: string): ApiKey | undefined {
  const hash = Buffer.from(hashApiKey(shown))
  return keys.filter((key) => key.hash.length === hash.length && timingSafeEqual(Buffer.from(key.hash), hash))[0]
}

async function findByScrypt(
  keys: readonly ApiKey[],
  shown: string,
  { found, slow }: { readonly found: Answers<string>; readonly slow: { running: number } },
): Promise<ApiKey | undefined> {
  const candidates = keys.filter(
    ({ hash, prefix }) => hash.startsWith('scrypt:') && prefix !== undefined && shown.startsWith(prefix),
  )
  if (candidates.length === 0) return undefined
  // What is remembered is which hash fits, under the hashes there were: a key taken out of the file fits none at once.
  const hashes = candidates.map(({ hash }) => hash)
  const hash = await found.of(JSON.stringify([shown, hashes]), async () => {
    if (slow.running >= mostAtOnce) throw new NotIdentified('unavailable', 'too many keys are being looked up')
    slow.running += 1
    try {
      for (const each of hashes) if (await fitsScrypt(each, shown)) return each
    } finally {
      slow.running -= 1
    }
    throw new NotIdentified('unknown', 'the key is not known')
  })
  return candidates.find((key) => key.hash === hash)
}

async function fitsScrypt(hash: string, shown: string): Promise<boolean> {
  const [, cost, blockSize, parallelization, salt = '', wanted = ''] = hash.split(':')
  const expected = Buffer.from(wanted, 'base64url')
  const options = {
    cost: Number(cost),
    blockSize: Number(blockSize),
    parallelization: Number(parallelization),
    maxmem: 256 * 2 ** 20,
  }
  const actual = await new Promise<Buffer>((resolve, reject) => {
    scrypt(shown, Buffer.from(salt, 'base64url'), expected.length, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
  return timingSafeEqual(actual, expected)
}

function checkTimes(key: ApiKey, nowMs: number): void {
  if (key['not-before'] !== undefined && Date.parse(key['not-before']) > nowMs)
    throw new NotIdentified('not-yet-valid', 'the key is not valid yet')
  if (key.expires !== undefined && Date.parse(key.expires) <= nowMs)
    throw new NotIdentified('expired', 'the key has expired')
}
