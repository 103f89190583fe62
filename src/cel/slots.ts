import type { Node } from './ast.ts'

/** Gives each path of a set of expressions a place, so that all of them read it once for one call. */
export class Slots {
  readonly #places = new Map<string, number>()

  /** How many places are given. */
  get size(): number {
    return this.#places.size
  }

  /**
   * The place of a variable or of a chain of fields on one; undefined for every other node.
   *
   * @param bound - Comprehension variables around the node: what starts with one differs from element to element.
   */
  of(node: Node, bound: readonly string[]): number | undefined {
    const path = fieldsOf(node)
    if (path?.[0] === undefined || bound.includes(path[0])) return undefined
    const name = JSON.stringify(path)
    const place = this.#places.get(name) ?? this.#places.size
    this.#places.set(name, place)
    return place
  }
}

function fieldsOf(node: Node): readonly string[] | undefined {
  if (node.kind === 'ident') return [node.name]
  if (node.kind !== 'select' || node.optional) return undefined
  const target = fieldsOf(node.target)
  return target === undefined ? undefined : [...target, node.field]
}
