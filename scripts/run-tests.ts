import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { relative, resolve } from 'node:path'
import { run } from 'node:test'
import { inspect } from 'node:util'

/** How many tests passed and failed; a file that breaks outside its tests counts as one failure. */
export interface Tally {
  passed: number
  failed: number
}

type TestEvent = ReturnType<typeof run> extends AsyncIterable<infer Each> ? Each : never

const testMs = 120_000
/** So long a file may say nothing: no test of it takes longer. */
const quietMs = 180_000

interface Outcome {
  readonly name: string
  readonly file?: string | undefined
  readonly nesting: number
  readonly skip?: string | boolean | undefined
  readonly todo?: string | boolean | undefined
  readonly details: { readonly type?: string | undefined; readonly error?: Error | undefined }
}

/**
 * Lists the test files, in order.
 *
 * @param filters - Each a file, a folder or a part of a path; a file that fits any of them is taken. None takes all.
 */
export function testFiles(filters: readonly string[]): string[] {
  const all = globSync('test/**/*.test.ts').map((path) => path.replaceAll('\\', '/'))
  const wanted = filters.map((filter) => relative('.', resolve(filter)).replaceAll('\\', '/'))
  return all.filter((path) => wanted.length === 0 || wanted.some((filter) => path.includes(filter))).sort()
}

/**
 * Runs test files, each in a process of its own, and prints a line per file and every failure with its detail.
 *
 * Does not print the closing count: the caller may have more to add to it.
 */
export async function runTests(files: readonly string[]): Promise<Tally> {
  const total: Tally = { passed: 0, failed: 0 }
  const perFile = new Map<string, Tally>()
  const count = (outcome: Outcome, key: keyof Tally): void => {
    if (key === 'passed' && outcome.details.type === 'suite') return
    if (outcome.skip || outcome.todo) return
    const file = shown(outcome.file ?? outcome.name)
    const tally = perFile.get(file) ?? { passed: 0, failed: 0 }
    perFile.set(file, tally)
    tally[key] += 1
    total[key] += 1
  }
  const hear = (event: TestEvent): void => {
    if (event.type === 'test:pass') {
      const empty = isFile(event.data)
      if (empty) console.log(`\nFAILED ${shown(event.data.name)}: no test ran in this file\n`)
      count(event.data, empty ? 'failed' : 'passed')
    }
    if (event.type === 'test:fail' && !isEchoOfChildren(event.data)) {
      count(event.data, 'failed')
      printFailure(event.data)
    }
    if (event.type === 'test:stderr' || event.type === 'test:stdout') process.stderr.write(event.data.message)
    if (event.type === 'test:summary' && event.data.file !== undefined) {
      printFile(shown(event.data.file), perFile.get(shown(event.data.file)), event.data.duration_ms)
    }
  }
  const waiting = [...files]
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      let isTold = false
      for await (const event of runFile(file)) {
        isTold ||= event.type === 'test:summary' && event.data.file !== undefined
        hear(event)
      }
      if (isTold || (perFile.get(file)?.failed ?? 0) > 0) continue
      console.log(`\nFAILED ${file}: what came of it was not told\n`)
      total.failed += 1
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return total
}

/** A test that failed may leave a server open, and a loop never ends: a file that has gone quiet keeps the others from running no longer. */
async function* runFile(file: string): AsyncGenerator<TestEvent> {
  const quiet = new AbortController()
  const timer = setTimeout(() => quiet.abort(), quietMs)
  for await (const event of run({ files: [file], timeout: testMs, signal: quiet.signal })) {
    timer.refresh()
    yield event
  }
  clearTimeout(timer)
}

/** Prints the line that ends every run, and returns the exit code that goes with it. */
export function printTally(tally: Tally): number {
  console.log(`${tally.passed} passed, ${tally.failed} failed`)
  return tally.failed === 0 && tally.passed > 0 ? 0 : 1
}

// The runner reports a file as if it were a test only if no test of its own ran in it, or it broke outside its tests.
function isFile(outcome: Outcome): boolean {
  return outcome.nesting === 0 && shown(outcome.name) === shown(outcome.file ?? '')
}

// A suite, or a test with subtests, fails along with them: the failure is already counted.
function isEchoOfChildren(outcome: Outcome): boolean {
  const { error } = outcome.details
  return error !== undefined && 'failureType' in error && error.failureType === 'subtestsFailed'
}

function printFailure(outcome: Outcome): void {
  const thrown = outcome.details.error?.cause ?? outcome.details.error
  const error = isFile(outcome) ? 'the file broke outside its tests; its output is above' : thrown
  console.log(`\nFAILED ${shown(outcome.file ?? '')}: ${outcome.name}`)
  console.log(`${detailOf(error).replaceAll(/^/gm, '  ')}\n`)
}

// An assertion's message already holds the difference; inspecting it would print both sides in full once more.
function detailOf(error: unknown): string {
  if (typeof error === 'string') return error
  return error instanceof Error && error.name === 'AssertionError' && error.stack
    ? error.stack
    : inspect(error, { depth: 6 })
}

function printFile(file: string, tally: Tally = { passed: 0, failed: 0 }, durationMs: number): void {
  const verdict = tally.failed > 0 ? 'not ok' : 'ok'
  const failed = tally.failed > 0 ? `, ${tally.failed} failed` : ''
  console.log(`${verdict} ${file}: ${tally.passed} passed${failed} (${Math.round(durationMs)} ms)`)
}

function shown(path: string): string {
  return relative('.', resolve(path)).replaceAll('\\', '/')
}
