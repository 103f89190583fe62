import type { Mishap } from '../plan/lore.ts'

/** A scenario could not be played as planned; the reason is what the report says under "not reached". */
export class Unreached extends Error {
  /** Where the scenario came to a stand, when that was at a step. */
  readonly mishap: Mishap | undefined

  constructor(message: string, mishap?: Mishap) {
    super(message)
    this.mishap = mishap
  }
}

/** The system refused a step that the charter forbids: nothing was broken. */
export class Held extends Error {
  readonly mishap: Mishap | undefined

  constructor(message: string, mishap?: Mishap) {
    super(message)
    this.mishap = mishap
  }
}
