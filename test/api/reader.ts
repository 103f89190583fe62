// Asks the console's API as its local administrator.
import assert from 'node:assert/strict'
import type { Shown } from '../console/shown.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers as they come over the wire
type Anything = any

/** Reads an address, again and again until it is as wanted: the overview follows the ledger a moment later. @throws what was answered instead. */
export async function reader(shown: Shown) {
  const token = new URL(await shown.link()).hash.slice('#link='.length)
  const signedIn = await fetch(`${shown.url}/api/session/link`, {
    method: 'POST',
    headers: { origin: shown.url, 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  assert.equal(signedIn.status, 204)
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  return async (path: string, isWanted: (found: Anything) => boolean = () => true): Promise<Anything> => {
    for (let tries = 0; ; tries += 1) {
      const response = await fetch(`${shown.url}${path}`, { headers: { cookie } })
      if (response.status !== 200) throw new Error(`${path}: ${response.status}`)
      const found = await response.json()
      if (isWanted(found)) return found
      if (tries === 200) assert.fail(`it did not come: ${JSON.stringify(found)}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}
