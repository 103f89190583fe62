/** A request to a model as the guard is asked about it, and what is told to the run before it is sent. */
import type { Charter, Principal, Run } from '../../charter/charter.ts'
import type { Incoming, Refusal } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { refuse } from '../../guard/refusal.ts'
import type { ModelHooks, ToolResult } from './hooks.ts'
import type { Named, RunNotes } from './memory.ts'
import type { ModelSource } from './provider.ts'
import { estimateInput, type ModelRequest } from './request.ts'
import { operationOf } from './tools.ts'

/** How many tokens an answer is taken to have where nobody says. */
const assumedTokens = 4096

/** Who asks, and in which run. */
export interface Asker {
  readonly principal: Principal
  readonly run: Run | undefined
  readonly notes: RunNotes
}

/** How many tokens a request may cost, with those of the conversation that its provider keeps. */
export function tokensOf(
  request: ModelRequest,
  source: ModelSource,
  { responses }: RunNotes,
): { readonly input: number; readonly output: number } {
  const { history, answers, maxTokens } = request
  const kept = history.in === 'response' ? (responses.get(history.id)?.tokens ?? 0) : 0
  const output = answers * (maxTokens ?? source.assumedTokens ?? assumedTokens)
  return { input: kept + estimateInput(request), output }
}

/**
 * The body of the call as charters see it, the same for every API. `messages` are the texts that go to this model for the first time in
 * the run; those before it were decided when they went.
 */
export function bodyFor(
  request: ModelRequest,
  source: ModelSource,
  { charter, notes, fresh }: { readonly charter: Charter; readonly notes: RunNotes; readonly fresh: readonly Named[] },
): Readonly<Record<string, unknown>> {
  const { input, output } = tokensOf(request, source, notes)
  const ties = source.tools ?? {}
  const runBy = (who: 'client' | 'provider'): readonly string[] => [
    ...new Set(request.offers.filter(({ runs }) => runs === who).map(({ name }) => name)),
  ]
  return {
    provider: source.provider,
    model: request.model,
    ...(source.region === undefined ? {} : { region: source.region }),
    api: request.api,
    tokens: input + output,
    input_tokens: input,
    max_tokens: output,
    tools: runBy('client'),
    provider_tools: runBy('provider'),
    history: request.history.in,
    unread: request.unread,
    sealed: request.sealed,
    before: request.said.length - fresh.length,
    messages: fresh.map(({ said: { who, text, tool, call } }) => {
      const name = (call === undefined ? undefined : notes.issued.get(call)?.tool) ?? tool
      const operation = name === undefined ? undefined : operationOf(charter, name, ties)
      return {
        role: who,
        text,
        ...(name === undefined ? {} : { tool: name }),
        ...(operation === undefined ? {} : { operation }),
        ...(call === undefined ? {} : { call }),
      }
    }),
  }
}

/** A call of this asker. Where its body may not go as it is, another one is sent. */
export function incomingFor(
  operation: string,
  { principal, run }: Pick<Asker, 'principal' | 'run'>,
  rest: Pick<Incoming, 'request' | 'signal' | 'hold'>,
): Incoming {
  return { operation, principal, rewrites: true, ...rest, ...(run === undefined ? {} : { run }) }
}

/** Why a conversation that is not in the request cannot go on; undefined when it can. */
export function historyProblem({ history }: ModelRequest, source: ModelSource, notes: RunNotes): Refusal | undefined {
  const known = history.in === 'request' || (history.in === 'response' && notes.responses.has(history.id))
  if (known || source.unseenHistory === 'pass') return undefined
  const what = history.in === 'elsewhere' ? history.what : 'a response that was not made in this run'
  return refuse('denied', `the conversation goes on from ${what}, and nobody here has seen what is in it`, {
    remedy: 'send the conversation with the request',
  })
}

/** Why a request that names a region of its own cannot go; undefined when it can. */
export function regionProblem({ body }: ModelRequest, { region }: ModelSource): Refusal | undefined {
  const asked = body['inference_geo']
  if (asked === undefined || asked === null || region === undefined || asked === region) return undefined
  return refuse('denied', 'the request asks for another region than the one its source is known to be in', {
    remedy: `leave \`inference_geo\` out, or have it be \`${region}\``,
  })
}

/** Tells a run what is new in a request; without a hook, the guard takes in what its user said. @throws what they throw. */
export async function tellRun(
  { guard, hooks }: { readonly guard: Guard; readonly hooks: ModelHooks },
  { run, notes }: Asker,
  {
    charter,
    source,
    fresh,
  }: { readonly charter: Charter; readonly source: ModelSource; readonly fresh: readonly Named[] },
): Promise<void> {
  for (const { said } of fresh) {
    const { who, text, call, tool } = said
    if (who === 'user' || who === 'system') {
      if (hooks.prompt !== undefined) await hooks.prompt(run, text, who)
      else if (run !== undefined) await guard.said(run, text)
    }
    if (who !== 'tool' && who !== 'attached') continue
    const issued = call === undefined ? undefined : notes.issued.get(call)
    const name = issued?.tool ?? tool
    // What the client attaches without any call is of nobody's.
    const operation = name === undefined || who !== 'tool' ? undefined : operationOf(charter, name, source.tools ?? {})
    const result: ToolResult = {
      text,
      issued: issued !== undefined,
      ...(operation === undefined ? {} : { operation }),
      ...(name === undefined ? {} : { tool: name }),
      ...(call === undefined ? {} : { call }),
    }
    if (hooks.toolResult !== undefined) await hooks.toolResult(run, result)
    else if (run !== undefined) await guard.heard(run, { from: operation ?? name ?? 'unknown', text })
  }
}
