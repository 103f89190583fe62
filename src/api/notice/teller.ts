/**
 * Tells people and systems what is on the record, at least once each, in order. The ledger itself is what waits to be told: a target
 * has a position in it that moves on when a message arrived. Of several nodes, one tells.
 */
import { createHash } from 'node:crypto'
import { newId } from '../../guard/id.ts'
import type { Entry } from '../../ledger/entry.ts'
import type { LedgerReader } from '../../ledger/storage/storage.ts'
import type { Shelf } from '../shelf.ts'
import { makeLease } from './lease.ts'
import { mayBeTold, type Notice, noticeOf } from './notice.ts'
import { Overtaken, type QueueOptions, TargetQueue, type TargetState } from './queue.ts'
import type { Failure, Message, Target } from './target.ts'

export interface TellerOptions extends Pick<QueueOptions, 'workflowOf' | 'onGivenUp'> {
  readonly targets: readonly Target[]
  readonly shelf: Shelf
  readonly reader: Pick<LedgerReader, 'head' | 'entries'>
  /** The name of the ledger, and its public key: messages are named after both. */
  readonly origin: string
  readonly ledger: string
  readonly node: string
  readonly link: Message['link']
  /** Learns once of each target that cannot be told, and of what else went wrong. */
  readonly onFailure: (why: string) => void
  readonly now?: () => number
  readonly everyMs?: number
  readonly leaseMs?: number
  readonly retryMs?: readonly number[]
  readonly giveUpMs?: number
}

export interface Teller {
  /** How each target does, and which node tells. */
  state(): Promise<{ readonly targets: readonly TargetState[]; readonly node?: string }>
  /** Sends a message that says it is a test. @returns undefined when there is no such target. */
  test(id: string, by: string): Promise<{ readonly failure?: Failure } | undefined>
  /** What was not told stays for the next start. */
  close(): Promise<void>
}

const minuteMs = 60_000
const usualRetries: readonly number[] = [1000, 5000, 30_000, 2 * minuteMs, 10 * minuteMs, 30 * minuteMs]

/** @throws when the shelf or the ledger cannot be read. */
export async function openTeller(options: TellerOptions): Promise<Teller> {
  const teller = new PacedTeller(options)
  await teller.start()
  return teller
}

class PacedTeller implements Teller {
  readonly #options: TellerOptions
  readonly #queues: readonly TargetQueue[]
  readonly #lease: ReturnType<typeof makeLease>
  readonly #closing = new AbortController()
  readonly #telling = new Map<TargetQueue, Promise<void>>()
  #isOurs = false
  #looking: Promise<void> | undefined
  #read: { readonly from: number; readonly to: number; readonly notices: readonly Notice[] } | undefined
  #timer: NodeJS.Timeout | undefined
  #ticking: Promise<void> = Promise.resolve()

  constructor(options: TellerOptions) {
    this.#options = options
    const { shelf, node, now = Date.now, leaseMs = 5000, retryMs = usualRetries } = options
    const { giveUpMs = 3 * 24 * 60 * minuteMs, workflowOf, onGivenUp, onFailure } = options
    this.#lease = makeLease(shelf, { id: 'teller', node, ms: leaseMs, now })
    const message: QueueOptions['message'] = (notices) => this.#messageOf(notices)
    const onFailing: QueueOptions['onFailing'] = ({ name }, why) => onFailure(`${name} was not told: ${why}`)
    const shared = { shelf, now, retryMs, giveUpMs, message, workflowOf, onGivenUp, onFailing }
    this.#queues = options.targets.map((target) => new TargetQueue(target, shared))
  }

  async start(): Promise<void> {
    const size = await this.#size()
    for (const queue of this.#queues) await queue.load(size)
    this.#next()
  }

  async state(): ReturnType<Teller['state']> {
    if (!this.#isOurs) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined
      })
      await this.#looking
    }
    const node = await this.#lease.holder()
    return { targets: this.#queues.map((queue) => queue.state()), ...(node === undefined ? {} : { node }) }
  }

  async test(id: string, by: string): ReturnType<Teller['test']> {
    const target = this.#queues.find((queue) => queue.target.id === id)?.target
    if (target === undefined) return undefined
    const { now = Date.now, origin, link } = this.#options
    const at = now()
    const says = `this is a test: ${by} wanted to know whether messages arrive`
    const notice = {
      kind: 'switches',
      type: 'test',
      subject: origin,
      says,
      path: '/',
      data: { by },
      minor: false,
    } as const
    const notices = [{ ...notice, at, index: -1 }] as const
    const failure = await target.send({ id: newId(at), at, notices, from: origin, link }, this.#closing.signal)
    return failure === undefined ? {} : { failure }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#closing.abort()
    await this.#ticking
    await Promise.all(this.#telling.values())
    if (this.#isOurs) await this.#lease.drop().catch(() => undefined)
  }

  /** What another node tells, as it is kept. */
  async #look(): Promise<void> {
    const size = await this.#size()
    for (const queue of this.#queues) {
      await queue.load(size)
      await queue.fill(size, (from, to) => this.#notices(from, to)).catch(overtaken)
    }
  }

  #next(): void {
    if (this.#closing.signal.aborted) return
    this.#timer = setTimeout(() => {
      this.#ticking = this.#tick()
        .catch((error: unknown) => this.#options.onFailure(`nobody can be told: ${wordsOf(error)}`))
        .finally(() => this.#next())
    }, this.#options.everyMs ?? 500)
    this.#timer.unref()
  }

  async #tick(): Promise<void> {
    const held = await this.#lease.hold()
    const size = await this.#size()
    await this.#looking
    // Another node may have told some of it meanwhile.
    if (held && !this.#isOurs) for (const queue of this.#queues) if (!this.#telling.has(queue)) await queue.load(size)
    this.#isOurs = held
    if (!held) return
    for (const queue of this.#queues) if (!this.#telling.has(queue)) this.#telling.set(queue, this.#tell(queue, size))
  }

  /** Each target by itself: one that is slow holds up no other. */
  async #tell(queue: TargetQueue, size: number): Promise<void> {
    try {
      await queue.fill(size, (from, to) => this.#notices(from, to))
      await queue.tell(this.#closing.signal)
    } catch (error) {
      await queue.load(size).catch(() => undefined)
      if (!(error instanceof Overtaken)) this.#options.onFailure(`${queue.target.name} was not told: ${wordsOf(error)}`)
    } finally {
      this.#telling.delete(queue)
    }
  }

  async #size(): Promise<number> {
    return (await this.#options.reader.head())?.size ?? 0
  }

  /** Targets usually are at the same place: what was read last is kept. */
  async #notices(from: number, to: number): Promise<readonly Notice[]> {
    if (this.#read?.from === from && this.#read.to === to) return this.#read.notices
    const notices: Notice[] = []
    for await (const entries of this.#options.reader.entries(from, to))
      for (const { index, text } of entries) {
        if (text === undefined || !mayBeTold.test(text)) continue
        const notice = noticeOf(index, JSON.parse(text) as Entry)
        if (notice !== undefined) notices.push(notice)
      }
    this.#read = { from, to, notices }
    return notices
  }

  #messageOf(notices: readonly [Notice, ...Notice[]]): Message {
    const { ledger, origin, link, now = Date.now } = this.#options
    const [first] = notices
    const last = notices.at(-1) ?? first
    const name = createHash('sha256').update(ledger).digest('hex').slice(0, 16)
    const id = notices.length === 1 ? `${name}-${first.index}` : `${name}-${first.index}-${last.index}`
    return { id, at: notices.length === 1 ? first.at : now(), notices, from: origin, link }
  }
}

function overtaken(error: unknown): void {
  if (!(error instanceof Overtaken)) throw error
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'failed'
}
