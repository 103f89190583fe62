/** The entries of a session as steps: one for each call, with what came of it; one for whatever else happened. */
import type { Line } from '../../entry-pages.ts'

export interface Step {
  readonly key: number
  readonly at: number
  /** The decision, or the entry itself where it belongs to no call. */
  readonly line: Line
  readonly outcome?: Line
  readonly holds: readonly Line[]
  readonly answers: readonly Line[]
  readonly secrets: readonly Line[]
  /** Agents between it and whoever has the run. */
  readonly depth: number
  /** Since the step before, in milliseconds. */
  readonly gap: number
}

/** Joins entries (in the order of their places) to steps. What belongs to a call whose decision is not there yet stands by itself. */
export function stepsOf(lines: readonly Line[]): readonly Step[] {
  const calls = new Map<string, Line[]>()
  const callOfHold = new Map<string, string>()
  for (const { hold, call } of lines) if (hold !== undefined && call !== undefined) callOfHold.set(hold, call)
  const alone: Line[] = []
  for (const line of lines) {
    const call = line.call ?? (line.hold === undefined ? undefined : callOfHold.get(line.hold))
    if (call === undefined) alone.push(line)
    else calls.set(call, [...(calls.get(call) ?? []), line])
  }
  const steps = [...[...calls.values()].map(stepOfCall), ...alone.map((line) => stepOf(line, []))]
  const sorted = steps.sort((a, b) => a.key - b.key)
  return sorted.map((step, index) => ({ ...step, gap: step.at - (sorted[index - 1]?.at ?? step.at) }))
}

function stepOfCall(lines: readonly Line[]): Step {
  const main = lines.find(({ kind }) => kind === 'decision') ?? lines[0]
  if (main === undefined) throw new TypeError('a call without entries is no step')
  return stepOf(
    main,
    lines.filter((line) => line !== main),
  )
}

function stepOf(line: Line, others: readonly Line[]): Step {
  const outcome = others.findLast(({ kind }) => kind === 'outcome' || kind === 'settle')
  const of = (kind: Line['kind']): readonly Line[] => others.filter((each) => each.kind === kind)
  return {
    key: line.index,
    at: line.at,
    line,
    holds: of('hold'),
    answers: of('approval'),
    secrets: of('secret-use'),
    depth: line.through?.length ?? 0,
    gap: 0,
    ...(outcome === undefined ? {} : { outcome }),
  }
}
