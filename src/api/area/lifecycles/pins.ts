/** Findings where they broke a lifecycle: at a transition, between states nothing leads between, in a state, or at the object as a whole. Pure. */
import { z } from 'zod'
import type { Charter } from '../../../charter/charter.ts'
import { brokenPlace } from '../../../explain/broken.ts'
import type { Lifecycle } from '../../../explain/lifecycle.ts'
import { bySeverity } from '../../../prove/report/show.ts'
import type { KnownFinding } from '../../findings/store.ts'

/** What is fixed stands nowhere. */
export const pinnedFinding = {
  fingerprint: z.string(),
  title: z.string(),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  state: z.enum(['open', 'came-back', 'accepted']).meta({ description: 'What somebody accepted is not open.' }),
  constraint: z.string(),
}

const place = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('move'), from: z.string(), to: z.string() }),
  z.object({ kind: z.literal('unintended'), from: z.string(), to: z.string() }),
  z.object({ kind: z.literal('state'), state: z.string() }),
  z.object({ kind: z.literal('object') }),
])

export const pinSchema = z.object({ ...pinnedFinding, use: z.string(), place })

export type Pin = z.input<typeof pinSchema>

/** The worst first. */
export function pinsOf(charter: Charter, lifecycle: Lifecycle, findings: readonly KnownFinding[]): readonly Pin[] {
  return bySeverity(findings).flatMap((finding) => {
    const { use, moved } = finding
    const place = brokenPlace(charter, lifecycle, { use, ...moved })
    const pinned = pinnedOf(finding)
    return place === undefined || pinned === undefined ? [] : [{ ...pinned, use, place }]
  })
}

/** Undefined for what is fixed. */
export function pinnedOf(finding: KnownFinding): Omit<Pin, 'use' | 'place'> | undefined {
  const { fingerprint, title, severity, state, constraint } = finding
  return state === 'fixed' ? undefined : { fingerprint, title, severity, state, constraint }
}
