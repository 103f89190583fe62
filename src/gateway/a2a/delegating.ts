/** Tokens of ours for the next agent: of the same run, for whom the caller acts, and never for more. */
import type { Guard } from '../../guard/guard.ts'
import type { RunTokens } from '../../identity/run-token.ts'
import type { A2aHooks } from './hooks.ts'

/** Who an agent is to the charter, when work is passed on to it. */
export interface NextAgent {
  readonly name: string
  readonly roles?: readonly string[]
  readonly tenant?: string
  /** What it is known as: the audience of its tokens. */
  readonly audience: string
  /** Sent beside the token. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface DelegatingOptions {
  readonly guard: Pick<Guard, 'runs'>
  readonly tokens: Pick<RunTokens, 'mint'>
  /** By source. Others, and callers who showed no token of a run, have nothing passed on. */
  readonly agents: Readonly<Record<string, NextAgent>>
  readonly lifetimeMs: number
  readonly now?: () => number
}

/**
 * Makes the hook that passes a run on (RFC 8693's chain, one agent longer). It throws where the charter does not let that agent act for the
 * caller: then nothing is sent.
 */
export function delegating(options: DelegatingOptions): NonNullable<A2aHooks['delegate']> {
  const { guard, tokens, agents, lifetimeMs, now = Date.now } = options
  return async ({ source, run }) => {
    const next = Object.hasOwn(agents, source) ? agents[source] : undefined
    if (next === undefined || run === undefined) return undefined
    const { name, roles = [name], tenant, audience, headers = {} } = next
    const to = { id: name, kind: 'agent', roles, ...(tenant === undefined ? {} : { tenant }) } as const
    const given = await guard.runs.delegate(run, to, {})
    if (!given.ok) throw new Error(given.why)
    const { text } = await tokens.mint(given.handle, {
      type: 'at+jwt',
      audience: [audience],
      expires: now() + lifetimeMs,
    })
    return { ...headers, authorization: `Bearer ${text}` }
  }
}
