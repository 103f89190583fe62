// Builds the console into dist/console, unless what is there was built of the same sources.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const mark = `${root}dist/console/.built`

/** Two processes that build at once make the same files; a mark is written only after all of them. @throws when it cannot be built. */
export async function ensureConsole(): Promise<void> {
  const digest = digestOfSources()
  if (readMark() === digest) return
  const vite = `${root}node_modules/vite/bin/vite.js`
  const args = [vite, 'build', '--logLevel', 'warn']
  await promisify(execFile)(process.execPath, args, { cwd: `${root}console` }).catch((error: unknown) => {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
    throw new Error(`the console could not be built:\n${said}`, { cause: error })
  })
  writeFileSync(mark, digest)
}

function digestOfSources(): string {
  const files = globSync(['console/{src,public}/**/*', 'console/*.{ts,html,json}', 'package-lock.json'], {
    cwd: root,
    withFileTypes: true,
  })
  const hash = createHash('sha256')
  for (const path of files.flatMap((each) => (each.isFile() ? `${each.parentPath}/${each.name}` : [])).sort())
    hash.update(`${path.slice(root.length)}\0`).update(readFileSync(path))
  return hash.digest('hex')
}

function readMark(): string | undefined {
  try {
    return readFileSync(mark, 'utf8')
  } catch {
    return undefined
  }
}
