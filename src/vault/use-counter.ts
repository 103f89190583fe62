/** Counts uses of secrets, and writes the counts down from time to time: the record has each use by itself. */
import type { Asking, SecretVersion } from './injector.ts'
import type { UseCount, VaultStore } from './store.ts'

const everyMs = 1000

/** Counts for one node. */
export class UseCounter {
  readonly #store: Pick<VaultStore, 'count'>
  readonly #onFail: (why: string) => void
  readonly #timer: NodeJS.Timeout
  #counts = new Map<string, UseCount>()
  #writing: Promise<void> = Promise.resolve()

  constructor(store: Pick<VaultStore, 'count'>, onFail: (why: string) => void) {
    this.#store = store
    this.#onFail = onFail
    this.#timer = setInterval(() => void this.flush(), everyMs)
    this.#timer.unref()
  }

  add(
    { workflow = '', agent = '', source, operation = `${source}.*` }: Asking,
    used: readonly SecretVersion[],
    at: number,
  ): void {
    for (const { name, version } of used) {
      const key = JSON.stringify([name, version, workflow, operation, agent])
      const count = (this.#counts.get(key)?.count ?? 0) + 1
      this.#counts.set(key, { name, version, workflow, operation, agent, count, last: at })
    }
  }

  /** Never rejects: what could not be written is counted with what comes next. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      if (this.#counts.size === 0) return
      const counts = this.#counts
      this.#counts = new Map()
      try {
        await this.#store.count([...counts.values()])
      } catch {
        this.#onFail('uses of secrets could not be counted')
        for (const [key, each] of counts) {
          const since = this.#counts.get(key)
          this.#counts.set(key, since === undefined ? each : { ...since, count: since.count + each.count })
        }
      }
    })
    return this.#writing
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }
}
