/** A link that signs in once: printed where whoever started the console reads it, and nowhere else. */
import { createHash, randomBytes } from 'node:crypto'
import type { Shelf } from '../shelf.ts'
import type { Viewer } from '../viewer.ts'

const kind = 'link'

/** Makes one; whoever opens it first is this viewer. It ends after `lifetimeMs`. */
export async function makeLink(
  shelf: Shelf,
  viewer: Viewer,
  { lifetimeMs, now }: { readonly lifetimeMs: number; readonly now: number },
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await shelf.put({ kind, id: digestOf(token), at: now, expires: now + lifetimeMs, content: viewer }, 0)
  return token
}

/** @returns undefined when there is no such link, or it was used: of several who use it at once, one does. */
export async function useLink(shelf: Shelf, token: string): Promise<Viewer | undefined> {
  const item = await shelf.get(kind, digestOf(token))
  if (item === undefined || !(await shelf.drop(kind, item.id))) return undefined
  return item.content as Viewer
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
