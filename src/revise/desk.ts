/** Reads revisions for those who look at the console: in threads that can be ended, each bounded in time and memory, one job at a time for each of them. */
import { Worker } from 'node:worker_threads'
import type { StorageConfig } from '../ledger/storage/storage.ts'
import type { Tally } from '../simulate/tally.ts'
import type { Checked } from './check.ts'
import type { Compared } from './compare.ts'
import type { Completion } from './complete/complete.ts'
import type { Files, InForceFiles } from './revision.ts'
import type { Progress } from './try-past.ts'

/** What a thread is started with; another charter in force takes another thread. */
export interface Setting extends InForceFiles {
  readonly version: string
  readonly storage: StorageConfig
}

export type Job =
  | { readonly kind: 'check'; readonly files: Files }
  | { readonly kind: 'complete'; readonly files: Files; readonly file: string; readonly offset: number }
  | { readonly kind: 'compare'; readonly files: Files }
  | { readonly kind: 'simulate'; readonly files: Files; readonly last?: number }

export interface JobResults {
  readonly check: Checked
  readonly complete: Completion
  readonly compare: Compared
  readonly simulate: Tally
}

export type FromWorker =
  | { readonly type: 'done'; readonly result: JobResults[Job['kind']] }
  | { readonly type: 'unusable' | 'failed'; readonly why: string }
  | { readonly type: 'progress'; readonly progress: Progress }

/** Why a job gave nothing. `unusable`: what was revised has errors; `busy`: too many others; the rest are bounds. */
export class JobError extends Error {
  readonly code: 'unusable' | 'busy' | 'too-long' | 'too-large' | 'cancelled' | 'failed'
  constructor(code: JobError['code'], message: string) {
    super(message)
    this.name = 'JobError'
    this.code = code
  }
}

export interface JobOptions {
  /** Who asks: a new job of the same kind and viewer takes the place of the one before. */
  readonly viewer: string
  readonly signal: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export interface Desk {
  /** @throws {JobError} */
  run<Kind extends Job['kind']>(
    job: Extract<Job, { readonly kind: Kind }>,
    options: JobOptions,
  ): Promise<JobResults[Kind]>
  close(): Promise<void>
}

export interface DeskLimits {
  readonly quickMs?: number
  readonly compareMs?: number
  readonly simulateMs?: number
  readonly memoryMb?: number
  /** How many threads at once. */
  readonly threads?: number
}

/** A thread that has nothing to do is kept so long. */
const idleMs = 60_000
/** So long a thread may go on with what nobody waits for any more, before it is ended: beginning another takes as long. */
const graceMs = 1000

/** @param setting - What is in force now. */
export function openDesk(setting: () => Promise<Setting>, limits: DeskLimits = {}): Desk {
  const { quickMs = 10_000, compareMs = 60_000, simulateMs = 15 * 60_000, memoryMb = 512, threads = 4 } = limits
  const msOf = { check: quickMs, complete: quickMs, compare: compareMs, simulate: simulateMs }
  const pool = new Pool(setting, { memoryMb, threads })
  const running = new Map<string, Running>()
  return {
    async run(job, { viewer, signal, onProgress }) {
      const key = `${job.kind} ${viewer}`
      const before = running.get(key)
      const own = new AbortController()
      let leave: () => void = () => undefined
      const now: Running = { stop: own, over: new Promise((resolve) => (leave = resolve)) }
      running.set(key, now)
      before?.stop.abort()
      await before?.over
      const stop = AbortSignal.any([signal, own.signal])
      try {
        return (await pool.run(job, { ms: msOf[job.kind], stop, onProgress, over: leave })) as never
      } finally {
        if (running.get(key) === now) running.delete(key)
      }
    },
    close: () => pool.close(),
  }
}

interface Running {
  readonly stop: AbortController
  /** Resolves when its thread is free, or ended. */
  readonly over: Promise<void>
}

interface Bounds {
  readonly ms: number
  readonly stop: AbortSignal
  readonly onProgress: ((progress: Progress) => void) | undefined
}

class Pool {
  readonly #setting: () => Promise<Setting>
  readonly #limits: { readonly memoryMb: number; readonly threads: number }
  readonly #all = new Set<Thread>()
  readonly #idle = new Map<Thread, NodeJS.Timeout>()

  constructor(setting: () => Promise<Setting>, limits: { readonly memoryMb: number; readonly threads: number }) {
    this.#setting = setting
    this.#limits = limits
  }

  /** @param bounds - `over` is called when the thread is free again, or ended. */
  async run(job: Job, { over, ...bounds }: Bounds & { readonly over: () => void }): Promise<unknown> {
    let thread: Thread | undefined
    try {
      bounds.stop.throwIfAborted()
      thread = await this.#take()
      return await thread.run(job, bounds)
    } catch (error) {
      if (bounds.stop.aborted) throw new JobError('cancelled', 'it was cancelled')
      throw error
    } finally {
      if (thread === undefined) over()
      else void this.#giveBack(thread, job).finally(over)
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((thread) => this.#end(thread)))
  }

  async #take(): Promise<Thread> {
    const now = await this.#setting()
    for (const [old] of this.#idle) if (old.version !== now.version) void this.#end(old)
    const [free] = this.#idle.keys()
    if (free !== undefined) {
      clearTimeout(this.#idle.get(free))
      this.#idle.delete(free)
      return free
    }
    if (this.#all.size >= this.#limits.threads)
      throw new JobError('busy', 'others are trying changes: try again in a moment')
    const thread = new Thread(now, this.#limits.memoryMb)
    this.#all.add(thread)
    return thread
  }

  /** What takes long is ended at once when nobody waits for it; what is nearly done may end by itself. */
  async #giveBack(thread: Thread, { kind }: Job): Promise<void> {
    const isQuick = kind === 'check' || kind === 'complete'
    if (!(await thread.isFree(isQuick ? graceMs : 0))) return this.#end(thread)
    const timer = setTimeout(() => void this.#end(thread), idleMs).unref()
    this.#idle.set(thread, timer)
  }

  async #end(thread: Thread): Promise<void> {
    clearTimeout(this.#idle.get(thread))
    this.#idle.delete(thread)
    this.#all.delete(thread)
    await thread.end()
  }
}

class Thread {
  readonly version: string
  readonly #worker: Worker
  #state: 'free' | 'working' | 'dead' = 'free'

  constructor(setting: Setting, memoryMb: number) {
    this.version = setting.version
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
    this.#worker = new Worker(new URL(file, import.meta.url), {
      workerData: setting,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      // Nothing of it speaks to whoever reads our output; the environment may hold secrets.
      stdout: true,
      stderr: true,
      env: {},
    })
    // Also while nobody listens: an error that nobody hears ends the process.
    this.#worker.on('error', () => (this.#state = 'dead')).on('exit', () => (this.#state = 'dead'))
    this.#worker.on('message', ({ type }: FromWorker) => {
      if (type !== 'progress') this.#state = 'free'
    })
    this.#worker.unref()
  }

  run(job: Job, { ms, stop, onProgress }: Bounds): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (how: () => void): void => {
        clearTimeout(timer)
        stop.removeEventListener('abort', cancel)
        this.#worker.off('message', hear).off('error', broke).off('exit', gone)
        how()
      }
      const fail = (code: JobError['code'], message: string): void => settle(() => reject(new JobError(code, message)))
      const hear = (message: FromWorker): void => {
        if (message.type === 'progress') onProgress?.(message.progress)
        else if (message.type === 'done') settle(() => resolve(message.result))
        else fail(message.type, message.why)
      }
      const broke = (error: Error): void =>
        'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? fail('too-large', 'it takes more memory than there is for it')
          : gone()
      const gone = (): void => fail('failed', 'it could not be read')
      const cancel = (): void => fail('cancelled', 'it was cancelled')
      const timer = setTimeout(() => fail('too-long', `it takes longer than ${ms / 1000} seconds`), ms)
      stop.addEventListener('abort', cancel)
      this.#worker.on('message', hear).on('error', broke).on('exit', gone)
      this.#state = 'working'
      this.#worker.postMessage(job)
    })
  }

  /** Whether it can take another job, at the latest after `ms`. */
  async isFree(ms: number): Promise<boolean> {
    const end = Date.now() + ms
    while (this.#state === 'working' && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
    return this.#state === 'free'
  }

  async end(): Promise<void> {
    this.#state = 'dead'
    await this.#worker.terminate()
  }
}
