/** Existing objects are found, not made to measure: where one does not serve, the case is tried with others. */
import type { AbuseCase } from '../../plan/scenario.ts'
import type { Lab } from '../lab.ts'
import { Unreached } from '../unreached.ts'

const mostOthers = 2

/** Tactics for which it matters how much of an object is there. */
const measuring: ReadonlySet<string> = new Set(['arguments', 'again', 'over-limit', 'burst', 'race', 'order', 'sought'])

/** Tries a case; when it cannot be brought about with the existing objects it found, with others where there are any. Throws the first `Unreached`. */
export async function withOtherObjects<T>(lab: Lab, { tactic }: AbuseCase, attempt: () => Promise<T>): Promise<T> {
  const { found, passed } = lab.choosing
  passed.clear()
  found.clear()
  try {
    return await attempt()
  } catch (error) {
    if (!(error instanceof Unreached) || !measuring.has(tactic.kind)) throw error
    for (let other = 0; other < mostOthers; other++) {
      const fresh = [...found].filter((mark) => !passed.has(mark))
      if (fresh.length === 0) break
      for (const mark of fresh) passed.add(mark)
      found.clear()
      await lab.reset?.()
      try {
        return await attempt()
      } catch (next) {
        if (!(next instanceof Unreached)) throw next
      }
    }
    throw error
  } finally {
    passed.clear()
  }
}
