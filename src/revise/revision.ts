/** A charter as somebody would have it: the files in force, some of them with other texts. */
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { LoadedCharter } from '../charter/load.ts'
import { loadDescription } from '../charter/load-description.ts'
import type { DescriptionResult } from '../charter/source/read-description.ts'
import { loadLabelled } from './load-labelled.ts'

/** What is in force: the main file, and every file of the charter with its text, by path. */
export interface InForceFiles {
  readonly main: string
  readonly texts: ReadonlyMap<string, string>
}

/** Files with their texts, by their names in the folder of the charter. */
export type Files = Readonly<Record<string, string>>

/** Loads the charter in force and revisions of it. */
export interface Revisions {
  inForce(): Promise<LoadedCharter>
  /** With positions by the names of files in the folder of the charter. */
  load(files: Files): Promise<LoadedCharter>
}

/** The name of a file in the folder of the charter, with `/`. */
export function nameOf({ main }: Pick<InForceFiles, 'main'>, file: string): string {
  return relative(dirname(resolve(main)), resolve(file))
    .split(sep)
    .join('/')
}

/**
 * SECURITY: whoever writes a revision only looks at the console. It makes us read nothing but texts it brings, files the charter in force
 * has anyway, and descriptions that one names.
 */
export function openRevisions(setting: InForceFiles): Revisions {
  const known = new Map([...setting.texts].map(([file, text]) => [resolve(file), text]))
  const described = new Map<string, Promise<DescriptionResult>>()
  let locations: ReadonlySet<string> | undefined
  let current: Promise<LoadedCharter> | undefined
  const read = (files: Files) => async (file: string) => {
    const name = nameOf(setting, file)
    const text = Object.hasOwn(files, name) ? files[name] : known.get(resolve(file))
    return text === undefined ? { code: elsewhere } : { text }
  }
  const inForce = (): Promise<LoadedCharter> => {
    const asked = new Set<string>()
    current ??= loadLabelled(setting.main, {
      read: read({}),
      describe: (source, location) => {
        asked.add(location)
        return remember(described, source, location)
      },
    }).then((loaded) => {
      locations = asked
      return loaded
    })
    return current
  }
  return {
    inForce,
    load: async (files) => {
      await inForce()
      const loaded = await loadLabelled(setting.main, {
        read: read(files),
        describe: async (source, location) =>
          locations?.has(location) === true ? remember(described, source, location) : notRead(location),
      })
      return renamed(setting, loaded)
    },
  }
}

const elsewhere = 'the console reads only files the charter in force has, and those a change brings along'

function remember(
  described: Map<string, Promise<DescriptionResult>>,
  source: string,
  location: string,
): Promise<DescriptionResult> {
  const key = `${source} ${location}`
  const found = described.get(key) ?? loadDescription(source, location)
  described.set(key, found)
  return found
}

function notRead(location: string): DescriptionResult {
  const message = 'not read: the console reads only descriptions that the charter in force names'
  return {
    description: undefined,
    diagnostics: [{ code: 'api-load', severity: 'error', message, file: location, line: 1, column: 1 }],
  }
}

function renamed(setting: InForceFiles, loaded: LoadedCharter): LoadedCharter {
  const folder = dirname(resolve(setting.main))
  const named = (file: string): string => {
    const path = resolve(file)
    return path.startsWith(join(folder, sep)) ? nameOf(setting, path) : file
  }
  return { ...loaded, diagnostics: loaded.diagnostics.map((each) => ({ ...each, file: named(each.file) })) }
}
