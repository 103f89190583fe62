// npm run check [-- --static]: format, lint, types, generated files, then the tests. Each static check counts as one.
import { spawnSync } from 'node:child_process'
import { ensureConsole } from './console.ts'
import { printTally, runTests, type Tally, testFiles } from './run-tests.ts'

const bin = 'node_modules/.bin'
const checks: readonly (readonly [name: string, ...command: string[]])[] = [
  ['format and lint', `${bin}/biome`, 'check', '--error-on-warnings', '.'],
  ['lint again', `${bin}/oxlint`, '--deny-warnings'],
  ['types', `${bin}/tsc`, '-p', 'tsconfig.json'],
  ['types of the console', `${bin}/tsc`, '-p', 'console/tsconfig.json'],
  ['types of the pure folders', `${bin}/tsc`, '-p', 'tsconfig.core.json'],
  ['generated files are current', process.execPath, 'scripts/generate.ts', '--check'],
]

function runCheck([name, file = '', ...args]: (typeof checks)[number]): boolean {
  const result = spawnSync(file, args, { encoding: 'utf8', shell: process.platform === 'win32' })
  const ok = result.status === 0
  console.log(`${ok ? 'ok' : 'not ok'} ${name}`)
  if (!ok) console.log(`${result.stdout}${result.stderr}${result.error?.message ?? ''}`)
  return ok
}

const results = checks.map(runCheck)
const tally: Tally = { passed: results.filter((ok) => ok).length, failed: results.filter((ok) => !ok).length }
if (!process.argv.includes('--static')) await ensureConsole()
const tests = await runTests(process.argv.includes('--static') ? testFiles(['test/structure.test.ts']) : testFiles([]))
process.exitCode = printTally({ passed: tally.passed + tests.passed, failed: tally.failed + tests.failed })
