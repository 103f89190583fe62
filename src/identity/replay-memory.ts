import { BoundedMap } from './bounded-map.ts'

/** Remembers which proofs were used. Nodes that share one see each other's. */
export interface ReplayMemory {
  /**
   * True the first time a key is seen before `untilMs`, false afterwards. Must be atomic: of two callers one is the first.
   *
   * @throws when it cannot tell; the proof is then refused.
   */
  remember(key: string, untilMs: number): boolean | Promise<boolean>
}

/** A memory of this process. Full, it refuses new proofs instead of forgetting used ones. */
export function makeReplayMemory(now: () => number, most = 200_000): ReplayMemory {
  const seen = new BoundedMap<true>(most, now)
  return {
    remember(key, untilMs) {
      if (seen.get(key) !== undefined) return false
      if (!seen.keep(key, true, untilMs)) throw new RangeError('the memory of used proofs is full')
      return true
    },
  }
}
