/** What a call of a model came to: for the record, for budgets, for the run. */
import type { Sent } from './answer.ts'
import { tokensOf } from './incoming.ts'
import { keepUnder } from './memory.ts'
import type { Output, Usage } from './output.ts'
import { estimateInput, estimateTokens, tokensIn } from './request.ts'
import { operationOf, sayWithheld } from './tools.ts'

/** What a call used, as far as anybody knows. Where it was cut short, what was told so far is too little. */
export function usageOf({ request }: Sent, output: Output): Usage {
  const calls = output.calls.reduce((sum, { text }) => sum + estimateTokens(text), 0)
  const made = estimateTokens(output.text) + Math.max(calls, tokensIn(output.beside))
  const { usage, complete } = output
  if (usage !== undefined && complete) return usage
  const input = request === undefined ? 0 : estimateInput(request)
  if (usage === undefined) return { input, output: made, cacheRead: 0, cacheWrite: 0, reasoning: 0, estimated: true }
  return { ...usage, output: Math.max(usage.output, made), estimated: true }
}

/** The answer as charters and the ledger have it, the same for every API. */
export function answeredBody(sent: Sent, output: Output): Readonly<Record<string, unknown>> {
  const { source, request, around } = sent
  const usage = usageOf(sent, output)
  const charter = around.guard.charter()
  return {
    provider: source.provider,
    model: output.model ?? request?.model ?? '',
    text: output.text,
    tool_calls: output.calls.map(({ id, tool, text, verdict }) => {
      const operation = operationOf(charter, tool, source.tools ?? {})
      return {
        tool,
        arguments: text,
        verdict,
        ...(id === undefined ? {} : { id }),
        ...(operation === undefined ? {} : { operation }),
      }
    }),
    complete: output.complete,
    ...(output.end === undefined ? {} : { end: output.end }),
    usage: {
      tokens: usage.input + usage.output,
      input: usage.input,
      output: usage.output,
      cache_read: usage.cacheRead,
      cache_write: usage.cacheWrite,
      reasoning: usage.reasoning,
      estimated: usage.estimated === true,
    },
  }
}

/** Remembers a response that its provider keeps, before the client can go on from it. */
export function keepResponse(sent: Sent, output: Output): void {
  if (output.id === undefined || sent.place.api !== 'responses') return
  const replaced = output.calls.flatMap(({ id, tool, verdict, plain }) =>
    verdict === 'replace' && id !== undefined
      ? [{ id, text: sayWithheld(tool), ...(plain === undefined ? {} : { plain }) }]
      : [],
  )
  const used = usageOf(sent, output)
  keepUnder(sent.asker.notes.responses, output.id, { replaced, tokens: used.input + used.output })
}

/** Tells the run what a model answered and what it used. Never rejects. */
export async function tellOutput(sent: Sent, output: Output): Promise<void> {
  const { around, asker, place, ruling, source, request } = sent
  if (request === undefined) return
  const of = { call: ruling.call, source: place.source, provider: source.provider, model: request.model }
  keepResponse(sent, output)
  try {
    await around.hooks.output?.(asker.run, output, of)
    const { input, output: most } = tokensOf(request, source, asker.notes)
    const used = usageOf(sent, output)
    await around.hooks.usage?.(asker.run, { ...of, reserved: input + most, used, cutShort: !output.complete })
  } catch {
    around.onEvent({ kind: 'failed', call: ruling.call, why: 'run' })
  }
}
