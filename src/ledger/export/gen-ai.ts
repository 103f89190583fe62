/**
 * Names of OpenTelemetry for agents (semantic-conventions-genai, all in development: they will be renamed, and here alone).
 *
 * Whether an operation is a tool or a model is the charter's to know, not the ledger's; so no `gen_ai.operation.name` is said.
 */
import type { Entry } from '../entry.ts'
import { principalOf } from './event.ts'

/** What an entry says of an agent and its run; nothing where no agent is in it. */
export function agentAttributes(entry: Entry): Readonly<Record<string, string | undefined>> {
  const principal = principalOf(entry)
  return {
    'gen_ai.agent.id': principal?.kind === 'agent' ? principal.id : undefined,
    'gen_ai.conversation.id': 'run' in entry && typeof entry.run === 'string' ? entry.run : undefined,
    'lockstep.workflow': 'workflow' in entry ? entry.workflow : undefined,
  }
}
