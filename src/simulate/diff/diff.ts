import type { RawCases } from '../../case/case-schema.ts'
import type { Charter } from '../../charter/charter.ts'
import type { Change } from './change.ts'
import { diffParts } from './parts.ts'
import { type Sampled, sample } from './sample.ts'
import { diffOperations } from './uses.ts'

/** How two charters differ: in what is written, and in what they decide of the calls that were tried. */
export interface CharterDiff {
  readonly changes: readonly Change[]
  readonly sampled: Sampled
  /** Whether anything is written, or was decided, that allows what was refused. `other` changes count: they may. */
  readonly looser: boolean
  readonly same: boolean
}

/** Compares two charters. Pure. */
export function diffCharters(before: Charter, after: Charter, files: readonly RawCases[]): CharterDiff {
  const changes = [...diffOperations(before, after), ...diffParts(before, after)]
  const sampled = sample(before, after, files)
  const all = [...changes, ...sampled.differences]
  return {
    changes,
    sampled,
    looser: all.some((each) => each.direction !== 'tighter'),
    same: all.length === 0,
  }
}
