// Whoever decides what a scenario does: the bare decision, the guard, or the guard behind its gateway.
import type { RunGiven } from './scenario.ts'

/** What was said to a call. */
export interface Verdict {
  readonly effect: 'allow' | 'deny' | 'ask'
  /** The kinds of constraint that stand in the way, and what was said. */
  readonly kinds: readonly string[]
  readonly says: readonly string[]
  /** What the tool answered, as far as it may be seen. */
  readonly answer?: unknown
}

/** Decides and carries out the calls of one scenario. */
export interface Decider {
  begin(run: RunGiven): Promise<void>
  call(tool: string, given: Readonly<Record<string, unknown>>, as?: string): Promise<Verdict>
  /** Answers the last question; false when it may not be answered so. */
  approve(who: string): Promise<boolean>
  /** Says no to the last question. */
  refuse(who: string): Promise<void>
  wait(ms: number): Promise<void>
  /** From now on the server says something else of a tool. */
  describe(tool: string, description: string): Promise<void>
  close(): Promise<void>
}
