import type { Message, RecordedCall } from './data.ts'

/** What a policy says of one call. An ask that is granted may be remembered by the policy. */
export interface Verdict {
  readonly effect: 'allow' | 'deny' | 'ask'
  /** Why, for whoever looks at single runs. */
  readonly because?: string
  readonly grant?: () => void
}

/** A policy at work on one run: sees every message in order, and is asked about every call before it is made. */
export interface Judge {
  see(message: Message, call: RecordedCall | undefined): void
  judge(call: RecordedCall): Verdict
}

/** A policy, opened for each run with the tools the run was given, where there is such a list. */
export interface Policy {
  readonly name: string
  open(tools: readonly string[] | undefined): Judge
}

/** Shows a run to a judge. Refused calls stay in the record: the agent does not react. */
export function replay(
  judge: Judge,
  messages: readonly Message[],
  on: (verdict: Verdict, index: number, call: RecordedCall) => void,
): void {
  const executed = new Set(messages.flatMap(({ role, call_id }) => (role === 'tool' ? [call_id] : [])))
  const calls = new Map<string, RecordedCall>()
  for (const message of messages) {
    if (message.role !== 'assistant') judge.see(message, calls.get(message.call_id ?? ''))
    for (const call of message.calls ?? []) {
      if (!executed.has(call.id)) continue
      calls.set(call.id, call)
      on(judge.judge(call), Number(call.id.slice(1)), call)
    }
  }
}
