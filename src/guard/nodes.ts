import type { Runtime } from './runtime.ts'

/**
 * Which nodes of this guard are alive. Each says so again and again, and whoever is not heard for a while is gone. Clocks of different
 * nodes are never compared: heard is what changed.
 */
export class Nodes {
  readonly #runtime: Runtime
  readonly #heard = new Map<string, { readonly at: number; readonly since: number }>()
  #said = Number.NEGATIVE_INFINITY

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
    this.#said = began
    const heardAt = performance.now()
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

  /** Whether no other node can have taken this one for gone: what it took before is still its own. */
  isAlive(): boolean {
    return performance.now() - this.#said < this.#runtime.limits.silentMs
  }
}
