/** Keeps a change of a charter for review: as a patch in a folder, or as a commit on a branch of its own. The file in force is never touched. */
import { execFile } from 'node:child_process'
import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { patched } from './patch.ts'
import type { Files } from './revision.ts'

export type KeepPlace =
  | { readonly type: 'folder'; readonly folder: string }
  /** A working copy; neither its files nor its index are touched. */
  | { readonly type: 'git'; readonly repository: string; readonly prefix: string }

/** A change somebody proposes. */
export interface Proposal {
  readonly id: string
  readonly title: string
  /** What follows the title. */
  readonly message: string
  readonly author: string
  readonly at: number
  /** Of the folder of the charter. */
  readonly patch: string
  /** Changed files as they were and as they would be. */
  readonly before: Files
  readonly after: Files
}

/** Where it was put. */
export type Kept =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'branch'; readonly branch: string; readonly commit: string }

/** It cannot be kept there; nothing was. */
export class KeepError extends Error {}

/**
 * @param folder - Of the charter.
 * @throws {KeepError}
 */
export async function keep(place: KeepPlace, proposal: Proposal, folder: string): Promise<Kept> {
  if (place.type === 'git') return keepInGit(place, proposal, folder)
  const file = join(place.folder, `${fileName(proposal)}.patch`)
  await mkdir(place.folder, { recursive: true })
  await writeFile(file, mailOf(proposal), { flag: 'wx' })
  return { kind: 'file', file }
}

/** The change as `git am` takes it; `git apply` and `patch` skip what is before the patch. */
export function mailOf({ title, message, author, at, patch }: Proposal): string {
  const head = [`From: ${addressOf(author)}`, `Date: ${new Date(at).toUTCString()}`, `Subject: [PATCH] ${title}`]
  // A line of three dashes would end the message.
  const body = message.replaceAll(/^---/gm, ' ---')
  return `${head.join('\n')}\n\n${body}\n---\n\n${patch}`
}

/** `ann <ann@console.invalid>`, without what would end a name or an address. */
function addressOf(author: string): string {
  const { name, email } = identityOf(author)
  return `${name} <${email}>`
}

function identityOf(author: string): { readonly name: string; readonly email: string } {
  const name = author.replaceAll(/[<>"\p{Cc}]/gu, '').trim() || 'somebody'
  const local = name.replaceAll(/[^\w.@+-]/g, '-')
  return { name, email: local.includes('@') ? local : `${local}@console.invalid` }
}

function fileName({ title, id, at }: Proposal): string {
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-|-$/g, '')
  return [new Date(at).toISOString().slice(0, 10), slug, id.slice(-6)].filter((each) => each !== '').join('-')
}

async function keepInGit(
  { repository, prefix }: Extract<KeepPlace, { readonly type: 'git' }>,
  proposal: Proposal,
  folder: string,
): Promise<Kept> {
  const git = gitIn(repository, proposal.author)
  const top = await realpath(await git(['rev-parse', '--show-toplevel']))
  const way = relative(top, await realpath(folder))
    .split(sep)
    .join('/')
  if (way === '..' || way.startsWith('../')) throw new KeepError('the charter is not in that repository')
  const base = await git(['rev-parse', '--verify', '--end-of-options', 'HEAD^{commit}'])
  let tree = await git(['rev-parse', '--verify', `${base}^{tree}`])
  for (const name of Object.keys(proposal.after).toSorted()) {
    const path = way === '' ? name : `${way}/${name}`
    const text = await textFor(git, base, { path, name, proposal })
    const blob = await git(['hash-object', '-w', '--stdin'], text)
    tree = await withBlob(git, tree, path.split('/'), blob)
  }
  const branch = `${prefix}${fileName(proposal)}`
  await git(['check-ref-format', '--branch', branch])
  const commit = await git(['commit-tree', tree, '-p', base, '-F', '-'], `${proposal.title}\n\n${proposal.message}`)
  // Only ever made anew.
  await git(['update-ref', '--no-deref', `refs/heads/${branch}`, commit, '0'.repeat(commit.length)])
  return { kind: 'branch', branch, commit }
}

type Git = (args: readonly string[], input?: string) => Promise<string>

/** Plumbing only: no hook runs, nothing is looked at but objects and the one new ref. */
function gitIn(repository: string, author: string): Git {
  const { name, email } = identityOf(author)
  const who = ['-c', `user.name=${name}`, '-c', `user.email=${email}`, '-c', 'core.hooksPath=/dev/null']
  return (args, input = '') =>
    new Promise((resolve, reject) => {
      const options = { timeout: 15_000, maxBuffer: 2 ** 26 }
      const child = execFile('git', ['-C', repository, ...who, ...args], options, (error, stdout) => {
        if (error === null) resolve(args[0] === 'cat-file' ? stdout : stdout.trim())
        else reject(new KeepError(`git ${args[0]} failed in the repository for changes`, { cause: error }))
      })
      child.stdin?.on('error', () => undefined).end(input)
    })
}

/** The file as it would be on the branch: the patch taken over into what is there, which may be ahead of what is in force. */
async function textFor(
  git: Git,
  base: string,
  { path, name, proposal }: { readonly path: string; readonly name: string; readonly proposal: Proposal },
): Promise<string> {
  const listed = await git(['ls-tree', base, '--', path])
  const after = proposal.after[name] ?? ''
  if (listed === '') {
    if (proposal.before[name] === undefined) return after
    throw new KeepError(`${path} is not in the last commit of the repository`)
  }
  if (listed.startsWith('120000')) throw new KeepError(`${path} is a link in the repository`)
  const there = await git(['cat-file', 'blob', `${base}:${path}`])
  if (there === proposal.before[name]) return after
  const text = patched(there, proposal.patch, name)
  if (text === undefined) throw new KeepError(`${path} is another one in the repository: the change does not fit there`)
  return text
}

/** The tree with one more or one other file. */
async function withBlob(
  git: Git,
  tree: string,
  [name = '', ...rest]: readonly string[],
  blob: string,
): Promise<string> {
  const lines = (await git(['ls-tree', '-z', tree])).split('\0').filter((line) => line !== '')
  const isIt = (line: string): boolean => line.slice(line.indexOf('\t') + 1) === name
  const [mode = '', type = '', object = ''] = lines.find(isIt)?.split(/[ \t]/) ?? []
  const below = rest.length > 0
  if (mode !== '' && (type === 'tree') !== below) throw new KeepError(`${name} is something else in the repository`)
  const next = below ? await withBlob(git, mode === '' ? await emptyTree(git) : object, rest, blob) : blob
  const kept = mode === '100755' ? mode : '100644'
  const line = below ? `040000 tree ${next}\t${name}` : `${kept} blob ${next}\t${name}`
  return git(['mktree', '-z'], `${[...lines.filter((each) => !isIt(each)), line].join('\0')}\0`)
}

function emptyTree(git: Git): Promise<string> {
  return git(['mktree', '-z'], '')
}
