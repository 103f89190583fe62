/** Objects that a call does not name: found by what they say. */
import type { ObjectFact, Slot } from '../charter/charter.ts'
import { textOf } from '../charter/object-fact.ts'
import { getPointer } from '../charter/pointer.ts'
import type { NeededObject } from '../decide/needed.ts'
import type { Looking, NeededAt } from './gather.ts'
import { isFollowed, readAs } from './read-as.ts'
import type { Found } from './truth.ts'

/** So many objects that fit are told apart by what the guard followed of them; of more it is not known which is meant. */
const mostFollowed = 20

/** The look-ups of one call by what objects say; each is made once. */
export class Search {
  readonly #looking: Looking
  readonly #tried = new Set<Slot>()
  readonly #none: Record<Slot, null> = {}

  constructor(looking: Looking) {
    this.#looking = looking
  }

  /** Slots for which there is nothing, as far as all of the list shows. */
  get none(): Readonly<Record<Slot, ObjectFact | null>> {
    return this.#none
  }

  /**
   * Which objects are meant, of those that are to be looked for. They are looked at only when others are kept off them, so
   * that what is decided is what they say then.
   *
   * @throws whatever `hold` throws.
   */
  async keysOf(needed: readonly NeededObject[]): Promise<readonly NeededAt[]> {
    const fresh = needed.filter(({ slot, sought }) => sought !== undefined && !this.#tried.has(slot))
    const keys: NeededAt[] = []
    for (const each of fresh) {
      this.#tried.add(each.slot)
      const key = await this.#keyOf(each)
      if (key === null) this.#none[each.slot] = null
      else if (key !== undefined) keys.push({ slot: each.slot, type: each.type, key })
    }
    return keys
  }

  async #keyOf({ slot, type: name, sought }: NeededObject): Promise<string | null | undefined> {
    const { charter, truth, look } = this.#looking
    const type = charter.objects.get(name)
    if (type === undefined || sought === undefined) return undefined
    const found = await truth.search?.(name, sought.members, look)
    const keys = keysIn(found, type.key)
    if (found === undefined || keys.length < found.values.length) return undefined
    const followed = isFollowed(type)
    if (followed && keys.length > mostFollowed) return undefined
    const tracked =
      followed && keys.length > 0 ? await this.#looking.hold(keys.map((key) => ({ slot, type: name, key }))) : []
    const meant = found.values.findIndex((value, index) => {
      const { state } = readAs(type, value, { tracked: tracked[index], now: this.#looking.call.at })
      return state !== undefined && sought.states.includes(state)
    })
    if (meant >= 0) return keys[meant]
    // What was not seen may be in the state that is meant.
    return found.whole ? (keys[0] ?? null) : undefined
  }
}

function keysIn(found: Found | undefined, at: readonly string[]): readonly string[] {
  return found?.values.flatMap((value) => textOf(getPointer(value, at)) ?? []) ?? []
}
