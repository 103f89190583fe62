import { type TreeHead, verifyCheckpoint } from './checkpoint.ts'
import { parseVerifierKey, type VerifierKey } from './note.ts'
import type { LedgerReader } from './storage/storage.ts'
import { Frontier, hashLeaf } from './tree.ts'

/** One piece of a ledger to verify. Checkpoints come before the entries they cover. */
export type VerifyItem =
  | { readonly type: 'checkpoint'; readonly note: string }
  | { readonly type: 'entries'; readonly entries: readonly ClaimedEntry[] }

/** An entry as somebody shows it: its text, or, once it was pruned, its hash alone. */
export interface ClaimedEntry {
  readonly index: number
  readonly text: string | undefined
  readonly hash?: Buffer
}

/**
 * What is wrong, and from which entry to which.
 *
 * - `changed`: the text is not the one its stored hash is of.
 * - `missing`: there is a gap, or an entry at the wrong place.
 * - `mismatch`: the entries are not those a checkpoint was signed over: edited, reordered, added or taken out somewhere in this range.
 * - `cut`: a checkpoint covers entries that are not there.
 * - `dropped`: texts are gone without a record of pruning.
 * - `checkpoint`: a checkpoint is not signed by this key, malformed, or comes after its entries.
 * - `fork`: two checkpoints are signed over different ledgers of one size.
 */
export interface VerifyProblem {
  readonly code: 'changed' | 'missing' | 'mismatch' | 'cut' | 'dropped' | 'checkpoint' | 'fork'
  readonly from: number
  readonly to: number
  readonly says: string
}

/** What verifying found. Entries from `covered` on are under no checkpoint: nothing is known of them but that they are there. */
export interface VerifyReport {
  readonly size: number
  readonly root: string
  readonly covered: number
  readonly checkpoints: number
  readonly pruned: number
  readonly problems: readonly VerifyProblem[]
}

/** What to verify, and what to trust: the public key, and checkpoints from places the ledger's owner cannot change. */
export interface VerifyOptions {
  readonly items: AsyncIterable<VerifyItem>
  readonly publicKey: string
  readonly checkpoints?: readonly string[]
}

const maxProblems = 1000

/**
 * Verifies a whole ledger with nothing but its public key. Reads it once, in order, in little memory. At most 1,000 problems are listed.
 *
 * Without checkpoints from outside, somebody who holds the signing key, or who cuts the ledger back to an earlier state, is not seen.
 *
 * @throws {TypeError} when the public key is malformed.
 */
export async function verifyLedger({ items, publicKey, checkpoints = [] }: VerifyOptions): Promise<VerifyReport> {
  const key = parseVerifierKey(publicKey)
  if (key === undefined) throw new TypeError('the public key is malformed')
  const check = new Check(key)
  for (const note of checkpoints) check.checkpoint(note, 'outside')
  for await (const item of items) {
    if (item.type === 'checkpoint') check.checkpoint(item.note, 'of the ledger')
    else for (const entry of item.entries) check.entry(entry)
  }
  return check.report()
}

/** A stored ledger, to verify. */
export async function* readerItems(reader: LedgerReader): AsyncGenerator<VerifyItem> {
  for (const note of await reader.checkpoints(0)) yield { type: 'checkpoint', note }
  for await (const entries of reader.entries(0, Number.MAX_SAFE_INTEGER)) yield { type: 'entries', entries }
}

class Check {
  readonly #key: VerifierKey
  readonly #frontier = new Frontier()
  readonly #heads = new Map<number, TreeHead>()
  readonly #problems: VerifyProblem[] = []
  #last = 0
  #pruned = 0
  #lastPruned = -1
  #prunable = 0
  #covered = 0
  #broken = false

  constructor(key: VerifierKey) {
    this.#key = key
  }

  checkpoint(note: string, where: string): void {
    const head = verifyCheckpoint(note, this.#key)
    const size = this.#frontier.size
    if ('problem' in head) {
      this.#report('checkpoint', size, size, `a checkpoint ${where} is not to be believed: ${head.problem}`)
    } else {
      this.#trust(head)
    }
  }

  entry({ index, text, hash }: ClaimedEntry): void {
    this.#place(index)
    const own = text === undefined ? undefined : hashLeaf(text)
    if (own !== undefined && hash !== undefined && !own.equals(hash)) {
      this.#report('changed', index, index, `entry ${index} is not the text it was when it was recorded`)
    }
    if (own === undefined) this.#prune(index)
    else if (text?.includes('"kind":"prune"')) this.#allowPruning(text)
    // The stored hash goes into the tree, so that one changed text does not hide what else is wrong.
    this.#frontier.append(hash ?? own ?? Buffer.alloc(32))
    if (this.#heads.has(this.#frontier.size)) this.#compare()
  }

  report(): VerifyReport {
    const size = this.#frontier.size
    const last = this.#last
    if (last > size) this.#report('cut', size, last - 1, `a checkpoint covers ${last} entries, ${size} are there`)
    if (this.#lastPruned >= this.#prunable) {
      this.#report('dropped', this.#prunable, this.#lastPruned, 'texts are gone that no recorded pruning covers')
    }
    return {
      size,
      root: this.#frontier.root().toString('base64'),
      covered: this.#covered,
      checkpoints: this.#heads.size,
      pruned: this.#pruned,
      problems: this.#problems,
    }
  }

  #trust(head: TreeHead): void {
    const known = this.#heads.get(head.size)
    const size = this.#frontier.size
    if (known !== undefined && !known.root.equals(head.root)) {
      this.#report('fork', 0, head.size - 1, `two ledgers of ${head.size} entries were signed`)
    } else if (known === undefined && head.size < size) {
      this.#report('checkpoint', head.size, size, 'a checkpoint comes after its entries')
    } else {
      this.#heads.set(head.size, head)
      this.#last = Math.max(this.#last, head.size)
    }
  }

  #place(index: number): void {
    const expected = this.#frontier.size
    if (index === expected || this.#broken) return
    // Behind a gap no root can be right any more; texts are still compared with their hashes.
    this.#broken = true
    const to = Math.max(expected, index - 1)
    this.#report('missing', expected, to, `entry ${expected} should follow, entry ${index} does`)
  }

  #compare(): void {
    const size = this.#frontier.size
    if (this.#broken) return
    if (this.#heads.get(size)?.root.equals(this.#frontier.root())) {
      this.#covered = size
    } else {
      this.#broken = true
      const says = `the entries are not those the checkpoint of ${size} entries was signed over`
      this.#report('mismatch', this.#covered, size - 1, says)
    }
  }

  #prune(index: number): void {
    this.#pruned += 1
    this.#lastPruned = index
  }

  #allowPruning(text: string): void {
    const entry: unknown = JSON.parse(text)
    if (entry === null || typeof entry !== 'object' || !('kind' in entry) || entry.kind !== 'prune') return
    if ('upTo' in entry && typeof entry.upTo === 'number') this.#prunable = Math.max(this.#prunable, entry.upTo)
  }

  #report(code: VerifyProblem['code'], from: number, to: number, says: string): void {
    if (this.#problems.length < maxProblems) this.#problems.push({ code, from, to, says })
  }
}
