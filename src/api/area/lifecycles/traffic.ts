/**
 * What was done to objects of one type, laid on its lifecycle: which moves were made, which were tried and refused and from where, which
 * were seen although nothing intends them, and which were proven to be possible although they should not be.
 *
 * The state is the one the object acted on was in, as the decision on the record says. Where the decision needed no look at the object none
 * is recorded: such calls belong to the only move of their use, or stand beside the drawing.
 */
import { z } from 'zod'
import type { PlacedLifecycle } from '../../../explain/layout.ts'
import { type Arrow, type Lifecycle, start } from '../../../explain/lifecycle.ts'
import { bowBetween } from '../../../explain/path.ts'
import type { Count } from '../../../overview/query.ts'
import { type Pin, pinSchema } from './pins.ts'

const effects = { allowed: z.number(), refused: z.number(), asked: z.number() }
const line = {
  path: z.string(),
  head: z.string(),
  label: z.object({ x: z.number(), y: z.number() }),
}

export const trafficSchema = z.object({
  from: z.number(),
  moves: z.array(
    z.object({
      use: z.string(),
      from: z.string().optional().meta({ description: 'Absent when it is not known which of several states it was.' }),
      ...effects,
    }),
  ),
  tried: z
    .array(
      z.object({
        from: z.string(),
        to: z.string().optional().meta({ description: 'Absent when the use leaves an object in its state.' }),
        uses: z.array(z.object({ use: z.string(), n: z.number() })),
        line: z.object(line).optional(),
      }),
    )
    .meta({ description: 'Refused attempts from states nothing allows them in.' }),
  astray: z
    .array(
      z.object({
        from: z.string().optional(),
        to: z.string(),
        use: z.string(),
        n: z.number(),
        call: z.string().meta({ description: 'The last of these calls.' }),
        says: z.string(),
        line: z.object(line).optional(),
      }),
    )
    .meta({ description: 'What the API made of allowed calls although no use leads there.' }),
  pins: z.array(pinSchema.extend({ line: z.object(line).optional() })).meta({
    description: 'Findings that are not fixed, each where it broke the lifecycle; the worst first. In whichever time.',
  }),
})

export type Traffic = z.input<typeof trafficSchema>

/** One call that left an object where nothing intends it to be. */
export interface Stray {
  readonly use: string
  readonly from?: string
  readonly to: string
  readonly call: string
  readonly says: string
}

export interface Seen {
  readonly lifecycle: Lifecycle
  readonly placed: PlacedLifecycle
  /** Decisions by use, effect and state. */
  readonly counts: readonly Pick<Count, 'use' | 'effect' | 'state' | 'n'>[]
  /** The latest first. */
  readonly strays: readonly Stray[]
  readonly pins: readonly Pin[]
}

/** Pure. */
export function trafficOf({ lifecycle, placed, counts, strays, pins }: Seen): Omit<Traffic, 'from'> {
  const moves = new Map<string, Traffic['moves'][number]>()
  const tried = new Map<string, Traffic['tried'][number]>()
  for (const { use, effect, state, n } of counts) {
    const arrows = lifecycle.arrows.filter(({ uses }) => uses.includes(use))
    if (arrows.length === 0) continue
    // What is made along with another object's move is recorded under that object's state.
    const known = use.startsWith(`${lifecycle.object}.`) ? state : ''
    const [arrow] = arrows
    const isOutside = known !== '' && arrow?.from !== start && !arrows.some(({ from }) => from === known)
    if (effect === 'deny' && isOutside) addTried(tried, known, arrows, { use, n })
    else addMove(moves, { use, ...whereOf(arrows, known) }, effect, n)
  }
  return {
    moves: [...moves.values()],
    ...withLines(placed, { tried: [...tried.values()], astray: together(strays), pins: [...pins] }),
  }
}

function whereOf(arrows: readonly Arrow[], state: string): { readonly from?: string } {
  const starts = [...new Set(arrows.map(({ from }) => from))]
  if (starts.includes(state)) return { from: state }
  const [only, ...others] = starts
  return only === undefined || others.length > 0 ? {} : { from: only }
}

function addMove(
  moves: Map<string, Traffic['moves'][number]>,
  where: { readonly use: string; readonly from?: string },
  effect: string,
  n: number,
): void {
  const key = JSON.stringify([where.use, where.from])
  const move = moves.get(key) ?? { ...where, allowed: 0, refused: 0, asked: 0 }
  if (effect === 'deny') move.refused += n
  else if (effect === 'ask' || effect === 'defer') move.asked += n
  else move.allowed += n
  moves.set(key, move)
}

function addTried(
  tried: Map<string, Traffic['tried'][number]>,
  from: string,
  arrows: readonly Arrow[],
  { use, n }: { readonly use: string; readonly n: number },
): void {
  const to = arrows.find((arrow) => arrow.from !== arrow.to)?.to
  const key = JSON.stringify([from, to])
  const found = tried.get(key) ?? { from, ...(to === undefined || to === from ? {} : { to }), uses: [] }
  const known = found.uses.find((each) => each.use === use)
  if (known === undefined) found.uses.push({ use, n })
  else known.n += n
  tried.set(key, found)
}

function together(strays: readonly Stray[]): Traffic['astray'] {
  const found = new Map<string, Traffic['astray'][number]>()
  for (const stray of strays) {
    const key = JSON.stringify([stray.use, stray.from, stray.to])
    const known = found.get(key)
    if (known === undefined) found.set(key, { ...stray, n: 1 })
    else known.n += 1
  }
  return [...found.values()]
}

/** Attempts pass the drawing on its left; what went astray, and what was proven possible, on its right. */
function withLines(
  { states, arrows }: PlacedLifecycle,
  { tried, astray, pins }: Pick<Traffic, 'tried' | 'astray' | 'pins'>,
): Pick<Traffic, 'tried' | 'astray' | 'pins'> {
  const around = [...states, ...arrows.map(({ label }) => label)]
  const passed = { left: new Set<string>(), right: new Set<string>() }
  const between = (side: 'left' | 'right', { from, to }: Way): Pick<Traffic['pins'][number], 'line'> => {
    const [one, other] = [from, to].map((name) => states.find((state) => state.name === name))
    if (one === undefined || other === undefined || one === other) return {}
    // What goes the same way shares its line.
    const ways = passed[side].add(JSON.stringify([from, to]))
    const nth = [...ways].indexOf(JSON.stringify([from, to]))
    const { path, head, middle } = bowBetween(one, other, { side, nth, around })
    return { line: { path, head, label: middle } }
  }
  return {
    tried: tried.map((each) => ({ ...each, ...between('left', each) })),
    astray: astray.map((each) => ({ ...each, ...between('right', each) })),
    pins: pins.map((each) => (each.place.kind === 'unintended' ? { ...each, ...between('right', each.place) } : each)),
  }
}

interface Way {
  readonly from?: string | undefined
  readonly to?: string | undefined
}
