/** Keys whose holder may act must be hard to guess; an API that hands out others is not allowed to. */
import { entropyBits } from '../constraint/entropy.ts'
import type { Answer, Refusal } from './call.ts'
import type { Going } from './going.ts'
import { createdBy } from './made.ts'
import { refuse } from './refusal.ts'

const remembered = 8

/** Remembers the last keys of each type of this node, enough to see a counter. */
export class Capabilities {
  readonly #last = new Map<string, string[]>()

  /** Why an answer must not hand out the key it carries; undefined when it may. */
  problemOf(going: Going, answer: Answer, now: number): Refusal | undefined {
    for (const { fact } of createdBy(going.force.charter, going, answer, now)) {
      const bits = going.force.charter.objects.get(fact.type)?.capabilityBits
      if (bits === undefined) continue
      const keys = [...(this.#last.get(fact.type) ?? []), fact.key].slice(-remembered)
      this.#last.set(fact.type, keys)
      const found = Math.floor(entropyBits(keys.length === 1 ? [fact.key, mirrored(fact.key)] : keys))
      if (found < bits)
        return refuse(
          'upstream-failed',
          `the key of the new ${fact.type} can be guessed: about ${found} bits, ${bits} are demanded`,
        )
    }
    return undefined
  }
}

/** With one key alone, every place of it may vary. */
function mirrored(key: string): string {
  return [...key].map((each) => (each === '-' ? each : each === 'a' ? 'b' : 'a')).join('')
}
