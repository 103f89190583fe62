/** The drawing of a lifecycle as data: laid out here, drawn by the browser. The same as `lockstep explain` draws. */
import { z } from 'zod'
import { layOut, nameLines, type PlacedArrow, type PlacedLifecycle } from '../../../explain/layout.ts'
import { type Arrow, type Lifecycle, start } from '../../../explain/lifecycle.ts'
import { headAt, pathThrough } from '../../../explain/path.ts'

/** A box around its middle, in pixels. */
const box = { x: z.number(), y: z.number(), width: z.number(), height: z.number() }

const lines = z.array(z.string()).meta({ description: 'Its name as it is drawn.' })

const arrow = z.object({
  name: z.string(),
  lines,
  who: z.string(),
  marks: z.array(z.object({ kind: z.enum(['approval', 'limit']), text: z.string() })),
  uses: z.array(z.string()),
})

export const pictureSchema = z.object({
  width: z.number(),
  height: z.number(),
  states: z.array(
    z.object({
      ...box,
      name: z.string(),
      lines,
      kind: z.enum(['start', 'state', 'final']),
      inner: z.array(arrow).meta({ description: 'What happens in the state without leaving it.' }),
    }),
  ),
  moves: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      path: z.string().meta({ description: 'An SVG path.' }),
      head: z.string().meta({ description: 'The tip of the line, an SVG path.' }),
      label: z.object(box),
      arrows: z.array(arrow),
    }),
  ),
})

export type Picture = z.input<typeof pictureSchema>

/** Pure. */
export function pictureOf(lifecycle: Lifecycle, placed: PlacedLifecycle = layOut(lifecycle)): Picture {
  const { width, height, states, arrows } = placed
  const kindOf = (name: string): 'start' | 'state' | 'final' => {
    if (name === start) return 'start'
    return lifecycle.final.includes(name) ? 'final' : 'state'
  }
  return {
    width,
    height,
    states: states.map((state) => ({
      name: state.name,
      lines: [...nameLines(state.name)],
      x: state.x,
      y: state.y,
      width: state.width,
      height: state.height,
      kind: kindOf(state.name),
      inner: state.inner.map(shown),
    })),
    moves: arrows.flatMap(moveOf),
  }
}

function moveOf({ arrows, points, label }: PlacedArrow): Picture['moves'] {
  const [first] = arrows
  const tip = points.at(-1)
  const before = points.at(-2)
  if (first === undefined || tip === undefined || before === undefined) return []
  const { x, y, width, height } = label
  return [
    {
      from: first.from,
      to: first.to,
      path: pathThrough(points),
      head: headAt(tip, tip.y >= before.y),
      label: { x, y, width, height },
      arrows: arrows.map(shown),
    },
  ]
}

function shown({ name, who, marks, uses }: Arrow): Picture['moves'][number]['arrows'][number] {
  return { name, lines: [...nameLines(name)], who, marks: [...marks], uses: [...uses] }
}
