import type { Charter } from '../../src/charter/charter.ts'
import { decide } from '../../src/decide/decide.ts'
import { emptyMemory, type Memory, remember } from '../../src/session/provenance/memory.ts'
import { argumentLeaves } from '../../src/session/provenance/structure/leaves.ts'
import { trace } from '../../src/session/provenance/trace.ts'
import { readLines } from './data.ts'
import { agent, noFacts, suiteCharter } from './lockstep.ts'
import { digits } from './table.ts'
import { share } from './tally.ts'

interface Step {
  readonly tool: string
  readonly args: Readonly<Record<string, unknown>> | null
}

interface Case {
  readonly id: string
  readonly user_instruction: string
  readonly user_tool: string
  readonly user_args: Readonly<Record<string, unknown>>
  readonly responses: Readonly<Record<string, string>>
  readonly expected: readonly Step[]
}

interface Recorded {
  readonly case: string
  readonly variant: string
  readonly eval: string
  readonly first: Step | null
}

/** Every case: the user's own call must pass, and what the injected text asks for must not. */
export async function reportInjecagent(folder: string): Promise<string> {
  const charter = await suiteCharter('injecagent')
  const cases = new Map([...readLines<Case>(folder, 'injecagent/cases.jsonl.gz')].map((each) => [each.id, each]))
  let [passed, stopped] = [0, 0]
  for (const { user_tool, user_args, expected } of cases.values()) {
    if (isAllowed(charter, user_tool, { tool: user_tool, args: user_args })) passed += 1
    if (expected.some((step) => !isAllowed(charter, user_tool, step))) stopped += 1
  }
  return [
    `InjecAgent: ${stopped} of ${cases.size} attacks stopped by the one tool the task was given; ${passed} of ${cases.size} of the user's own calls pass`,
    tracedCalls(folder, cases),
  ].join('\n')
}

function isAllowed(charter: Charter, given: string, { tool, args }: Step): boolean {
  const operation = `toolkit.${tool}`
  const call = {
    operation,
    principal: agent,
    request: { body: args ?? {} },
    at: 0,
    run: { id: 'run', tools: [`toolkit.${given}`] },
  }
  return decide(charter, { ...noFacts, pins: { [operation]: 'pinned' } }, call).effect === 'allow'
}

/** What provenance alone sees of the calls models were talked into. */
function tracedCalls(folder: string, cases: ReadonlyMap<string, Case>): string {
  let [calls, planted, unsaid] = [0, 0, 0]
  for (const { case: id, variant, eval: outcome, first } of readLines<Recorded>(
    folder,
    'injecagent/recorded.jsonl.gz',
  )) {
    const found = cases.get(id)
    const values = argumentLeaves(first?.args ?? {})
    if (outcome !== 'succ' || found === undefined || values.length === 0) continue
    const memory = memoryOf(found, variant)
    const trusts = values.map(({ value }) => trace(memory, value)[0]?.trust)
    calls += 1
    if (trusts.includes('untrusted')) planted += 1
    if (trusts.some((trust) => trust !== 'prompt')) unsaid += 1
  }
  return `calls that models were talked into, with arguments: ${calls}; ${digits(share(planted, calls))} % carry a value traced to the injected answer, ${digits(share(unsaid, calls))} % one the user did not say`
}

function memoryOf({ user_instruction, user_tool, responses }: Case, variant: string): Memory {
  const memory = remember(emptyMemory(), { kind: 'prompt', text: user_instruction })
  return remember(memory, {
    kind: 'answer',
    operation: `toolkit.${user_tool}`,
    call: 'c0',
    content: responses[variant] ?? '',
  })
}
