import { mapSaid, type Said } from './claim.ts'

/** One name stands alone, several in a list. */
export function writeBy(by: Said<readonly string[]>): Said<unknown> {
  return mapSaid(by, (names) => (names.length === 1 ? names[0] : names))
}
