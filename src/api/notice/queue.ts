/** What one target still has to be told, in the order of the record. How far it was told is kept; the messages are made from the record. */
import type { Item, Shelf } from '../shelf.ts'
import type { Notice } from './notice.ts'
import { type Failure, isForPeople, type Message, type Target } from './target.ts'

/** How far a target was told, as it is kept on the shelf. */
interface Kept {
  /** The first entry it was not told of. */
  readonly next: number
  /** Those before this one are being told together. */
  readonly until?: number
  readonly sent: number
  readonly givenUp: number
  readonly last?: number
  /** When people were told lately. */
  readonly recent: readonly number[]
  readonly failing?: Failing
}

/** Since when it does not work, why, and when it is tried again. Times in milliseconds since 1970. */
export interface Failing {
  readonly since: number
  readonly why: string
  readonly tried: number
  readonly retryAt: number
}

export interface TargetState {
  readonly id: string
  readonly by: Target['by']
  readonly name: string
  readonly kinds?: readonly string[]
  readonly workflows?: readonly string[]
  /** How many messages wait for it, as far as was looked. */
  readonly waiting: number
  readonly sent: number
  readonly givenUp: number
  readonly last?: number
  readonly failing?: Failing
}

export interface QueueOptions {
  readonly shelf: Shelf
  readonly now: () => number
  /** Waits between tries; the last one counts for all that follow. */
  readonly retryMs: readonly number[]
  readonly giveUpMs: number
  readonly message: (notices: readonly [Notice, ...Notice[]]) => Message
  readonly workflowOf: (notice: Notice) => Promise<string | undefined>
  /** Puts it on the record. */
  readonly onGivenUp: (target: Target, count: number, why: string) => Promise<void>
  readonly onFailing: (target: Target, why: string) => void
}

export type ReadNotices = (from: number, to: number) => Promise<readonly Notice[]>

/** Another node goes on with this target. */
export class Overtaken extends Error {
  constructor() {
    super('another node goes on')
    this.name = 'Overtaken'
  }
}

const kind = 'notice-target'
const mostWaiting = 1000
const piece = 2000
/** So far a target may be behind on the shelf when it has nothing to be told. */
const slack = 10_000
/** What is not taken is not taken the tenth time either. */
const finalTries = 10
/** People are told so many things by themselves; more come together. */
const mostAlone = 5
const mostTogether = 200
const mostPerMinute = 10

export class TargetQueue {
  readonly target: Target
  readonly #options: QueueOptions
  readonly #waiting: Notice[] = []
  #item: Item | undefined
  #scanned = 0

  constructor(target: Target, options: QueueOptions) {
    this.target = target
    this.#options = options
  }

  /** Takes up what is kept; whoever is told for the first time is told of what comes after `size` entries. */
  async load(size: number): Promise<void> {
    const { shelf } = this.#options
    this.#item = await shelf.get(kind, this.target.id)
    if (this.#item === undefined) {
      await shelf.put(this.#row({ next: size, sent: 0, givenUp: 0, recent: [] }), 0)
      this.#item = await shelf.get(kind, this.target.id)
    }
    this.#waiting.length = 0
    this.#scanned = this.#kept.next
  }

  /** Looks for what it has to be told among the entries before `size`. */
  async fill(size: number, read: ReadNotices): Promise<void> {
    while (this.#scanned < size && this.#waiting.length < mostWaiting) {
      const to = Math.min(size, this.#scanned + piece)
      for (const notice of await read(this.#scanned, to)) if (await this.#concerns(notice)) this.#waiting.push(notice)
      this.#scanned = to
    }
    if (this.#waiting.length === 0 && this.#scanned - this.#kept.next > slack)
      await this.#keep({ ...this.#kept, next: this.#scanned })
  }

  /** Tells what waits until nothing does, or it fails. @throws {Overtaken} */
  async tell(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.#tellNext(signal)));
  }

  state(): TargetState {
    const { id, by, name, kinds, workflows } = this.target
    const { sent, givenUp, last, failing } = this.#kept
    return {
      id,
      by,
      name,
      waiting: this.#waiting.length,
      sent,
      givenUp,
      ...(kinds === undefined ? {} : { kinds }),
      ...(workflows === undefined ? {} : { workflows }),
      ...(last === undefined ? {} : { last }),
      ...(failing === undefined ? {} : { failing }),
    }
  }

  get #kept(): Kept {
    return (this.#item?.content ?? { next: this.#scanned, sent: 0, givenUp: 0, recent: [] }) as Kept
  }

  async #concerns(notice: Notice): Promise<boolean> {
    const { kinds, workflows } = this.target
    if (kinds !== undefined && !kinds.includes(notice.kind)) return false
    if (notice.minor && isForPeople(this.target)) return false
    if (workflows === undefined) return true
    const workflow = await this.#options.workflowOf(notice)
    return workflow === undefined || workflows.includes(workflow)
  }

  /** @returns whether there may be more to tell at once. */
  async #tellNext(signal: AbortSignal): Promise<boolean> {
    const { now } = this.#options
    if ((this.#kept.failing?.retryAt ?? 0) > now()) return false
    const together = this.#together()
    if (together === undefined) return false
    const last = together.at(-1)?.index ?? 0
    // After a crash, the same are told together again, under the same name.
    if (together.length > 1) await this.#keep({ ...this.#kept, until: last + 1 })
    const failure = await this.target.send(this.#options.message(together), signal)
    if (failure !== undefined) {
      if (!signal.aborted) await this.#fail(failure, together.length)
      return false
    }
    await this.#done(together.length, last)
    return true
  }

  #together(): readonly [Notice, ...Notice[]] | undefined {
    const [first, ...others] = this.#waiting
    if (first === undefined) return undefined
    if (!isForPeople(this.target)) return [first]
    const { until } = this.#kept
    if (until !== undefined) return [first, ...others.filter(({ index }) => index < until)]
    if (this.#lately().length >= mostPerMinute) return undefined
    return others.length < mostAlone ? [first] : [first, ...others.slice(0, mostTogether - 1)]
  }

  #lately(): readonly number[] {
    const { now } = this.#options
    return this.#kept.recent.filter((at) => now() - at < 60_000)
  }

  async #done(count: number, last: number): Promise<void> {
    const { until: _, failing: __, ...kept } = this.#kept
    const at = this.#options.now()
    const recent = isForPeople(this.target) ? [...this.#lately(), at] : []
    await this.#keep({ ...kept, next: last + 1, sent: kept.sent + count, last: at, recent })
    this.#waiting.splice(0, count)
  }

  async #fail({ why, final }: Failure, count: number): Promise<void> {
    const { now, retryMs, giveUpMs, onFailing, onGivenUp } = this.#options
    const { since, tried } = this.#kept.failing ?? { since: now(), tried: 0 }
    if (tried === 0) onFailing(this.target, why)
    const wait = retryMs[Math.min(tried, retryMs.length - 1)] ?? 0
    const failing: Failing = { since, why, tried: tried + 1, retryAt: now() + wait }
    const old = this.#waiting.filter(({ at }) => now() - at > giveUpMs).length
    const lost = final && tried + 1 >= finalTries ? Math.max(old, count) : old
    if (lost === 0) return this.#keep({ ...this.#kept, failing })
    await onGivenUp(this.target, lost, why)
    const { until: _, ...kept } = this.#kept
    const next = (this.#waiting[lost - 1]?.index ?? kept.next) + 1
    // What comes next is another message: it is tried anew.
    await this.#keep({ ...kept, next, givenUp: kept.givenUp + lost, failing: { ...failing, tried: 1 } })
    this.#waiting.splice(0, lost)
  }

  #row(content: Kept): Omit<Item, 'version'> {
    return { kind, id: this.target.id, at: this.#options.now(), content }
  }

  async #keep(content: Kept): Promise<void> {
    const { shelf } = this.#options
    const version = this.#item?.version ?? 0
    if (!(await shelf.put(this.#row(content), version))) throw new Overtaken()
    this.#item = { ...this.#row(content), version: version + 1 }
  }
}
