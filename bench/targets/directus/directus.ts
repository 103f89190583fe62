import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownEnvironment, type Running, startProgram, type Target } from '../target.ts'
import { setUp } from './setup.ts'

/** A content management system; here an editorial office with the permissions that its charter wants. */
export const directus: Target = {
  name: 'directus',
  folder: 'directus',
  source: 'cms',
  installed: 'node_modules/directus/cli.js',
  expected: [],
  start: (folder) => start(folder, false),
}

/** The same office with three permissions too wide, as people make them by mistake. */
export const slackDirectus: Target = {
  ...directus,
  name: 'directus, three permissions too wide',
  expected: [
    'bfla at cms.updateSingleItemsArticles',
    'bola-read at cms.readItemsArticles',
    'bola-read at cms.readSingleItemsArticles',
    'bopla-read at cms.readItemsArticles',
    'step-skipped at cms.updateSingleItemsArticles',
  ],
  start: (folder) => start(folder, true),
}

async function start(folder: string, slack: boolean): Promise<Running> {
  const home = await mkdtemp(join(tmpdir(), 'lockstep-directus-'))
  const port = String(await freePort())
  const [adminPassword, peoplePassword] = [secret(), secret()]
  const env = environment(home, port, adminPassword)
  const script = 'node_modules/directus/cli.js'
  const { status, stderr } = spawnSync('node', [script, 'bootstrap'], {
    cwd: folder,
    env: { ...ownEnvironment(), ...env },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`directus could not be set up: ${stderr}`)
  const program = await startProgram([script, 'start'], { cwd: folder, env, ready: /Server started at (\S+)/ })
  const url = `http://127.0.0.1:${port}`
  const close = async (): Promise<void> => {
    await program.close()
    await rm(home, { recursive: true, force: true })
  }
  try {
    await setUp(url, { adminPassword, peoplePassword, slack, description: new URL('openapi.json', import.meta.url) })
    return { url, env: { PEOPLE_PASSWORD: peoplePassword }, close }
  } catch (error) {
    await close()
    throw error
  }
}

function environment(home: string, port: string, adminPassword: string): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    DB_CLIENT: 'sqlite3',
    DB_FILENAME: join(home, 'data.db'),
    STORAGE_LOCAL_ROOT: join(home, 'uploads'),
    EXTENSIONS_PATH: join(home, 'extensions'),
    SECRET: secret(),
    ADMIN_EMAIL: 'root@example.com',
    ADMIN_PASSWORD: adminPassword,
    ACCESS_TOKEN_TTL: '2h',
    TELEMETRY: 'false',
    LOG_LEVEL: 'info',
  }
}

function secret(): string {
  return randomBytes(18).toString('base64url')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
