/** The Merkle tree of RFC 6962 section 2.1 (the same in RFC 9162), as it is appended to. */
import { hash } from 'node:crypto'

/** The root of a tree without leaves. */
export const emptyRoot: Buffer = hash('sha256', '', 'buffer')

/** Hash of one leaf. A string stands for its UTF-8. */
export function hashLeaf(leaf: string | Uint8Array): Buffer {
  if (typeof leaf === 'string') return hash('sha256', `\0${leaf}`, 'buffer')
  return hash('sha256', Buffer.concat([leafPrefix, leaf]), 'buffer')
}

/** Hash of an inner node over its two children, 32 bytes each. */
export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  pair.set(left, 1)
  pair.set(right, 33)
  return hash('sha256', pair, 'buffer')
}

const leafPrefix = Uint8Array.of(0)
// Hashing is synchronous, so that one place for the two children is enough.
const pair = new Uint8Array(65)
pair[0] = 1

/** Inner nodes are kept at heights 8, 16, 24…: enough for any proof to read at most 255 hashes a height. */
export const tileHeight = 8

/** A complete subtree: `hash` covers the leaves `index * 2^height` up to, not including, `(index + 1) * 2^height`. */
export interface TreeNode {
  readonly height: number
  readonly index: number
  readonly hash: Buffer
}

/** The right edge of a tree: the roots of its complete subtrees, largest first. All that appending needs. */
export class Frontier {
  #size: number
  readonly #roots: Buffer[]

  constructor(size = 0, roots: readonly Buffer[] = []) {
    if (roots.length !== countOnes(size))
      throw new TypeError(`a tree of ${size} leaves does not have ${roots.length} subtrees`)
    this.#size = size
    this.#roots = [...roots]
  }

  /** Reads what `bytes` wrote. */
  static parse(size: number, bytes: Buffer): Frontier {
    return new Frontier(
      size,
      Array.from({ length: bytes.length / 32 }, (_, index) => bytes.subarray(index * 32, index * 32 + 32)),
    )
  }

  get size(): number {
    return this.#size
  }

  /** Adds one leaf. Tells `onNode` of every subtree that is complete now and whose height is a multiple of `tileHeight`. */
  append(leafHash: Buffer, onNode?: (node: TreeNode) => void): void {
    let node = leafHash
    let index = this.#size
    for (let height = 1; index % 2 === 1; height += 1) {
      const left = this.#roots.pop()
      if (left === undefined) break
      node = hashNode(left, node)
      index = (index - 1) / 2
      if (height % tileHeight === 0) onNode?.({ height, index, hash: node })
    }
    this.#roots.push(node)
    this.#size += 1
  }

  root(): Buffer {
    const last = this.#roots.at(-1)
    if (last === undefined) return emptyRoot
    return this.#roots.slice(0, -1).reduceRight((right, left) => hashNode(left, right), last)
  }

  bytes(): Buffer {
    return Buffer.concat(this.#roots)
  }
}

function countOnes(size: number): number {
  let ones = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2
  return ones
}
