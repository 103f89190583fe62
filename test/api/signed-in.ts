// Somebody who signed in with a one-time link, and asks the console's API as its pages do.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { type Visit, visit } from './visit.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers as they come over the wire
type Anything = any

export interface SignedIn extends Pick<Visit, 'ask'> {
  /** What is there; again and again until it is as wanted, as the overview follows the ledger a moment later. @throws what is there instead. */
  read(path: string, isWanted?: (found: Anything) => boolean): Promise<Anything>
  /** The status of the answer. */
  post(path: string, body?: unknown): Promise<number>
}

export async function signedIn(link: string): Promise<SignedIn> {
  const { origin, hash } = new URL(link)
  const { ask } = visit(origin)
  const token = new URLSearchParams(hash.slice(1)).get('link')
  const { status } = await ask('POST', '/api/session/link', { body: { token } })
  assert.equal(status, 204)
  return asSignedIn(ask)
}

/** Whoever has come in by another way. */
export function asSignedIn(ask: Visit['ask']): SignedIn {
  return {
    ask,
    async read(path, isWanted = () => true) {
      for (let tries = 0; ; tries += 1) {
        const response = await ask('GET', path)
        if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
        const found: Anything = await response.json()
        if (isWanted(found)) return found
        if (tries === 800) assert.fail(`it did not come: ${JSON.stringify(found)}`)
        await pause(25)
      }
    },
    post: async (path, body) => (await ask('POST', path, { body })).status,
  }
}
