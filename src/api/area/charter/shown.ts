/** How what a revision does is told over the API. Pure. */
import { stringify } from 'yaml'
import type { z } from 'zod'
import type { Checked } from '../../../revise/check.ts'
import type { Compared } from '../../../revise/compare.ts'
import type { Tally } from '../../../simulate/tally.ts'
import { effectWords, untoldWords } from '../../../simulate/words.ts'
import type { charterEndpoints, SimulationLine } from './endpoints.ts'

type Sent<Name extends keyof typeof charterEndpoints> = z.input<
  Extract<(typeof charterEndpoints)[Name], { readonly answer: z.ZodType }>['answer']
>
type Told = NonNullable<Sent<'POST /api/charter/check'>['told']>
type Simulated = Extract<SimulationLine, { readonly result: unknown }>['result']

export function shownCheck({ diagnostics, told }: Checked): Sent<'POST /api/charter/check'> {
  if (told === undefined) return { diagnostics: [...diagnostics] }
  const { sections, approvals, rules, invariants } = told.explanation
  // What is read-only here is written out as JSON at once.
  const shown = {
    sections,
    approvals,
    rules,
    invariants,
    drawings: told.drawings,
    places: told.places,
  } as unknown as Told
  return { diagnostics: [...diagnostics], told: shown }
}

export function shownDifference(
  { difference, cases, unread }: Compared,
  patch: string,
): Sent<'POST /api/charter/difference'> {
  const { changes, sampled, looser, same } = difference
  return {
    same,
    looser,
    written: changes.map(({ direction, about, says }) => ({ direction, about, says })),
    decided: sampled.differences.map(({ direction, operation, before, after, count, reasons, example }) => ({
      direction,
      operation,
      before: effectWords[before],
      after: effectWords[after],
      count,
      reasons: [...reasons],
      example: {
        from: example.from,
        changed: [...example.changed],
        // As somebody takes it over into their cases.
        call: stringify(
          { call: example.call, facts: example.facts },
          { lineWidth: 100, collectionStyle: 'block', aliasDuplicateObjects: false },
        ),
      },
    })),
    tried: sampled.tried,
    untold: sampled.untold,
    cases: cases.map((each) => ({ ...each, differences: [...each.differences], reasons: [...each.reasons] })),
    unread: [...unread],
    patch,
  }
}

export function shownTally({ recorded, decided, same, shifts, untold }: Tally): Simulated {
  return {
    recorded,
    decided,
    same,
    shifts: shifts.map(({ direction, operation, before, after, count, reasons, examples }) => ({
      direction,
      operation,
      before: effectWords[before],
      after: effectWords[after],
      count,
      reasons: [...reasons],
      examples: examples.map(({ request, ...example }) => ({
        ...example,
        request: JSON.stringify(withoutEmpty(request)),
      })),
    })),
    untold: Object.entries(untold).map(([why, count]) => ({
      count,
      why: untoldWords[why as keyof typeof untoldWords],
    })),
  }
}

/** A request has a member for each place arguments can stand; those with none say nothing. */
function withoutEmpty(request: unknown): unknown {
  if (typeof request !== 'object' || request === null) return request
  return Object.fromEntries(
    Object.entries(request).filter(
      ([, part]) => !(typeof part === 'object' && part !== null && Object.keys(part).length === 0),
    ),
  )
}
