/** Payloads of the hooks, as far as they are read here. Members nobody knows are ignored; values may carry provenance, which is not believed. */
import { z } from 'zod'
import type { Members } from './envelope.ts'

const tool = z.looseObject({ name: z.string().min(1).max(512), provider: z.string().max(512).optional() })
const valued = z.looseObject({ value: z.unknown(), provenance: z.looseObject({ origin: z.string() }).optional() })
const intent = z.looseObject({ raw: z.string().optional() }).optional()

export const toolRequest: z.ZodType<ToolRequest> = z.looseObject({ tool, arguments: z.record(z.string(), valued) })
interface ToolRequest {
  readonly tool: Tool
  readonly arguments: Readonly<Record<string, Valued>>
}

export const toolResult: z.ZodType<ToolResult> = z.looseObject({
  tool,
  request_id_ref: z.uuid().optional(),
  exit_status: z.enum(['success', 'failure', 'timeout', 'blocked']),
  outputs: z.array(valued).max(1000),
})
export interface ToolResult {
  readonly tool: Tool
  readonly request_id_ref?: string | undefined
  readonly exit_status: 'success' | 'failure' | 'timeout' | 'blocked'
  readonly outputs: readonly Valued[]
}

export const messages: z.ZodType<Messages> = z.looseObject({ content: z.array(valued).min(1).max(1000) })
interface Messages {
  readonly content: readonly Valued[]
}

export const sessionStart: z.ZodType<Started> = z.looseObject({ intent })
export const agentTrigger: z.ZodType<Started & { readonly trigger_type: string; readonly trigger_source?: unknown }> =
  z.looseObject({
    trigger_type: z.string(),
    trigger_source: z.unknown().optional(),
    intent,
  })
interface Started {
  readonly intent?: { readonly raw?: string | undefined } | undefined
}

export const retrieval: z.ZodType<Retrieval> = z.looseObject({
  query: valued.optional(),
  source: z.looseObject({ name: z.string().optional() }).optional(),
  memory_store: z.looseObject({ name: z.string().optional() }).optional(),
  results: z.array(valued).max(10_000).optional(),
  entries: z.array(valued).max(10_000).optional(),
})
export interface Retrieval {
  readonly query?: Valued | undefined
  readonly source?: { readonly name?: string | undefined } | undefined
  readonly memory_store?: { readonly name?: string | undefined } | undefined
  readonly results?: readonly Valued[] | undefined
  readonly entries?: readonly Valued[] | undefined
}

export const memoryStore: z.ZodType<Stored> = z.looseObject({
  memory_id: z.string().optional(),
  memory_store: z.looseObject({ name: z.string().optional(), scope: z.string().optional() }).optional(),
  operation: z.string().optional(),
  content: valued,
})
interface Stored {
  readonly memory_id?: string | undefined
  readonly memory_store?: { readonly name?: string | undefined; readonly scope?: string | undefined } | undefined
  readonly operation?: string | undefined
  readonly content: Valued
}

export const summary: z.ZodType<{ readonly summary: Valued }> = z.looseObject({ summary: valued })

export const subagentStart: z.ZodType<Spawn> = z.looseObject({
  subagent_session_id: z.uuid(),
  intent_derivation: z.string().optional(),
  subagent_descriptor: z.looseObject({ agent_name: z.string().min(1).max(512).optional() }).optional(),
})
interface Spawn {
  readonly subagent_session_id: string
  readonly intent_derivation?: string | undefined
  readonly subagent_descriptor?: { readonly agent_name?: string | undefined } | undefined
}

const digest = z.looseObject({ algorithm: z.string(), value: z.string() })
export const skill: z.ZodType<Skill> = z.looseObject({
  skill_id: z.string().min(1),
  digest: digest.optional(),
  definition: z.looseObject({ digest: digest.optional() }).optional(),
})
export interface Skill {
  readonly skill_id: string
  readonly digest?: Digest | undefined
  readonly definition?: { readonly digest?: Digest | undefined } | undefined
}
interface Digest {
  readonly algorithm: string
  readonly value: string
}

export interface Tool {
  readonly name: string
  readonly provider?: string | undefined
}
export interface Valued {
  readonly value: unknown
  readonly provenance?: { readonly origin: string } | undefined
}

/** The texts of messages; what is none is shown as JSON. */
export function textOf({ value }: Valued): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}

/** Arguments without what goes with them. */
export function valuesOf(wrapped: Readonly<Record<string, Valued>>): Members {
  return Object.fromEntries(Object.entries(wrapped).map(([name, { value }]) => [name, value]))
}
