// npm test [-- PATH ...]: runs the tests, or those whose path fits.
import { ensureConsole } from './console.ts'
import { printTally, runTests, testFiles } from './run-tests.ts'

const files = testFiles(process.argv.slice(2))
if (files.length === 0) console.error('no test file fits')
if (files.some((file) => /^test\/(api|console|examples)\//.test(file))) await ensureConsole()
process.exitCode = printTally(files.length === 0 ? { passed: 0, failed: 1 } : await runTests(files))
