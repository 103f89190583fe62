/**
 * The Merkle tree of RFC 6962 section 2.1, computed in the browser: proofs verified as in RFC 9162 sections 2.1.3.2 and 2.1.4.2.
 * Written apart from the server's code: who verifies does not run what is verified.
 */
import { areEqual, type Bytes, encodeText, join, sha256 } from './bytes.ts'

export interface TreeHead {
  readonly size: number
  readonly root: Bytes
}

export function hashLeaf(text: string): Promise<Bytes> {
  return sha256(join(Uint8Array.of(0), encodeText(text)))
}

export function hashNode(left: Uint8Array, right: Uint8Array): Promise<Bytes> {
  return sha256(join(Uint8Array.of(1), left, right))
}

/** The root that a leaf and its proof lead to; undefined when no tree of that size has such a proof for that place. */
export async function climb(
  { index, size, leaf }: { readonly index: number; readonly size: number; readonly leaf: Bytes },
  path: readonly Uint8Array[],
): Promise<Bytes | undefined> {
  if (!isPlace(index, size)) return undefined
  let place = { at: index, last: size - 1 }
  let node = leaf
  for (const sibling of path) {
    if (place.last === 0) return undefined
    const isRight = place.at % 2 === 1 || place.at === place.last
    node = isRight ? await hashNode(sibling, node) : await hashNode(node, sibling)
    place = above(isRight ? skipMissing(place) : place)
  }
  return place.last === 0 ? node : undefined
}

/** Whether the proof shows that the later tree only appended to the earlier. Nothing can be shown of an empty tree. */
export async function verifyConsistency(
  before: TreeHead,
  after: TreeHead,
  path: readonly Uint8Array[],
): Promise<boolean> {
  if (!isPlace(before.size - 1, after.size)) return false
  if (before.size === after.size) return path.length === 0 && areEqual(before.root, after.root)
  if (path.length === 0) return false
  const [first, ...rest] = isPowerOfTwo(before.size) ? [before.root, ...path] : path
  if (first === undefined) return false
  let place = { at: before.size - 1, last: after.size - 1 }
  while (place.at % 2 === 1) place = above(place)
  let [old, young]: readonly Uint8Array[] = [first, first]
  for (const sibling of rest) {
    if (place.last === 0 || old === undefined || young === undefined) return false
    const isRight = place.at % 2 === 1 || place.at === place.last
    if (isRight) old = await hashNode(sibling, old)
    young = isRight ? await hashNode(sibling, young) : await hashNode(young, sibling)
    place = above(isRight ? skipMissing(place) : place)
  }
  return place.last === 0 && areEqual(old ?? first, before.root) && areEqual(young ?? first, after.root)
}

interface Place {
  readonly at: number
  readonly last: number
}

function above({ at, last }: Place): Place {
  return { at: Math.floor(at / 2), last: Math.floor(last / 2) }
}

/** At the right edge, levels where there is nothing beside it have no hash in the proof. */
function skipMissing(place: Place): Place {
  let found = place
  while (found.at % 2 === 0 && found.at !== 0) found = above(found)
  return found
}

function isPlace(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size
}

function isPowerOfTwo(size: number): boolean {
  let rest = size
  while (rest % 2 === 0) rest /= 2
  return rest === 1
}
