import type { Call, CallRequest, Charter } from '../charter/charter.ts'
import { learnAnswer, learnWords, noteCall } from '../classify/call.ts'
import type { Labels } from '../classify/labels.ts'
import { addEntry, type ClassMemory, emptyClassMemory } from '../classify/memory.ts'
import { labelsOf } from '../classify/of-charter.ts'
import { tokenBook } from '../classify/token.ts'
import type { Facts } from '../constraint/facts.ts'
import { carriedClasses } from '../session/carried.ts'
import { traceCall } from '../session/provenance/arguments.ts'
import { emptyMemory, remember, type Seen } from '../session/provenance/memory.ts'
import { answerSeen } from '../session/provenance/seen.ts'

/** One thing the run of a call has seen: words of its user, or the answer to an earlier call. */
export type Heard =
  | { readonly said: string }
  | { readonly operation: string; readonly request: CallRequest; readonly answer: unknown; readonly done: boolean }

/** What is known of a call by what its run has seen: where its arguments come from, and which classes of data they carry. */
export function runFacts(charter: Charter, call: Call, heard: readonly Heard[]): Pick<Facts, 'values' | 'classes'> {
  const labels = charter.data === undefined ? undefined : labelsOf(charter).labels
  const memory = emptyMemory()
  // Digests are compared with each other alone: any key serves.
  const classes = emptyClassMemory('0'.repeat(16))
  const { purpose } = call.run ?? {}
  for (const [index, each] of (purpose === undefined ? heard : [{ said: purpose }, ...heard]).entries()) {
    remember(memory, seenBy(charter, call, each, `call-${index}`))
    if (labels !== undefined) learn(classes, labels, each)
  }
  const run = call.run === undefined ? {} : { run: { classes, tokens: tokenBook() } }
  const { operation, request } = call
  return {
    ...(call.run === undefined ? {} : { values: traceCall(charter, memory, call) }),
    ...(labels === undefined
      ? {}
      : { classes: carriedClasses({ charter, labels, operation, request, localities: {}, ...run }) }),
  }
}

function seenBy(charter: Charter, call: Call, heard: Heard, id: string): Seen {
  if ('said' in heard) return { kind: 'prompt', text: heard.said }
  const { operation, request, answer, done } = heard
  if (done && charter.operations.get(operation)?.memory === 'read')
    return { kind: 'recalled', operation, call: id, content: answer, kept: [] }
  return answerSeen(charter, { ...call, operation, request }, { id, done, content: answer })
}

function learn(classes: ClassMemory, labels: Labels, heard: Heard): void {
  if ('said' in heard) {
    learnWords(classes, labels, [heard.said])
    return
  }
  for (const entry of noteCall(classes, heard)) addEntry(classes, entry)
  learnAnswer(classes, labels, { operation: heard.operation, body: heard.answer })
}
