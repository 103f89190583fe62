// npm run bench -- NAME: runs bench/NAME.ts; without a name, lists them.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename } from 'node:path'

const names = globSync('bench/*.ts').map((path) => basename(path, '.ts'))
const [name = '', ...rest] = process.argv.slice(2)
if (names.includes(name)) {
  process.exitCode = spawnSync(process.execPath, [`bench/${name}.ts`, ...rest], { stdio: 'inherit' }).status ?? 1
} else {
  console.error(`usage: npm run bench -- NAME, where NAME is one of: ${names.sort().join(', ') || '(none yet)'}`)
  process.exitCode = 1
}
