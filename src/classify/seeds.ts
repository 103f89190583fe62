/** Digests of pieces that many values share lead to so many places; the values have pieces of their own. */
const mostPlaces = 8
const smallest = 1024

/**
 * Where pieces of values are, by their digests: in which target, and at which place of it.
 *
 * Chains in typed arrays. There are very many, and a map of the language takes several times the time and the room.
 */
export class Seeds {
  #heads = new Int32Array(smallest).fill(-1)
  #grams = new Uint32Array(smallest)
  #targets = new Int32Array(smallest)
  #places = new Uint16Array(smallest)
  #next = new Int32Array(smallest)
  #size = 0

  /** Adds a place; beyond the eighth of a digest it is passed over. */
  add(gram: number, target: number, place: number): void {
    if (this.#size === this.#heads.length) this.#grow()
    const slot = this.#slotOf(gram)
    let [last, same] = [-1, 0]
    for (let seed = this.#heads[slot] ?? -1; seed !== -1; seed = this.#next[seed] ?? -1) {
      last = seed
      if (this.#grams[seed] === gram) same++
    }
    if (same >= mostPlaces) return
    const seed = this.#size++
    this.#grams[seed] = gram
    this.#targets[seed] = target
    this.#places[seed] = place
    this.#link(seed, slot, last)
  }

  /** The first place of a digest, or the one after `before`, in the order they were added; -1 for none. */
  find(gram: number, before = -1): number {
    let seed = (before === -1 ? this.#heads[this.#slotOf(gram)] : this.#next[before]) ?? -1
    while (seed !== -1 && this.#grams[seed] !== gram) seed = this.#next[seed] ?? -1
    return seed
  }

  targetAt(seed: number): number {
    return this.#targets[seed] ?? -1
  }

  placeAt(seed: number): number {
    return this.#places[seed] ?? -1
  }

  #slotOf(gram: number): number {
    return (Math.imul(gram, 0x9e3779b1) >>> 7) & (this.#heads.length - 1)
  }

  #link(seed: number, slot: number, last: number): void {
    this.#next[seed] = -1
    if (last === -1) this.#heads[slot] = seed
    else this.#next[last] = seed
  }

  #grow(): void {
    const room = this.#heads.length * 2
    this.#heads = new Int32Array(room).fill(-1)
    this.#grams = copied(this.#grams, new Uint32Array(room))
    this.#targets = copied(this.#targets, new Int32Array(room))
    this.#places = copied(this.#places, new Uint16Array(room))
    this.#next = new Int32Array(room)
    for (let seed = 0; seed < this.#size; seed++) {
      const slot = this.#slotOf(this.#grams[seed] ?? 0)
      let last = this.#heads[slot] ?? -1
      while (last !== -1 && this.#next[last] !== -1) last = this.#next[last] ?? -1
      this.#link(seed, slot, last)
    }
  }
}

function copied<A extends Uint32Array | Int32Array | Uint16Array>(from: A, to: A): A {
  to.set(from)
  return to
}
