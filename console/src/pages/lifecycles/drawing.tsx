/** The lifecycle as `lockstep explain` draws it, with what happens on it. Laid out by the server; here it is only shown. */
import { Controls, type Node, type NodeProps, ReactFlow } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { type ReactElement, useMemo } from 'react'
import { type Arrow, type Drawn, type Numbers, numbersOf, start, type Traffic, type View } from './seen.ts'

type Picture = Drawn['picture']

export interface DrawingProps {
  readonly drawn: Drawn
  readonly traffic: Traffic | undefined
  readonly view: View
  /** Uses of calls that come in at this moment. */
  readonly pulsing: ReadonlySet<string>
  readonly onLook: (at: Pick<View, 'use' | 'state'>) => void
}

type Scene = DrawingProps & Record<string, unknown>
type LinesNode = Node<Scene, 'lines'>
type StateNode = Node<Scene & { readonly state: Picture['states'][number] }, 'state'>
type LabelNode = Node<Scene & { readonly move: Picture['moves'][number] }, 'label'>
type NoteNode = Node<Scene & Note, 'note'>

interface Note {
  readonly text: string
  readonly tone: 'tried' | 'astray'
  readonly look: Pick<View, 'use' | 'state'>
}

const nodeTypes = { lines: Lines, state: State, label: Label, note: NoteLabel }

// biome-ignore lint/style/noDefaultExport: what is loaded lazily is a default
export default function Drawing(props: DrawingProps): ReactElement {
  const { drawn } = props
  const nodes = useMemo(() => nodesOf(props), [props])
  const { width, height } = drawn.picture
  return (
    <section
      className="drawing"
      style={{ height: Math.min(720, Math.max(320, height + 40)) }}
      aria-label={`Lifecycle of ${drawn.object}`}
    >
      <ReactFlow
        key={drawn.object}
        nodes={nodes}
        edges={[]}
        nodeTypes={nodeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        minZoom={0.3}
        maxZoom={1.6}
        fitView
        fitViewOptions={{ maxZoom: 1.1, padding: width > 600 ? 0.04 : 0.1 }}
        proOptions={{ hideAttribution: true }}
      >
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  )
}

function nodesOf(props: DrawingProps): (LinesNode | StateNode | LabelNode | NoteNode)[] {
  const { drawn, traffic } = props
  const { width, height, states, moves } = drawn.picture
  const data: Scene = { ...props }
  const fixed = { draggable: false, selectable: false } as const
  const at = ({ x, y, width, height }: { x: number; y: number; width: number; height: number }) => ({
    position: { x: x - width / 2, y: y - height / 2 },
    width,
    height,
    ...fixed,
  })
  return [
    { id: 'lines', type: 'lines', position: { x: 0, y: 0 }, width, height, zIndex: 0, data, ...fixed },
    ...states.map(
      (state): StateNode => ({
        id: `state ${state.name}`,
        type: 'state',
        zIndex: 1,
        data: { ...data, state },
        ...at(state),
      }),
    ),
    ...moves.map(
      (move): LabelNode => ({
        id: `label ${move.from} ${move.to}`,
        type: 'label',
        zIndex: 2,
        data: { ...data, move },
        ...at(move.label),
      }),
    ),
    ...notesOf(traffic).map(
      ({ id, label, ...note }): NoteNode => ({
        id,
        type: 'note',
        zIndex: 3,
        data: { ...data, ...note },
        ...at({ ...label, width: 110, height: 20 }),
      }),
    ),
  ]
}

function notesOf(traffic: Traffic | undefined): readonly (Note & { id: string; label: { x: number; y: number } })[] {
  const tried = (traffic?.tried ?? []).flatMap(({ from, to, uses, line }) =>
    line === undefined
      ? []
      : [
          {
            id: `tried ${from} ${to}`,
            label: line.label,
            tone: 'tried' as const,
            text: `✕ ${uses.map(({ use, n }) => `${shortOf(use)} ${n}`).join(', ')}`,
            look: { state: from, ...(uses[0] === undefined ? {} : { use: uses[0].use }) },
          },
        ],
  )
  const astray = (traffic?.astray ?? []).flatMap(({ from, to, use, n, line }) =>
    line === undefined
      ? []
      : [
          {
            id: `astray ${use} ${from} ${to}`,
            label: line.label,
            tone: 'astray' as const,
            text: `⚠ ${shortOf(use)} ${n} astray`,
            look: { use, ...(from === undefined ? {} : { state: from }) },
          },
        ],
  )
  return [...tried, ...astray]
}

export function shortOf(use: string): string {
  return use.slice(use.indexOf('.') + 1).replace(/@.*$/, '')
}

/** Dimmed is what is not asked for: of never seen moves, those that were made. */
function isDim({ show }: View, { allowed }: Numbers): boolean {
  return show === 'unintended' || (show === 'never' && allowed > 0)
}

function Lines({ data }: NodeProps<LinesNode>): ReactElement {
  const { drawn, traffic, view, pulsing } = data
  const { width, height, moves } = drawn.picture
  return (
    <svg width={width} height={height} className="drawing-lines" aria-hidden>
      {moves.map(({ from, to, path, head, arrows }) => {
        const numbers = arrows.map((arrow) => numbersOf(traffic, arrow, from))
        const allowed = numbers.reduce((sum, each) => sum + each.allowed, 0)
        const isPulsing = arrows.some(({ uses }) => uses.some((use) => pulsing.has(use)))
        const marks = [
          isDim(view, { allowed, refused: 0, asked: 0 }) && 'dim',
          allowed === 0 && 'unseen',
          isPulsing && 'pulse',
        ]
        return (
          <g key={`${from} ${to}`} className={['move', ...marks.filter(Boolean)].join(' ')}>
            <path d={path} className="line" strokeWidth={1.4 + Math.log10(1 + allowed) * 1.7} />
            <path d={head} className="head" />
          </g>
        )
      })}
      {[...(traffic?.tried ?? []), ...(traffic?.astray ?? [])].map((each) =>
        each.line === undefined ? null : (
          <g key={each.line.path} className={'uses' in each ? 'tried' : 'astray'}>
            <path d={each.line.path} className="line" strokeDasharray="6 4" strokeWidth={1.8} />
            <path d={each.line.head} className="head" />
          </g>
        ),
      )}
    </svg>
  )
}

function State({ data }: NodeProps<StateNode>): ReactElement {
  const { state, traffic, view, onLook } = data
  const { name, kind, inner } = state
  if (kind === 'start') return <div className="drawing-start" title="It does not exist yet" />
  const tried = (traffic?.tried ?? []).filter((each) => each.from === name && each.line === undefined)
  const refused = tried.flatMap(({ uses }) => uses)
  return (
    <div className={`drawing-state ${kind}${view.state === name && view.use === undefined ? ' looked' : ''}`}>
      <button type="button" onClick={() => onLook({ state: name })}>
        {name}
        {refused.length > 0 && (
          <span className="refused" title={refused.map(({ use, n }) => `${use}: ${n} refused`).join('\n')}>
            {' '}
            ✕ {refused.reduce((sum, { n }) => sum + n, 0)}
          </span>
        )}
      </button>
      {inner.map((arrow) => (
        <ArrowButton key={`${arrow.name} ${arrow.who}`} arrow={arrow} from={name} scene={data} flat />
      ))}
    </div>
  )
}

function Label({ data }: NodeProps<LabelNode>): ReactElement {
  const { move } = data
  return (
    <div className="drawing-label">
      {move.arrows.map((arrow) => (
        <ArrowButton key={`${arrow.name} ${arrow.who}`} arrow={arrow} from={move.from} scene={data} />
      ))}
    </div>
  )
}

interface ArrowButtonProps {
  readonly arrow: Arrow
  readonly from: string
  readonly scene: DrawingProps
  /** On one line, inside a state. */
  readonly flat?: boolean
}

function ArrowButton({ arrow, from, scene, flat = false }: ArrowButtonProps): ReactElement {
  const { name, who, marks, uses } = arrow
  const { traffic, view, onLook } = scene
  const numbers = numbersOf(traffic, arrow, from)
  const [use] = uses
  const isLooked = use !== undefined && view.use === use && (view.state ?? start) === from
  const classes = [flat ? 'flat' : '', isDim(view, numbers) ? 'dim' : '', isLooked ? 'looked' : '']
  const look = { ...(use === undefined ? {} : { use }), ...(from === start ? {} : { state: from }) }
  return (
    <button type="button" className={classes.join(' ')} onClick={() => onLook(look)}>
      <span className="name">
        {name}
        {numbers.allowed > 0 && <span title="allowed"> ×{numbers.allowed}</span>}
        {numbers.asked > 0 && <span title="asked"> ?{numbers.asked}</span>}
        {numbers.refused > 0 && (
          <span className="refused" title="refused">
            {' '}
            ✕{numbers.refused}
          </span>
        )}
      </span>
      <span className="who">{flat ? ` · ${who}` : who}</span>
      {marks.length > 0 && (
        <span className="mark">{(flat ? ' · ' : '') + marks.map(({ text }) => text).join(' · ')}</span>
      )}
    </button>
  )
}

function NoteLabel({ data }: NodeProps<NoteNode>): ReactElement {
  const { text, tone, look, view, onLook } = data
  return (
    <div className="drawing-note">
      <button type="button" className={`${tone}${view.show === 'never' ? ' dim' : ''}`} onClick={() => onLook(look)}>
        {text}
      </button>
    </div>
  )
}
