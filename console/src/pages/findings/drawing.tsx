/** The lifecycle in small, with the step that broke it. */
import type { ReactElement } from 'react'
import type { Detail } from './words.tsx'

type Drawing = NonNullable<Detail['lifecycle']>

export function LifecycleDrawing({ drawing }: { readonly drawing: Drawing }): ReactElement {
  const { object, width, height, states, arrows, broken } = drawing
  const from = broken.from === undefined ? '' : ` from ${broken.from}`
  return (
    <svg
      className="finding-drawing"
      viewBox={`0 24 ${width} ${height - 24}`}
      role="img"
      aria-label={`The lifecycle of ${object}; ${broken.transition} was possible${from} although it should not be`}
    >
      {arrows.map(({ points, isBroken }) => (
        <g key={points.map(({ x, y }) => `${x},${y}`).join(' ')}>
          <path className={isBroken ? 'line broken' : 'line'} d={lineOf(points)} />
          <path className={isBroken ? 'line broken' : 'line'} d={headOf(points)} />
        </g>
      ))}
      <Jump drawing={drawing} />
      {states.map((state) => (
        <State key={state.name} state={state} broken={broken.transition} />
      ))}
      {arrows.map(({ label, names, isBroken }) => (
        <g key={names.join(' ')}>
          <rect
            className="back"
            x={label.x - names.join(', ').length * 3.6}
            y={label.y - 9}
            width={names.join(', ').length * 7.2}
            height={17}
          />
          <text x={label.x} y={label.y + 4} className={isBroken ? 'named' : undefined}>
            {names.join(', ')}
          </text>
        </g>
      ))}
    </svg>
  )
}

function State({
  state: { name, x, y, width, height, kind, inner },
  broken,
}: {
  readonly state: Drawing['states'][number]
  readonly broken: string
}): ReactElement {
  if (kind === 'start') return <circle cx={x} cy={y} r={6} className="box" />
  const top = y - height / 2
  return (
    <g>
      <rect
        className="box"
        x={x - width / 2}
        y={top}
        width={width}
        height={height}
        rx={8}
        strokeWidth={kind === 'final' ? 2 : 1}
      />
      <text x={x} y={top + 22} fontWeight={600}>
        {name}
      </text>
      {inner.map((each, index) => (
        <text key={each} x={x} y={top + 50 + index * 16} className={each === broken ? 'named' : undefined}>
          {each}
        </text>
      ))}
    </g>
  )
}

/** The move that should not exist: a dashed bow from the state it started in to where it led. */
function Jump({ drawing: { states, broken } }: { readonly drawing: Drawing }): ReactElement | null {
  const [from, to] = [broken.from, broken.to].map((name) => states.find((each) => each.name === name))
  if (from === undefined || to === undefined || from === to) return null
  const [start, end] = [from.x - from.width / 2, to.x - to.width / 2]
  const bow = Math.max(4, Math.min(start, end) - 30)
  const line = `M${start} ${from.y}C${bow} ${from.y} ${bow} ${to.y} ${end} ${to.y}`
  return <path className="line broken jump" d={line} />
}

type Points = Drawing['arrows'][number]['points']

function lineOf(points: Points): string {
  return points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('')
}

function headOf(points: Points): string {
  const [before, end] = points.slice(-2)
  if (before === undefined || end === undefined) return ''
  const angle = Math.atan2(end.y - before.y, end.x - before.x)
  const wing = (turn: number): string => `${end.x - 8 * Math.cos(angle + turn)} ${end.y - 8 * Math.sin(angle + turn)}`
  return `M${wing(0.45)}L${end.x} ${end.y}L${wing(-0.45)}`
}
