import { emptyMemory, remember } from '../../src/session/provenance/memory.ts'
import { trace } from '../../src/session/provenance/trace.ts'

const syllables = ['ba', 'ke', 'mi', 'no', 'ru', 'sta', 'tor', 'lin', 'ver', 'qua', 'zel', 'dri']

/** Text and records as tools give them back, always the same for the same seed. */
function makeAnswer(seed: number): unknown {
  let state = seed + 1
  const next = (bound: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % bound
  }
  const word = (): string => Array.from({ length: 1 + next(3) }, () => syllables[next(12)]).join('')
  const text = (words: number): string => Array.from({ length: words }, word).join(' ')
  return Array.from({ length: 8 }, (_, index) => ({
    id: `r-${seed}-${index}`,
    owner: `${word()}@${word()}.example`,
    amount: next(100_000) / 100,
    due: `2026-0${1 + next(9)}-1${next(10)}`,
    note: text(70),
  }))
}

/**
 * Milliseconds of processor time a call of a long run costs: its answer remembered, three of its arguments traced, one trusted, one made
 * up, one put together.
 */
export function measureLongRun(calls = 500): {
  readonly calls: number
  readonly bytes: number
  readonly msPerCall: number
  readonly msOfLast: number
} {
  const answers = Array.from({ length: calls }, (_, index) => makeAnswer(index))
  const bytes = answers.reduce<number>((sum, each) => sum + JSON.stringify(each).length, 0)
  const memory = remember(emptyMemory(), { kind: 'prompt', text: 'Pay what is due and tell ann@corp.example.' })
  const started = process.cpuUsage()
  let tail = started
  answers.forEach((content, index) => {
    if (index === calls - 50) tail = process.cpuUsage()
    remember(memory, { kind: 'answer', operation: 'desk.list', call: `c${index}`, content, trusted: [['*', 'id']] })
    trace(memory, `r-${index >> 1}-3`)
    trace(memory, `made-up-${index}@elsewhere.example`)
    trace(
      memory,
      `Please look at r-${index}-1, which nobody has answered yet, and write to ${index}@elsewhere.example about it.`,
    )
  })
  const spent = process.cpuUsage(started)
  const last = process.cpuUsage(tail)
  return {
    calls,
    bytes,
    msPerCall: (spent.user + spent.system) / 1000 / calls,
    msOfLast: (last.user + last.system) / 1000 / 50,
  }
}
