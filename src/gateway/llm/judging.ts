/** Calls of tools on their way to the client. */
import type { Sent } from './answer.ts'
import type { ToolCall } from './hooks.ts'
import { keepUnder } from './memory.ts'
import type { Judge, ToolAsked, ToolVerdict } from './output.ts'
import { decideCall, operationOf, parseArguments } from './tools.ts'

/** Decides calls for one answer: the hook of the run first, then the charter. A decision that cannot be made keeps the call back. */
export function judgeFor(sent: Sent): Judge {
  return async (asked) => {
    const call = callOf(sent, asked)
    const verdict = await decide(sent, call)
    if (verdict.kind !== 'replace' && asked.id !== undefined)
      keepUnder(sent.asker.notes.issued, asked.id, {
        tool: asked.tool,
        ...(call.operation === undefined ? {} : { operation: call.operation }),
      })
    return verdict
  }
}

function callOf({ around, asker, ruling, source }: Sent, asked: ToolAsked): ToolCall {
  const operation = operationOf(around.guard.charter(), asked.tool, source.tools ?? {})
  return {
    ...asked,
    args: parseArguments(asked.text),
    run: asker.run,
    principal: asker.principal,
    call: ruling.call,
    ...(operation === undefined ? {} : { operation }),
  }
}

async function decide({ around }: Sent, call: ToolCall): Promise<ToolVerdict> {
  try {
    return (await around.hooks.onToolCall?.(call)) ?? (await decideCall(around.guard, call))
  } catch {
    around.onEvent({ kind: 'failed', call: call.call, why: 'tool call' })
    return {
      kind: 'replace',
      text: `[Lockstep did not let the call of \`${call.tool}\` pass: it could not be decided.]`,
    }
  }
}
