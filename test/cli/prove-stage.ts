import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FlawName } from '../../examples/bank-payments/flaws.ts'
import { type BankOptions, type RunningBank, start } from '../../examples/bank-payments/start.ts'

const bin = fileURLToPath(new URL('../../bin/lockstep.js', import.meta.url))
const example = fileURLToPath(new URL('../../examples/bank-payments/', import.meta.url))

/** What a finished command left behind. */
export interface Finished {
  readonly code: number | null
  readonly out: string
  readonly error: string
  readonly ms: number
}

/** A folder with the bank's charter and identities, in which commands are run. */
export interface Folder {
  readonly path: string
  /** Starts the bank there: its tokens replace those of the bank before. */
  readonly startBank: (
    flaws: readonly FlawName[],
    testHooks?: boolean,
    more?: Pick<BankOptions, 'port' | 'named'>,
  ) => Promise<RunningBank>
  /** Runs `lockstep`; `during` sees the process while it runs. */
  readonly run: (
    args: readonly string[],
    during?: (child: ChildProcess) => void,
    env?: Readonly<Record<string, string>>,
  ) => Promise<Finished>
  /** Closes every bank that is still open and removes the folder. */
  readonly remove: () => Promise<void>
}

/** Makes a folder with copies of the example's files. */
export function openFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'prove-'))
  const open = new Set<RunningBank>()
  for (const name of ['charter.yaml', 'openapi.yaml', 'identities.yaml']) cpSync(join(example, name), join(path, name))
  return {
    path,
    startBank: async (flaws, testHooks = true, more = {}) => {
      const bank = await start({ flaws, port: 0, ...more, ...(testHooks ? { testHooks: true } : {}) })
      open.add(bank)
      mkdirSync(join(path, '.lockstep'), { recursive: true })
      for (const [name, token] of Object.entries(bank.tokens))
        writeFileSync(join(path, `.lockstep/${name}.token`), token)
      const close = async (): Promise<void> => {
        if (open.delete(bank)) await bank.close()
      }
      return { ...bank, close }
    },
    run: (args, during, env) => run(path, args, during, env),
    remove: async () => {
      for (const bank of open) await bank.close()
      rmSync(path, { recursive: true })
    },
  }
}

/** No colours, whatever the terminal of whoever runs the tests. */
const { FORCE_COLOR: _forced, ...inherited } = process.env
const plainEnv = { ...inherited, NO_COLOR: '1' }

function run(
  cwd: string,
  args: readonly string[],
  during?: (child: ChildProcess) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { ...plainEnv, ...env },
  })
  let [out, error] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    error += String(chunk)
  })
  during?.(child)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, error, ms: performance.now() - startedAt }))
  })
}

/** A server that counts what it is asked. */
export async function openServer(
  listener: RequestListener,
): Promise<{ readonly url: string; readonly asked: () => number; readonly close: () => void }> {
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    asked: () => asked,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
