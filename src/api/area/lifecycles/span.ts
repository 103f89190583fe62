/** How far back what happened is looked at. */
import { z } from 'zod'

const hourMs = 3_600_000
const spans = { '1h': hourMs, '24h': 24 * hourMs, '7d': 7 * 24 * hourMs, '30d': 30 * 24 * hourMs } as const

export const spanQuery = z.strictObject({ span: z.enum(['1h', '24h', '7d', '30d']).default('24h') })

/** When it begins. @param now - Milliseconds since 1970, like the answer. */
export function beginOf({ span }: z.output<typeof spanQuery>, now: number): number {
  return now - spans[span]
}
