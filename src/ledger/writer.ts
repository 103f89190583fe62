import { Worker } from 'node:worker_threads'
import type { ContentRule } from './entry.ts'
import { LedgerError, type LedgerErrorCode } from './error.ts'
import type { StorageConfig } from './storage/storage.ts'

/** What the writing thread needs to know. */
export interface WriterConfig {
  readonly storage: StorageConfig
  readonly node: string
  readonly content: ContentRule
  readonly secretHeaders: readonly string[]
  /** Seals the head: see `sealingSecret`. */
  readonly secret: Uint8Array
}

/** Messages to the thread. `lines` are drafts, one JSON text a line. */
export type ToWriter = { readonly type: 'append'; readonly lines: string } | Order | { readonly type: 'close' }

/** What else is written, one after the other, between batches. `prune` answers whether there is more. */
export type Order =
  | { readonly type: 'prune'; readonly id: number; readonly upTo: number }
  | { readonly type: 'checkpoint'; readonly id: number; readonly size: number; readonly note: string }

/** Messages from it: answers to appends come in their order. */
export type FromWriter =
  | { readonly type: 'appended'; readonly first: number; readonly count: number }
  | ({ readonly type: 'failed'; readonly count: number } & Failure)
  | { readonly type: 'done'; readonly id: number; readonly more: boolean; readonly failed?: Failure }
  | { readonly type: 'closed' }

interface Failure {
  readonly code: LedgerErrorCode
  readonly message: string
  readonly index?: number
}

interface Waiting {
  readonly resolve: (index: number) => void
  readonly reject: (error: LedgerError) => void
}

interface Ordered {
  readonly resolve: (more: boolean) => void
  readonly reject: (error: LedgerError) => void
}

/** More than this waiting means that the disk does not keep up: callers are told instead of filling the memory. */
const maxWaiting = 65_536

/** So many do not wait for the end of the turn: the thread begins with them while others are still being made. */
const fullOutbox = 32

/** So long does an entry wait for another to go with, which nobody waits for. */
const lingerMs = 5

/** New objects live as long as a batch; without a limit their space grows over hours to many times what that needs. */
const resourceLimits = { maxYoungGenerationSizeMb: 48 }

/** Hands drafts to the writing thread and waits for them. */
export class Writer {
  readonly #config: WriterConfig
  readonly #onAppended: (size: number) => void
  #worker: Worker | undefined
  #outbox: string[] = []
  #waiting: Waiting[] = []
  #orders = new Map<number, Ordered>()
  #closing: Promise<void> | undefined
  #closed: () => void = () => undefined
  #count = 0
  #flushing = false
  #lingering: NodeJS.Timeout | undefined

  constructor(config: WriterConfig, onAppended: (size: number) => void) {
    this.#config = config
    this.#onAppended = onAppended
  }

  /** Resolves with the index of the entry once it is durable. One that `lingers` goes with the next that does not, or soon by itself. */
  append(line: string, lingers = false): Promise<number> {
    if (this.#closing !== undefined) return Promise.reject(new LedgerError('closed', 'the ledger is closed'))
    if (this.#waiting.length >= maxWaiting) {
      return Promise.reject(new LedgerError('full', `${maxWaiting} entries wait for the disk`))
    }
    this.#outbox.push(line)
    const kept = new Promise<number>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    if (this.#outbox.length >= fullOutbox) this.#flush()
    else if (lingers) this.#lingering ??= setTimeout(() => this.#flush(), lingerMs)
    else this.#flushSoon()
    return kept
  }

  /** Drops the texts of entries before this index, piece by piece, so that entries that wait get their turn. */
  async prune(upTo: number): Promise<void> {
    for (let more = true; more; ) more = await this.#order((id) => ({ type: 'prune', id, upTo }))
  }

  async keepCheckpoint(size: number, note: string): Promise<void> {
    await this.#order((id) => ({ type: 'checkpoint', id, size, note }))
  }

  /** Waits for everything that was appended before. */
  async close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#closed = resolve
      this.#flush()
      this.#post({ type: 'close' })
    })
    await this.#closing
    await this.#worker?.terminate()
  }

  #order(make: (id: number) => Order): Promise<boolean> {
    if (this.#closing !== undefined) return Promise.reject(new LedgerError('closed', 'the ledger is closed'))
    return new Promise((resolve, reject) => {
      const id = this.#count++
      this.#orders.set(id, { resolve, reject })
      this.#post(make(id))
    })
  }

  /** Everything that is appended in this turn of the event loop goes over in one message. */
  #flushSoon(): void {
    if (this.#flushing || this.#outbox.length === 0) return
    this.#flushing = true
    setImmediate(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  #flush(): void {
    clearTimeout(this.#lingering)
    this.#lingering = undefined
    if (this.#outbox.length === 0) return
    const lines = this.#outbox.join('\n')
    this.#outbox = []
    this.#post({ type: 'append', lines })
  }

  #post(message: ToWriter): void {
    this.#worker ??= this.#start()
    this.#worker.postMessage(message)
  }

  #start(): Worker {
    const worker = new Worker(workerFile, { workerData: this.#config, resourceLimits })
    worker.on('message', (message: FromWriter) => this.#take(message))
    worker.on('error', (cause) => this.#lose(worker, cause))
    worker.on('exit', () => this.#lose(worker, undefined))
    return worker
  }

  #take(message: FromWriter): void {
    if (message.type === 'appended') {
      const { first, count } = message
      for (const [at, each] of this.#waiting.splice(0, count).entries()) each.resolve(first + at)
      this.#onAppended(first + count)
    } else if (message.type === 'failed') {
      for (const each of this.#waiting.splice(0, message.count)) each.reject(errorOf(message))
    } else if (message.type === 'done') {
      const order = this.#orders.get(message.id)
      this.#orders.delete(message.id)
      if (message.failed === undefined) order?.resolve(message.more)
      else order?.reject(errorOf(message.failed))
    } else {
      this.#closed()
    }
  }

  /** The thread died: nobody knows what of the rest was kept. The next append starts another, which reads the head again. */
  #lose(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const error = new LedgerError('unwritable', 'the writing thread of the ledger ended', { cause })
    this.#outbox = []
    for (const each of [...this.#waiting.splice(0), ...this.#orders.values()]) each.reject(error)
    this.#orders.clear()
    this.#closed()
  }
}

// The name of this file ends in .ts in the sources and in .js once it is built; that of the thread's file with it.
const workerFile = new URL(`./worker${import.meta.url.slice(-3)}`, import.meta.url)

function errorOf({ code, message, index }: Failure): LedgerError {
  return new LedgerError(code, message, index === undefined ? {} : { index })
}
