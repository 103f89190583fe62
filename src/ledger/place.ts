/** Places outside the ledger where its checkpoints go, so that whoever owns the ledger cannot take them back. */
import { execFile } from 'node:child_process'
import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { splitCheckpoints } from './checkpoint.ts'

/** Where checkpoints are published. `http` posts each as text; `git` commits them to a file of a working copy, and pushes when told where. */
export type PlaceConfig =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'http'; readonly url: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly type: 'git'; readonly repository: string; readonly file: string; readonly remote?: string }

/** One such place. */
export interface Place {
  /** For people; never a secret. */
  readonly name: string
  /** Resolves once the place has it; may be told the same checkpoint twice. */
  publish(note: string): Promise<void>
  /** The checkpoints it has, oldest first; none when it cannot be asked. */
  published(): Promise<readonly string[]>
}

const run = promisify(execFile)
const timeoutMs = 15_000

/** The place a configuration describes. */
export function placeOf(config: PlaceConfig): Place {
  switch (config.type) {
    case 'file':
      return filePlace(config.path)
    case 'http':
      return httpPlace(config.url, config.headers ?? {})
    case 'git':
      return gitPlace(config)
  }
}

function filePlace(path: string): Place {
  return {
    name: `file ${path}`,
    publish: (note) => appendTo(path, note),
    published: async () => splitCheckpoints(await readIfThere(path)),
  }
}

function httpPlace(url: string, headers: Readonly<Record<string, string>>): Place {
  const { host, pathname } = new URL(url)
  return {
    name: `http ${host}${pathname}`,
    publish: async (note) => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
        body: note,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      await answer.body?.cancel()
      if (!answer.ok) throw new Error(`the place answered ${answer.status}`)
    },
    published: async () => [],
  }
}

function gitPlace({ repository, file, remote }: Extract<PlaceConfig, { readonly type: 'git' }>): Place {
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', ['-C', repository, ...args], { timeout: timeoutMs, maxBuffer: 2 ** 26 })).stdout
  return {
    name: `git ${repository} ${file}`,
    publish: async (note) => {
      const path = join(repository, file)
      // After a failure the note may already be in the file: it must not be there twice.
      if (!(await readIfThere(path)).includes(note)) await appendTo(path, note)
      await git('add', '--', file)
      if ((await git('status', '--porcelain', '--', file)) !== '') {
        const who = ['-c', 'user.name=Lockstep', '-c', 'user.email=lockstep@localhost']
        await git(...who, 'commit', '--quiet', '--message', `Checkpoint of ${note.split('\n')[1]} entries`, '--', file)
      }
      if (remote !== undefined) await git('push', '--quiet', remote, 'HEAD')
    },
    published: async () => splitCheckpoints(await readIfThere(join(repository, file))),
  }
}

async function appendTo(path: string, note: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'a')
  try {
    await file.appendFile(note)
    await file.datasync()
  } finally {
    await file.close()
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
