import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { LedgerError } from './error.ts'
import type { EntryRecord } from './record.ts'
import type { Batch, NewRow, StoredHead } from './storage/storage.ts'
import { Frontier, hashLeaf, type TreeNode } from './tree.ts'

/** What only the writer knows: the secret its heads are sealed with, and the last head it wrote. */
export interface Trust {
  readonly secret: Secret
  readonly last: StoredHead | undefined
}

/** A key object is much faster than the bytes. */
export type Secret = Buffer | KeyObject

/**
 * Puts records behind a head: hashes, places, and the new head, sealed.
 *
 * @throws {LedgerError} `forged` when the head was not sealed by this ledger, or was set back: nothing is ever appended to what somebody else wrote.
 */
export function buildBatch(
  head: StoredHead | undefined,
  records: readonly EntryRecord[],
  { secret, last }: Trust,
): Batch {
  const frontier = isSame(head, last) ? Frontier.parse(head.size, head.frontier) : openHead(head, secret)
  if (last !== undefined && frontier.size < last.size) {
    throw new LedgerError('forged', `the ledger was cut from ${last.size} entries to ${frontier.size}`, {
      index: frontier.size,
    })
  }
  const nodes: TreeNode[] = []
  const rows = records.map(({ columns, text }): NewRow => {
    const row = { ...columns, index: frontier.size, hash: hashLeaf(text), text }
    frontier.append(row.hash, (node) => nodes.push(node))
    return row
  })
  return { rows, nodes, head: { size: frontier.size, frontier: frontier.bytes(), seal: sealHead(frontier, secret) } }
}

/** Whether a stored head is byte by byte the one that was written last: its seal need not be made again to know it. */
function isSame(head: StoredHead | undefined, last: StoredHead | undefined): head is StoredHead {
  if (head === undefined || last === undefined || head.size !== last.size) return false
  return head.frontier.equals(last.frontier) && head.seal.equals(last.seal)
}

/**
 * The frontier in a stored head; that of the empty tree when there is none.
 *
 * @throws {LedgerError} `forged` when its seal does not fit.
 */
export function openHead(head: StoredHead | undefined, secret: Secret): Frontier {
  if (head === undefined) return new Frontier()
  const frontier = parseFrontier(head)
  const seal = frontier && sealHead(frontier, secret)
  if (frontier === undefined || seal?.length !== head.seal.length || !timingSafeEqual(seal, head.seal)) {
    throw new LedgerError('forged', `the head of the ledger, ${head.size} entries, was not written by it`)
  }
  return frontier
}

/** The frontier in a stored head as it stands there, its seal unseen; undefined when it cannot be one. */
export function parseFrontier({ size, frontier }: StoredHead): Frontier | undefined {
  try {
    return Frontier.parse(size, frontier)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function sealHead(frontier: Frontier, secret: Secret): Buffer {
  return createHmac('sha256', secret).update(`${frontier.size}\n`).update(frontier.root()).digest()
}
