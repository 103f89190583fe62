import type { Direction } from './diff/change.ts'
import type { Untold } from './replay.ts'

/** What a decision means for the caller. */
export const effectWords: Readonly<Record<'allow' | 'modify' | 'ask' | 'defer' | 'deny' | 'untold', string>> = {
  allow: 'allowed',
  modify: 'allowed with parts left out',
  ask: 'held for approval',
  defer: 'put off',
  deny: 'refused',
  untold: 'not known',
}

/** Why it cannot be told what would be decided of a recorded call. */
export const untoldWords: Readonly<Record<Untold, string>> = {
  'not-kept': 'their arguments were not kept',
  redacted: 'their arguments were kept without values',
  erased: 'their arguments were erased, or the keys to them are not here',
  objects: 'the charter asks for objects that were not looked at then',
  history: 'it hangs on earlier calls that cannot be read any more',
  headers: 'it hangs on headers that are never recorded',
  guard: 'the guard could not decide them here',
}

/** What a direction does to calls. */
export const directionWords: Readonly<Record<Direction, string>> = {
  looser: 'becomes allowed',
  tighter: 'becomes refused',
  other: 'becomes something else: it may allow or refuse more',
}
