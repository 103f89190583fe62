// In which of several ways that must come to the same a scenario is played on the wire.

/** Every choice that a client, an agent or a server is free to make. */
export interface Manner {
  /** The era of the protocol: single requests of 2026-07-28, or as before. */
  readonly era: 'modern' | 'legacy'
  /** All servers at one address, or each at its own. */
  readonly address: 'merged' | 'alone'
  /** A token of the run, or a handle beside a credential of the agent's own. */
  readonly run: 'token' | 'handle'
  /** Results with structured content that a text repeats, or the text alone. */
  readonly says: 'both' | 'text'
  /** Whether the client can be asked to wait (only `modern`). */
  readonly elicits: boolean
}

/** The manner of a number: those that follow each other differ, and thirty-two are all there are. */
export function mannerOf(number: number): Manner {
  const bit = (at: number): boolean => ((number >> at) & 1) === 1
  return {
    era: bit(0) ? 'legacy' : 'modern',
    run: bit(1) ? 'handle' : 'token',
    address: bit(2) ? 'alone' : 'merged',
    says: bit(3) ? 'text' : 'both',
    elicits: bit(4) !== bit(1),
  }
}
