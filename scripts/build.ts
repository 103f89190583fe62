// npm run build: compiles src into dist, from nothing, and the console into dist/console.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { ensureConsole } from './console.ts'

rmSync('dist', { recursive: true, force: true })
const command = ['node_modules/.bin/tsc', '-p', 'tsconfig.build.json'].join(' ')
process.exitCode = spawnSync(command, { stdio: 'inherit', shell: true }).status ?? 1
await ensureConsole()
