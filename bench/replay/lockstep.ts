import { join } from 'node:path'
import type { Call, Charter } from '../../src/charter/charter.ts'
import { formatDiagnostic } from '../../src/charter/diagnostic.ts'
import { loadCharter } from '../../src/charter/load.ts'
import type { Facts } from '../../src/constraint/facts.ts'
import { namedOperations } from '../../src/constraint/values.ts'
import { decide } from '../../src/decide/decide.ts'
import type { Decision } from '../../src/decide/decision.ts'
import { endorsements, traceCall } from '../../src/session/provenance/arguments.ts'
import { emptyMemory, type Memory, remember } from '../../src/session/provenance/memory.ts'
import { answerText, type Message, type RecordedCall } from './data.ts'
import type { Judge, Policy, Verdict } from './judge.ts'

/** Loads the charter of a suite; any error or warning in it ends the bench. */
export async function suiteCharter(suite: string): Promise<Charter> {
  const { charter, diagnostics } = await loadCharter(join(import.meta.dirname, 'charters', `${suite}.charter.yaml`))
  const wrong = diagnostics.filter((each) => each.severity === 'error')
  if (charter === undefined || wrong.length > 0) throw new Error(wrong.map((each) => formatDiagnostic(each)).join('\n'))
  return charter
}

/** What deciding and remembering cost, in processor time. */
export interface Spent {
  calls: number
  micros: number
}

/** An agent that acts for a user, as the charters know both. */
export const agent = {
  id: 'assistant',
  kind: 'agent',
  actors: ['assistant'],
  chain: [{ id: 'user', kind: 'user', actors: ['user'] }],
} as const

/**
 * Lockstep as a policy: the charter of the suite decides, with the facts a guard would have. What a person says yes to is endorsed for the
 * rest of the run: the value, or the tool that was not on the run's list.
 */
export function lockstepPolicy(name: string, charter: Charter, spent: Spent): Policy {
  const source = [...charter.sources.keys()][0] ?? ''
  const safe = [...charter.operations.values()].filter((each) => !each.writes).map((each) => each.id)
  return {
    name,
    open(tools) {
      const listed = tools === undefined ? undefined : new Set([...safe, ...tools.map((tool) => `${source}.${tool}`)])
      return judgeOf(charter, source, listed, spent)
    },
  }
}

function judgeOf(charter: Charter, source: string, listed: Set<string> | undefined, spent: Spent): Judge {
  const memory = emptyMemory()
  const timed = <T>(work: () => T): T => {
    const before = process.cpuUsage()
    const value = work()
    const { user, system } = process.cpuUsage(before)
    spent.micros += user + system
    return value
  }
  return {
    see: (message, call) => timed(() => see(memory, charter, source, { message, call })),
    judge(recorded) {
      spent.calls += 1
      const call: Call = {
        operation: `${source}.${recorded.tool}`,
        principal: agent,
        request: { body: withoutNothing(recorded.args) },
        at: 0,
        run: { id: 'run', ...(listed === undefined ? {} : { tools: [...listed] }) },
      }
      return timed(() => verdictOn(charter, memory, { call, listed }))
    },
  }
}

function verdictOn(
  charter: Charter,
  memory: Memory,
  { call, listed }: { call: Call; listed: Set<string> | undefined },
): Verdict {
  const values = traceCall(charter, memory, call)
  const decision = decide(charter, { ...noFacts, values, pins: { [call.operation]: 'pinned' } }, call)
  const approve = (asked: ReadonlySet<string>): void => {
    for (const each of endorsements(charter, call.operation, { traced: values, asked })) remember(memory, each)
  }
  if (decision.effect === 'allow') approve(new Set())
  if (decision.effect !== 'ask')
    return { effect: decision.effect === 'deny' ? 'deny' : 'allow', because: becauseOf(decision) }
  return {
    effect: 'ask',
    because: becauseOf(decision),
    grant() {
      listed?.add(call.operation)
      approve(new Set(decision.reasons.map(({ constraint }) => constraint)))
    },
  }
}

/** What is known where no object, counter or history is asked for. */
export const noFacts: Facts = { objects: {}, counters: {}, history: {}, grants: { confirm: [] } }

function becauseOf({ reasons }: Decision): string {
  return reasons.map(({ says }) => says).join('; ')
}

function see(
  memory: Memory,
  charter: Charter,
  source: string,
  { message, call }: { message: Message; call: RecordedCall | undefined },
): void {
  if (message.role === 'user') remember(memory, { kind: 'prompt', text: message.text })
  if (message.role !== 'tool' || message.error) return
  const operation = charter.operations.get(`${source}.${message.tool}`)
  remember(memory, {
    kind: 'answer',
    operation: `${source}.${message.tool}`,
    content: answerText(message),
    ...(message.call_id === undefined ? {} : { call: message.call_id }),
    ...(operation?.trusted === undefined ? {} : { trusted: operation.trusted }),
    ...(call !== undefined && namedOperations(charter).has(`${source}.${message.tool}`) ? { asked: call.args } : {}),
    ...(operation?.writes === true && call !== undefined ? { wrote: withoutNothing(call.args) } : {}),
  })
}

/** Recorded agents write out what they leave out. */
function withoutNothing(args: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null))
}
