/** A store whose rows say nothing of what calls carry: it is sealed on its way in, and opened on its way out. */
import { openNamed, type SubjectKey, sealNamed } from '../ledger/seal.ts'
import { type Change, type Rows, type Store, StoreError, type Transaction } from './store.ts'

/**
 * Seals what calls on their way, questions, grants, kept answers and runs carry, and what is kept for later requests; but not plain calls,
 * each of which would cost a tenth more. Names, times and states stay readable, as rows are found by them. Rows that were written before
 * there was a key are read as they are.
 */
export function sealedStore(store: Store, key: SubjectKey): Store {
  const seal = new Seal(key)
  return {
    transact: (keys, work, options) => store.transact(keys, (transaction) => work(sealing(transaction, seal)), options),
    read: async (query) => opened(await store.read(query), seal),
    flush: () => store.flush(),
    watch: (listener) => store.watch(listener),
    close: () => store.close(),
  }
}

function sealing(transaction: Transaction, seal: Seal): Transaction {
  return {
    read: (query) => transaction.read(query).then((rows) => opened(rows, seal)),
    write: (changes) => transaction.write(changes.map((change) => sealed(change, seal))),
  }
}

/** Begins what is sealed, with the number of the form. */
const form = 'sealed.1.'

/** Binds each value to its row: one of another row is none of this. */
class Seal {
  readonly #key: SubjectKey

  constructor(key: SubjectKey) {
    this.#key = key
  }

  seal(row: string, value: unknown): unknown {
    return value === undefined || value === null ? value : form + sealNamed(JSON.stringify(value), row, this.#key)
  }

  /** @throws {StoreError} `broken` when it was sealed with another key or changed. */
  open(row: string, kept: unknown): unknown {
    if (typeof kept !== 'string' || !kept.startsWith(form)) return kept
    const text = openNamed(kept.slice(form.length), row, this.#key)
    if (text !== undefined) return JSON.parse(text)
    throw new StoreError('broken', 'what the store keeps cannot be opened: it was sealed with another key, or changed')
  }

  /** One that cannot be opened must not keep all others from being found: nothing can be done with it. */
  openOr(row: string, kept: unknown): unknown {
    try {
      return this.open(row, kept)
    } catch (error) {
      if (error instanceof StoreError) return null
      throw error
    }
  }
}

function sealed(change: Change, seal: Seal): Change {
  switch (change.kind) {
    case 'call':
      if (change.plain === true) return change
      return { ...change, call: { ...change.call, detail: seal.seal(change.call.id, change.call.detail) } }
    case 'call-state':
      return change.detail === undefined ? change : { ...change, detail: seal.seal(change.call, change.detail) }
    case 'hold':
      return { ...change, hold: { ...change.hold, detail: seal.seal(change.hold.id, change.hold.detail) } }
    case 'run':
      return { ...change, run: { ...change.run, detail: seal.seal(change.run.id, change.run.detail) } }
    case 'keep':
      return { ...change, kept: { ...change.kept, content: seal.seal(change.kept.name, change.kept.content) } }
    case 'repeat': {
      const { key, answer } = change.repeat
      return answer === undefined ? change : { ...change, repeat: { ...change.repeat, answer: seal.seal(key, answer) } }
    }
    case 'grant': {
      const { id, value, bound } = change.grant
      const own = bound === undefined ? {} : { bound: seal.seal(id, bound) }
      return { ...change, grant: { ...change.grant, value: seal.seal(id, value), ...own } }
    }
    default:
      return change
  }
}

const carrying = ['calls', 'callsIn', 'holds', 'holdsBy', 'runs', 'runsBy', 'kept', 'repeats', 'grants'] as const

function opened(rows: Rows, seal: Seal): Rows {
  // Most reads are of none of these.
  if (carrying.every((name) => rows[name].length === 0)) return rows
  return {
    ...rows,
    calls: rows.calls.map((row) => row && { ...row, detail: seal.open(row.id, row.detail) }),
    callsIn: rows.callsIn.map((row) => ({ ...row, detail: seal.openOr(row.id, row.detail) })),
    holds: rows.holds.map((row) => row && { ...row, detail: seal.open(row.id, row.detail) }),
    holdsBy: rows.holdsBy.map((row) => ({ ...row, detail: seal.openOr(row.id, row.detail) })),
    runs: rows.runs.map((row) => row && { ...row, detail: seal.open(row.id, row.detail) }),
    runsBy: rows.runsBy.map((row) => ({ ...row, detail: seal.openOr(row.id, row.detail) })),
    kept: rows.kept.map((row) => row && { ...row, content: seal.open(row.name, row.content) }),
    repeats: rows.repeats.map(
      (row) => row && (row.answer === undefined ? row : { ...row, answer: seal.open(row.key, row.answer) }),
    ),
    grants: rows.grants.map((found) =>
      found.map((row) => ({
        ...row,
        value: seal.open(row.id, row.value),
        ...(row.bound === undefined ? {} : { bound: seal.open(row.id, row.bound) }),
      })),
    ),
  }
}
