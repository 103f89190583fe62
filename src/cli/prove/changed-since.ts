import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, posix, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Charter } from '../../charter/charter.ts'
import { loadCharter } from '../../charter/load.ts'
import { filesReferredTo } from '../../charter/source/graft.ts'
import { decodePath } from '../../charter/source/reference.ts'
import { parseText } from '../../charter/source/text.ts'
import { changedOperations } from '../../prove/select.ts'

const run = promisify(execFile)
const mostFiles = 500

/** Operations that changed, with what a reader should know about the comparison. */
export interface Changed {
  readonly operations: ReadonlySet<string>
  readonly notes: readonly string[]
}

/**
 * Compares a charter and its descriptions with those of a git revision. All operations when there was no usable charter then.
 *
 * Throws when the charter is not in a git repository or the revision does not exist.
 */
export async function changedSince(file: string, revision: string, charter: Charter): Promise<Changed> {
  const folder = await realpath(dirname(resolve(file)))
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', ['-C', folder, ...args], { maxBuffer: 50_000_000 })).stdout
  const prefix = (await git('rev-parse', '--show-prefix').catch(notFound(`\`${file}\` is in no git repository`))).trim()
  const commit = (
    await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`).catch(
      notFound(`git knows no revision \`${revision}\` here; a shallow clone may lack it`),
    )
  ).trim()
  const scratch = await mkdtemp(join(tmpdir(), 'lockstep-'))
  try {
    const main = posix.join(prefix, posix.basename(file))
    const notes = await copyFiles(main, scratch, (path) => git('show', `${commit}:${path}`).catch(() => undefined))
    const old = (await loadCharter(join(scratch, main))).charter
    if (old === undefined) return { operations: new Set(charter.operations.keys()), notes }
    return { operations: changedOperations(old, charter), notes }
  } finally {
    await rm(scratch, { recursive: true })
  }
}

function notFound(message: string): (cause: unknown) => never {
  return (cause) => {
    throw new Error(message, { cause })
  }
}

/** Copies a charter with its includes, descriptions and the files those refer to, as far as they are in the revision. */
async function copyFiles(
  main: string,
  scratch: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<string[]> {
  const notes = new Set<string>()
  const asked = new Set([main])
  for (const path of asked) {
    const text = asked.size > mostFiles ? undefined : await read(path)
    if (text === undefined) {
      notes.add(notThere(path))
      continue
    }
    const copy = join(scratch, path)
    await mkdir(dirname(copy), { recursive: true })
    await writeFile(copy, text)
    const { value } = parseText(path, text)
    for (const name of namedIn(value)) {
      const beside = posix.normalize(posix.join(posix.dirname(path), name))
      if (isElsewhere(name)) continue
      // SECURITY: names come from the repository; whatever leads out of it is left out.
      if (beside !== '..' && !beside.startsWith('../')) asked.add(beside)
      else notes.add(notThere(name))
    }
    for (const url of sourcesOf(value).filter(isElsewhere)) notes.add(asItIsNow(url))
  }
  return [...notes]
}

/** Whether a name is an address or an absolute path; references to such are followed by nobody. */
function isElsewhere(name: string): boolean {
  return /^https?:/i.test(name) || posix.isAbsolute(name)
}

function notThere(name: string): string {
  return `\`${name}\` is not in that revision: everything it says counts as changed`
}

function asItIsNow(name: string): string {
  const url = URL.parse(name)
  const [shown, why] = url === null ? [name, 'its path is absolute'] : [`${url.origin}${url.pathname}`, 'it is fetched']
  return `\`${shown}\` is in no revision, since ${why}: it is compared as it is now, so a change in it is not seen`
}

function sourcesOf(value: unknown): string[] {
  const record = typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
  const sources: readonly unknown[] = Array.isArray(record['sources']) ? record['sources'] : []
  return sources
    .map((each) => (typeof each === 'object' && each !== null && 'url' in each ? each.url : undefined))
    .filter((each) => typeof each === 'string')
}

function namedIn(value: unknown): string[] {
  const record = typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
  const includes: readonly unknown[] = Array.isArray(record['include']) ? record['include'] : []
  const named = includes.filter((each) => typeof each === 'string')
  return [...named, ...sourcesOf(value), ...filesReferredTo(value).map(decodePath)]
}
