/** The files a serving guard goes by: which are watched, what a change of them needs, and that one was refused. */
import { dirname, join } from 'node:path'
import type { GuardConfig, LoadedGuard, ReadyCharter } from './config.ts'
import type { Core } from './core.ts'

/** What cannot be exchanged while calls are on their way. */
export function fixedParts(before: GuardConfig, after: GuardConfig): readonly string[] {
  const names = ['store', 'ledger', 'approvals', 'control', 'acs', 'vault', 'mcp', 'a2a', 'runs', 'console'] as const
  const changed = names.filter((name) => JSON.stringify(before.file[name]) !== JSON.stringify(after.file[name]))
  const { listen: old } = before.file
  const { listen } = after.file
  const isMoved =
    old.host !== listen.host || old.port !== listen.port || (old.tls === undefined) !== (listen.tls === undefined)
  const doorOf = ({ models }: GuardConfig['file']): unknown =>
    models && [models.host, models.port, models.tls === undefined]
  const isOther = JSON.stringify(doorOf(before.file)) !== JSON.stringify(doorOf(after.file))
  return [...(isMoved ? ['listen'] : []), ...changed, ...(isOther ? ['models'] : [])]
}

/** On the record: somebody wanted to put this in force, and it was not. */
export async function recordRefusal(
  { ledger }: Core,
  { charter, version }: ReadyCharter,
  loaded: LoadedGuard,
): Promise<void> {
  const why = loaded.diagnostics.find(({ severity }) => severity === 'error')
  await ledger.append({
    kind: 'charter',
    at: Date.now(),
    charter: { name: charter.name, digest: version },
    effect: 'refused',
    why: why === undefined ? 'it could not be read' : `${why.code}: ${why.message}`,
  })
}

/** The guard file, the charter's files, and descriptions on this machine. While something is wrong, also what was watched before. */
export function watchedFiles(
  file: string,
  { texts, ready }: LoadedGuard,
  before: readonly string[],
): readonly string[] {
  // The charter's main file is the first after the guard file.
  const main = [...texts.keys()].find((name) => name !== file) ?? file
  const described = [...(ready?.charter.sources.values() ?? [])].flatMap(({ url }) =>
    url === undefined || /^https?:/i.test(url) ? [] : [join(dirname(main), url)],
  )
  return [...new Set([file, ...texts.keys(), ...described, ...before])]
}
