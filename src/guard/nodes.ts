import type { Runtime } from './runtime.ts'

/**
 * Which nodes of this guard are alive. Each says so again and again, and whoever is not heard for a while is gone. Clocks of different
 * nodes are never compared: heard is what changed.
 */
export class Nodes {
  readonly #runtime: Runtime
  readonly #heard = new Map<string, { readonly at: number; readonly since: number }>()
  #said = Number.NEGATIVE_INFINITY
  /** Since when it was never silent for so long that others could take it for gone. */
  #unbroken = Number.POSITIVE_INFINITY

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /**
   * Says that this node is alive.
   *
   * @returns those that are gone.
   * @throws {StoreError} when it could not be said.
   */
  async beat(): Promise<readonly string[]> {
    const { store, node: own, now, limits } = this.#runtime
    const began = performance.now()
    const { nodes } = await store.transact(['nodes'], async (transaction) => {
      await transaction.write([{ kind: 'beat', node: own, at: now() }])
      return transaction.read({ nodes: true })
    })
    const heardAt = performance.now()
    if (heardAt - this.#said >= limits.silentMs) this.#unbroken = heardAt
    this.#said = began
    for (const { node, at } of nodes) {
      if (this.#heard.get(node)?.at !== at) this.#heard.set(node, { at, since: heardAt })
    }
    const names = nodes.map(({ node }) => node)
    for (const node of this.#heard.keys()) if (!names.includes(node)) this.#heard.delete(node)
    return names.filter((node) => {
      const since = this.#heard.get(node)?.since ?? heardAt
      return node !== own && heardAt - since >= limits.silentMs
    })
  }

  /**
   * Whether what this node took is still its own: no other one can have taken it for gone, not even for a while.
   *
   * @param since - A moment of `performance.now()` before the first of it was taken.
   */
  isUnbroken(since: number): boolean {
    return this.#unbroken <= since && performance.now() - this.#said < this.#runtime.limits.silentMs
  }
}
