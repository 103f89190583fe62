/** Changed texts as unified patches, which `patch` and `git apply` take in the folder of the charter. */
import { applyPatch, createTwoFilesPatch, FILE_HEADERS_ONLY, parsePatch } from 'diff'
import type { Files } from './revision.ts'

/** How long two texts may be compared. */
const timeoutMs = 5000

/**
 * All files that differ, by name. Empty when none does. Files that `after` does not have stay as they are.
 *
 * @throws {RangeError} when two texts are too different to be compared in time.
 */
export function patchOf(before: Files, after: Files): string {
  const names = Object.keys(after).filter((name) => after[name] !== before[name])
  return names
    .toSorted()
    .map((name) => filePatch(name, before[name], after[name] ?? ''))
    .join('')
}

function filePatch(name: string, before: string | undefined, after: string): string {
  const old = before === undefined ? '/dev/null' : `a/${name}`
  const patch = createTwoFilesPatch(old, `b/${name}`, before ?? '', after, undefined, undefined, {
    context: 3,
    timeout: timeoutMs,
    headerOptions: FILE_HEADERS_ONLY,
  })
  if (patch === undefined) throw new RangeError(`${name}: too much changed at once`)
  return patch
}

/** The part of a patch about one file, taken over into another text; undefined when it does not fit there. */
export function patched(text: string, patch: string, name: string): string | undefined {
  const part = parsePatch(patch).find(({ newFileName }) => newFileName === `b/${name}`)
  if (part === undefined) return text
  const found = applyPatch(text, part, { fuzzFactor: 0 })
  return found === false ? undefined : found
}
