// What gateways say to calls, as verdicts.
import type { Said as McpSaid } from '../../gateway/mcp/ask.ts'
import { nothing, type Verdict } from '../player.ts'

/** A verdict, and under which reference somebody may be asked. */
export type Said = Verdict & { readonly hold?: string }

type Members = Readonly<Record<string, unknown>>

export function record(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}
}

export const saidIn = {
  /** The answer of an MCP gateway to `tools/call`. */
  tool(came: McpSaid): Said {
    const { result, error, text, status } = answerIn(came)
    if (error !== undefined) return refused(error.message, record(error.data))
    if (result === undefined) throw new Error(`no answer at all: ${status} ${text}`)
    if (result['resultType'] === 'input_required')
      return refused('asked to wait', record(record(result['_meta'])['lockstep/refusal']))
    const { structuredContent, content } = result
    const items = Array.isArray(content) ? content.map((item) => String(record(item)['text'])) : []
    const data = structuredContent === undefined ? [] : [JSON.stringify(structuredContent)]
    return { ...nothing, effect: 'allow', answer: [...data, ...items].join('\n') }
  },
  /** The answer of an HTTP gateway; whatever is no problem of the gateway's own is the API's. */
  api(type: string, text: string): Said {
    if (!type.startsWith('application/problem+json')) return { ...nothing, effect: 'allow', answer: text }
    const problem = record(JSON.parse(text))
    return refused(String(problem['detail']), problem)
  },
}

/** Before 2026-07-28, servers may answer with a stream of events, of which the answer is the last. */
export function answerIn(came: McpSaid): McpSaid {
  const data = came.text.split('\n').findLast((line) => line.startsWith('data: {'))
  return came.result !== undefined || came.error !== undefined || data === undefined
    ? came
    : { ...came, ...JSON.parse(data.slice('data: '.length)) }
}

function refused(detail: string, { code, reasons, approval }: Members): Said {
  const broken = Array.isArray(reasons) ? reasons.map(record) : []
  const asks = code === 'approval-needed'
  const hold = record(approval)['reference']
  return {
    ...nothing,
    effect: asks ? 'ask' : 'deny',
    kinds: broken.map(({ kind }) => String(kind)),
    says: [`${code}: ${detail}`, ...broken.map(({ says }) => String(says))],
    ...(asks && typeof hold === 'string' ? { hold } : {}),
  }
}
