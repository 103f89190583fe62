import { printPointer } from '../pointer.ts'
import type { Locate } from './description.ts'
import { bareRecord, isObject } from './plain.ts'
import { findReferences } from './reference.ts'
import type { ParsedText } from './text.ts'

/** Where other files are kept inside the root document. */
const graftMember = 'x-lockstep-files'

/** The files that a document refers to, as written, without fragment; each once. */
export function filesReferredTo(document: unknown): string[] {
  const files = findReferences(document).map(({ holder }) => splitReference(holder.$ref).file)
  return [...new Set(files.filter((file) => file !== ''))]
}

/**
 * Puts the other files into the root document and turns references between files into references within it.
 *
 * References to files that are not there stay as they are. Changes the parsed values in place: they belong to the caller.
 *
 * @param files - By location; the root is the first one.
 * @param locationOf - The location a file name means when it is used in the file at `base`.
 */
export function graftFiles(
  files: ReadonlyMap<string, ParsedText>,
  locationOf: (file: string, base: string) => string | undefined,
): Pick<ParsedText, 'value' | 'locate'> {
  const [rootLocation = ''] = files.keys()
  const root = files.get(rootLocation)
  const prefixOf = (location: string): string =>
    location === rootLocation ? '' : printPointer([graftMember, nameBeside(rootLocation, location)])
  for (const [location, { value }] of files) {
    for (const { holder } of findReferences(value)) {
      const { file, fragment } = splitReference(holder.$ref)
      const target = file === '' ? location : locationOf(file, location)
      if (target === undefined || !files.has(target)) continue
      holder.$ref = `#${encodeURI(prefixOf(target)).replaceAll('#', '%23')}${fragment}`
    }
  }
  const others = [...files].filter(([location]) => location !== rootLocation)
  const grafts = bareRecord(others.map(([location, { value }]) => [nameBeside(rootLocation, location), value] as const))
  const value =
    isObject(root?.value) && others.length > 0 ? { ...root.value, [graftMember]: { ...grafts } } : root?.value
  return { value, locate: (path) => locateIn(files, rootLocation, path) }
}

/** The same in every copy of the description, so that two copies can be compared. */
function nameBeside(root: string, location: string): string {
  const folder = root.slice(0, root.lastIndexOf('/') + 1)
  return location.startsWith(folder) ? location.slice(folder.length) : location
}

function locateIn(
  files: ReadonlyMap<string, ParsedText>,
  rootLocation: string,
  path: Parameters<Locate>[0],
): ReturnType<Locate> {
  const isNamed = ([location]: readonly [string, unknown]): boolean =>
    nameBeside(rootLocation, location) === String(path[1])
  const grafted = path[0] === graftMember ? [...files].find(isNamed)?.[1] : undefined
  const found = grafted?.locate(path.slice(2)) ?? files.get(rootLocation)?.locate(path)
  return found ?? { file: rootLocation, line: 1, column: 1 }
}

function splitReference(reference: string): { file: string; fragment: string } {
  const at = reference.indexOf('#')
  return at < 0
    ? { file: reference, fragment: '' }
    : { file: reference.slice(0, at), fragment: reference.slice(at + 1) }
}
