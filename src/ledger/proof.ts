/** Inclusion and consistency proofs of RFC 6962 section 2.1, verified as in RFC 9162 sections 2.1.3.2 and 2.1.4.2. */
import { hashNode, tileHeight } from './tree.ts'

/**
 * Where the hashes of complete subtrees come from: `count` of them at one height, from `first` on. Heights are 0 (leaves) and the
 * multiples of `tileHeight`. Answers fewer when they are not stored.
 */
export type HashSource = (height: number, first: number, count: number) => Promise<readonly Buffer[]>

/** Root over the leaves `from` up to, not including, `to`; `from` is a multiple of the largest power of two in that range. */
export async function subtreeRoot(source: HashSource, from: number, to: number): Promise<Buffer> {
  const half = splitOf(to - from)
  if (half === 0 || half * 2 === to - from) return completeRoot(source, from, to - from)
  return hashNode(await completeRoot(source, from, half), await subtreeRoot(source, from + half, to))
}

/** The sibling hashes of leaf `index` in the tree of the first `size` leaves, lowest first. */
export async function proveInclusion(source: HashSource, index: number, size: number): Promise<Buffer[]> {
  if (!(index >= 0 && index < size)) throw new TypeError(`there is no leaf ${index} in a tree of ${size}`)
  const path: Buffer[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const middle = from + splitOf(to - from)
    const left = index < middle
    path.unshift(left ? await subtreeRoot(source, middle, to) : await subtreeRoot(source, from, middle))
    if (left) to = middle
    else from = middle
  }
  return path
}

/** Shows that the tree of the first `size` leaves is a beginning of the tree of the first `newSize`. */
export async function proveConsistency(source: HashSource, size: number, newSize: number): Promise<Buffer[]> {
  if (!(size >= 0 && size <= newSize)) throw new TypeError(`a tree of ${size} is no beginning of one of ${newSize}`)
  if (size === 0 || size === newSize) return []
  const path: Buffer[] = []
  let [from, to] = [0, newSize]
  while (to !== size) {
    const middle = from + splitOf(to - from)
    const left = size <= middle
    path.unshift(left ? await subtreeRoot(source, middle, to) : await subtreeRoot(source, from, middle))
    if (left) to = middle
    else from = middle
  }
  // The old tree's last subtree is its own proof when it begins at the first leaf: the verifier has its root.
  if (from > 0) path.unshift(await subtreeRoot(source, from, to))
  return path
}

/** What a proof of inclusion is about. */
export interface InclusionClaim {
  readonly index: number
  readonly size: number
  readonly leafHash: Buffer
  readonly root: Buffer
}

/** Whether the proof shows that the leaf is at its index in the tree with that root. */
export function verifyInclusion({ index, size, leafHash, root }: InclusionClaim, path: readonly Buffer[]): boolean {
  if (!isPlace(index, size)) return false
  let [at, last, node] = [index, size - 1, leafHash]
  for (const sibling of path) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      node = hashNode(sibling, node)
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)]
    } else {
      node = hashNode(node, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && node.length === 32 && node.equals(root)
}

/** What a proof of consistency is about: an earlier and a later tree. */
export interface ConsistencyClaim {
  readonly size: number
  readonly root: Buffer
  readonly newSize: number
  readonly newRoot: Buffer
}

/**
 * Whether the proof shows that the later tree only appended to the earlier. Nothing can be shown of an empty tree: every tree goes on
 * from it, so that asking is a mistake.
 */
export function verifyConsistency(claim: ConsistencyClaim, path: readonly Buffer[]): boolean {
  const { size, root, newSize, newRoot } = claim
  if (!isPlace(size - 1, newSize)) return false
  if (size === newSize) return path.length === 0 && root.equals(newRoot)
  const [first, ...rest] = isPowerOfTwo(size) ? [root, ...path] : path
  return first !== undefined && path.length > 0 && climbs(claim, first, rest)
}

function climbs({ size, root, newSize, newRoot }: ConsistencyClaim, first: Buffer, path: readonly Buffer[]): boolean {
  let [at, last] = [size - 1, newSize - 1]
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  let [before, after] = [first, first]
  for (const sibling of path) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      before = hashNode(sibling, before)
      after = hashNode(sibling, after)
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)]
    } else {
      after = hashNode(after, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && before.equals(root) && after.equals(newRoot)
}

/** The largest power of two smaller than `count`; 0 for a single leaf. */
function splitOf(count: number): number {
  let split = 1
  while (split * 2 < count) split *= 2
  return count > 1 ? split : 0
}

async function completeRoot(source: HashSource, from: number, count: number): Promise<Buffer> {
  const height = Math.floor(Math.log2(count) / tileHeight) * tileHeight
  const width = 2 ** height
  let nodes = await source(height, from / width, count / width)
  if (nodes.length !== count / width)
    throw new RangeError(`hashes at height ${height} from leaf ${from} on are not stored`)
  while (nodes.length > 1) nodes = pairUp(nodes)
  const [root] = nodes
  if (root === undefined) throw new RangeError('a tree without leaves has no subtree')
  return root
}

function pairUp(nodes: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = []
  for (let index = 0; index + 1 < nodes.length; index += 2) {
    const [left, right] = [nodes[index], nodes[index + 1]]
    if (left !== undefined && right !== undefined) above.push(hashNode(left, right))
  }
  return above
}

function half(value: number): number {
  return Math.floor(value / 2)
}

function isPlace(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size
}

function isPowerOfTwo(size: number): boolean {
  let rest = size
  while (rest % 2 === 0) rest /= 2
  return rest === 1
}
