import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds package.json, with a trailing separator. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const runtimePath = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')

/**
 * Makes node_modules hold what package-lock.json names, running npm only if it does not.
 *
 * Not `npm ci`: that refuses a lock file without the other platforms' optional binaries, which npm leaves out when a
 * registry mirror has only this platform's. `npm install --no-save` takes the same locked versions and hashes.
 * Contents are compared, not times: a checkout that touches the lock file must not cost a reinstall.
 * Throws if npm fails, with npm's output.
 */
export function ensureInstalled() {
  if (isCurrent() && existsSync(runtimePath)) return
  process.stderr.write('installing dependencies (once, about a minute) ...\n')
  const started = performance.now()
  const result = npm(['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'])
  if (result.status !== 0) throw new Error(`npm install failed:\n${result.stdout}${result.stderr}${result.error ?? ''}`)
  process.stderr.write(`installed in ${((performance.now() - started) / 1000).toFixed(0)} s\n`)
}

/**
 * Returns the Node to run the project with: the pinned one, else the running one if it is new enough.
 *
 * Throws if neither can run TypeScript files.
 */
export function runtime() {
  for (const path of [runtimePath, process.execPath]) {
    if (runsTypeScript(path)) return path
  }
  throw new Error(`the pinned Node was not installed, and Node ${process.versions.node} is older than 22.19`)
}

function isCurrent() {
  const wanted = lockedPackages('package-lock.json')
  const present = lockedPackages('node_modules/.package-lock.json')
  if (present === undefined || wanted === undefined) return false
  // npm leaves out of the installed list what this platform does not need: optional and peer packages.
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || entry.peer || present[path]?.version === entry.version,
  )
}

function lockedPackages(file) {
  const path = join(root, file)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined
}

function npm(args) {
  const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1e8 }
  // Under `npm test` the very npm that was started says where it is; otherwise the one on the path is used.
  const script = process.env.npm_execpath
  if (script?.endsWith('.js')) return spawnSync(process.execPath, [script, ...args], options)
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
}

function runsTypeScript(path) {
  if (!existsSync(path)) return false
  try {
    const [major = 0, minor = 0] = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' })
      .split('.')
      .map(Number)
    return major > 22 || (major === 22 && minor >= 19)
  } catch {
    return false
  }
}
