import type { Runtime } from './runtime.ts'
import type { StoredRun } from './store.ts'

type Row = StoredRun | undefined

interface Known {
  readonly rows: readonly Row[]
  readonly generation: number
  readonly at: number
}

/** So many answers are kept; then all are dropped. */
const most = 20_000
/** Where the store has nobody told for so long, it is asked again. */
const believedMs = 5000

/** Rows of runs as they were read last, and read again once any run anywhere has come to its end. */
export class KnownRuns {
  readonly #runtime: Runtime
  readonly #known = new Map<string, Known>()
  readonly #stop: () => void
  /** Grows with whatever may have ended a run. */
  #generation = 0

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    this.#stop = runtime.store.watch(() => this.forget())
  }

  get generation(): number {
    return this.#generation
  }

  stop(): void {
    this.#stop()
  }

  forget(): void {
    this.#generation += 1
  }

  /** @throws {StoreError} when they have to be read and cannot be. */
  async of(ids: readonly string[]): Promise<readonly Row[]> {
    const name = JSON.stringify(ids)
    const known = this.#known.get(name)
    const now = this.#runtime.now()
    if (known !== undefined && known.generation === this.#generation && now < known.at + believedMs) return known.rows
    // From before the reading: what ends meanwhile must not be missed.
    const generation = this.#generation
    const { runs } = await this.#runtime.store.read({ runs: ids })
    if (this.#known.size >= most) this.#known.clear()
    // What another node made a moment ago is asked for again.
    if (runs[0] !== undefined) this.#known.set(name, { rows: runs, generation, at: now })
    return runs
  }
}
