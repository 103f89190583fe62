import type { Mishap } from '../plan/lore.ts'

/** A scenario could not be played as planned; the reason is what the report says under "not reached". */
export class Unreached extends Error {
  /** Where the scenario came to a stand, when that was at a step. */
  readonly mishap: Mishap | undefined
  /** Members who have what somebody else was wanted to have. */
  readonly others: readonly string[]

  constructor(message: string, mishap?: Mishap, others: readonly string[] = []) {
    super(message)
    this.mishap = mishap
    this.others = others
  }
}

/** Members who have what was not found, where that is why something could not be played. */
export function othersOf(reason: unknown): readonly string[] {
  return reason instanceof Unreached ? reason.others : []
}

/** A call was accepted, and nothing was seen to come of it that could not have been so before. */
export class Unseen extends Unreached {}

/** The system refused a step on the way that the charter forbids; what such a step was to bring about is still to be tried without it. */
export class Held extends Error {
  /** Which step of the scenario. */
  readonly index: number
  readonly mishap: Mishap | undefined

  constructor(message: string, index: number, mishap?: Mishap) {
    super(message)
    this.index = index
    this.mishap = mishap
  }
}

/** Whether a scenario merely could not be played: what is tried besides may go without. */
export function isGivenUp(error: unknown): error is Unreached | Held {
  return error instanceof Unreached || error instanceof Held
}
