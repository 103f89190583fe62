/** The lifecycle as `lockstep explain` draws it, with what happens on it. Laid out by the server; here it is only shown. */
import { Select } from '@mantine/core'
import { Fragment, type ReactElement, type ReactNode } from 'react'
import { Canvas, type Extent, Line, Lines, Spot } from './canvas.tsx'
import './drawing.css'
import { Times } from './numbers.tsx'
import { isOpen, Pins } from './pins.tsx'
import { type Arrow, type Drawn, isDim, numbersOf, type Pin, shortOf, start, type Traffic, type View } from './seen.ts'

type Picture = Drawn['picture']
type Move = Picture['moves'][number]
type PlacedState = Picture['states'][number]

export interface DrawingProps {
  readonly drawn: Drawn
  readonly traffic: Traffic | undefined
  readonly view: View
  /** Uses of calls that come in at this moment. */
  readonly pulsing: ReadonlySet<string>
  readonly onLook: (at: Pick<View, 'use' | 'state'>) => void
}

/** Heights within a state, as they are laid out. */
const nameHeight = 36
const innerHeight = 16

function nameHeightOf({ lines }: PlacedState): number {
  return nameHeight + (lines.length - 1) * innerHeight
}

export function Drawing(props: DrawingProps): ReactElement {
  const { drawn, traffic, view } = props
  const { states, moves } = drawn.picture
  const notes = notesOf(traffic)
  const extent = extentOf(drawn.picture, notes)
  const whole = pinsAt(traffic, ({ kind }) => kind === 'object')
  const looked = moves.filter((move) => isLooked(view, move))
  const others = moves.filter((move) => !isLooked(view, move))
  return (
    <Canvas
      label={`Lifecycle of ${drawn.object}`}
      extent={extent}
      start={states[0] ?? { x: 0, y: 0 }}
      sight={sightOf(drawn.picture, view)}
      tools={states.length > few && <FindState scene={props} />}
    >
      <Lines extent={extent}>
        {[...others, ...looked].map((move) => (
          <MoveLine key={`${move.from} ${move.to}`} move={move} scene={props} />
        ))}
        <UnintendedLines traffic={traffic} />
      </Lines>
      {states.map((state) => (
        <State key={state.name} state={state} scene={props} />
      ))}
      {moves.map((move) => (
        <Label key={`${move.from} ${move.to}`} move={move} scene={props} />
      ))}
      {notes.map((note) => (
        <NoteSpot key={note.id} note={note} scene={props} />
      ))}
      {whole.length > 0 && (
        <div className="spot whole">
          <Pins pins={whole} />
        </div>
      )}
    </Canvas>
  )
}

/** More states than this are hard to find by looking. */
const few = 12

function FindState({ scene: { drawn, view, onLook } }: { readonly scene: DrawingProps }): ReactElement {
  const names = drawn.picture.states.flatMap(({ name, kind }) => (kind === 'start' ? [] : [name]))
  return (
    <Select
      size="xs"
      className="find-state"
      aria-label="Find a state"
      placeholder="find a state"
      searchable
      data={names}
      value={view.state ?? null}
      onChange={(state) => onLook(state === null ? {} : { state })}
    />
  )
}

/** The move that is looked at, or every move into and out of the state that is. */
function isLooked({ use, state }: View, { from, to, arrows }: Move): boolean {
  if (use === undefined) return state !== undefined && (from === state || to === state)
  return from === (state ?? start) && arrows.some(({ uses }) => uses.includes(use))
}

function sightOf({ states, moves }: Picture, view: View): PlacedState | Move['label'] | undefined {
  const move = view.use === undefined ? undefined : moves.find((each) => isLooked(view, each))
  return move?.label ?? states.find(({ name }) => name === view.state)
}

function pinsAt(traffic: Traffic | undefined, fits: (place: Pin['place']) => boolean): readonly Pin[] {
  return (traffic?.pins ?? []).filter(({ place }) => fits(place))
}

function pinsOfMove(traffic: Traffic | undefined, from: string, to: string): readonly Pin[] {
  return pinsAt(traffic, (place) => place.kind === 'move' && place.from === from && place.to === to)
}

function MoveLine({ move, scene }: { readonly move: Move; readonly scene: DrawingProps }): ReactElement {
  const { from, to, path, head, arrows } = move
  const { traffic, view, pulsing } = scene
  const allowed = arrows.reduce((sum, arrow) => sum + numbersOf(traffic, arrow, from).allowed, 0)
  const marks = [
    'move',
    isDim(view, { allowed }) && 'dim',
    isLooked(view, move) && 'looked',
    allowed === 0 && 'unseen',
    pinsOfMove(traffic, from, to).some(isOpen) && 'broken',
    arrows.some(({ uses }) => uses.some((use) => pulsing.has(use))) && 'pulse',
  ]
  const className = marks.filter((each) => each !== false).join(' ')
  return <Line path={path} head={head} className={className} thickness={1.4 + Math.log10(1 + allowed) * 1.7} />
}

/** What was tried, what went astray, and what was proven possible although nothing intends it; the worst is on top. */
function UnintendedLines({ traffic }: { readonly traffic: Traffic | undefined }): ReactElement {
  const { tried = [], astray = [], pins = [] } = traffic ?? {}
  const lines = [
    ...tried.map(({ line }) => ({ line, className: 'tried' })),
    ...pins.map((pin) => ({ line: pin.line, className: isOpen(pin) ? 'proven' : 'quiet' })),
    ...astray.map(({ line }) => ({ line, className: 'astray' })),
  ]
  const drawn = new Map(
    lines.flatMap(({ line, className }) => (line === undefined ? [] : [[line.path, { line, className }]])),
  )
  return (
    <>
      {[...drawn.values()].map(({ line, className }) => (
        <Line key={line.path} path={line.path} head={line.head} className={`unintended ${className}`} thickness={1.8} />
      ))}
    </>
  )
}

interface Note {
  readonly id: string
  readonly at: { readonly x: number; readonly y: number }
  readonly text: string
  readonly tone: 'tried' | 'astray' | 'proven'
  readonly n?: number
  readonly look: Pick<View, 'use' | 'state'>
  readonly pins: readonly Pin[]
}

/** Beside the drawing, one note for each line that nothing intends. */
function notesOf(traffic: Traffic | undefined): readonly Note[] {
  const { tried = [], astray = [], pins = [] } = traffic ?? {}
  const notes = new Map<string, Note>()
  for (const { from, to, uses, line } of tried) {
    const [first] = uses
    if (line === undefined || first === undefined) continue
    const n = uses.reduce((sum, each) => sum + each.n, 0)
    const text = uses.map(({ use }) => shortOf(use)).join(', ')
    const look = { state: from, use: first.use }
    notes.set(`tried ${from} ${to}`, {
      id: `tried ${from} ${to}`,
      at: line.label,
      tone: 'tried',
      text,
      n,
      look,
      pins: [],
    })
  }
  for (const { from = '', to, use, n, line } of astray) {
    if (line === undefined) continue
    const id = `${from} ${to}`
    const look = from === '' ? { use } : { use, state: from }
    notes.set(id, { id, at: line.label, tone: 'astray', text: `${shortOf(use)} astray`, n, look, pins: [] })
  }
  for (const pin of pins) {
    const { place, line, use } = pin
    if (line === undefined || place.kind !== 'unintended') continue
    const id = `${place.from} ${place.to}`
    const look = { use, state: place.from }
    const known = notes.get(id) ?? { id, at: line.label, tone: 'proven' as const, text: shortOf(use), look, pins: [] }
    notes.set(id, { ...known, pins: [...known.pins, pin] })
  }
  return [...notes.values()]
}

const noteEdge = 30
const letterWidth = 6.5

function extentOf({ width, height }: Picture, notes: readonly Note[]): Extent {
  const half = ({ text, n }: Note): number => (text.length * letterWidth) / 2 + noteEdge + (n === undefined ? 0 : 12)
  return {
    left: Math.min(0, ...notes.map((note) => note.at.x - half(note))),
    right: Math.max(width, ...notes.map((note) => note.at.x + half(note))),
    height,
  }
}

function NoteSpot({ note, scene }: { readonly note: Note; readonly scene: DrawingProps }): ReactElement {
  const { at, text, tone, n, look, pins } = note
  const isQuiet = tone === 'proven' && !pins.some(isOpen)
  return (
    <Spot at={at} className="drawing-note">
      <Pins pins={pins} />
      <button
        type="button"
        className={`${isQuiet ? 'quiet' : tone}${scene.view.show === 'never' ? ' dim' : ''}`}
        onClick={() => scene.onLook(look)}
      >
        {text}
        {n !== undefined && <Times numbers={tone === 'tried' ? { refused: n } : { allowed: n }} />}
      </button>
    </Spot>
  )
}

function State({ state, scene }: { readonly state: PlacedState; readonly scene: DrawingProps }): ReactElement {
  const { name, kind, inner, x, y, width, height } = state
  const { traffic, view, onLook } = scene
  if (kind === 'start')
    return (
      <Spot at={state} className="drawing-start">
        {null}
      </Spot>
    )
  const tried = (traffic?.tried ?? []).filter((each) => each.from === name && each.line === undefined)
  const refused = tried.flatMap(({ uses }) => uses).reduce((sum, { n }) => sum + n, 0)
  const isChosen = view.state === name && view.use === undefined
  const here = pinsAt(traffic, (place) => place.kind === 'state' && place.state === name)
  const inside = pinsOfMove(traffic, name, name)
  const rowOf = (use: string): number => inner.findIndex(({ uses }) => uses.includes(use))
  const top = y - height / 2
  return (
    <>
      <Spot at={state} className={`drawing-state ${kind}${isChosen ? ' looked' : ''}`}>
        <button
          type="button"
          className="state-name"
          style={{ height: nameHeightOf(state) - (kind === 'final' ? 7 : 1) }}
          onClick={() => onLook({ state: name })}
        >
          <NameLines lines={state.lines}>
            <Times numbers={{ refused }} />
          </NameLines>
        </button>
        {inner.map((arrow) => (
          <ArrowButton key={`${arrow.name} ${arrow.who}`} arrow={arrow} from={name} scene={scene} flat />
        ))}
      </Spot>
      {here.length > 0 && (
        <Spot at={{ x: x + width / 2, y: top }} className="pinned">
          <Pins pins={here} />
        </Spot>
      )}
      {[...new Set(inside.map(({ use }) => rowOf(use)))].map((row) => (
        <Spot
          key={row}
          at={{ x: x + width / 2, y: top + nameHeightOf(state) + (row + 0.5) * innerHeight }}
          className="pinned"
        >
          <Pins pins={inside.filter(({ use }) => rowOf(use) === row)} />
        </Spot>
      ))}
    </>
  )
}

/** Findings stand on the line, above what is written on it. */
function Label({ move, scene }: { readonly move: Move; readonly scene: DrawingProps }): ReactElement {
  const { label, from, to, arrows } = move
  const pins = pinsOfMove(scene.traffic, from, to)
  return (
    <>
      <Spot at={label} className="drawing-label">
        {arrows.map((arrow) => (
          <ArrowButton key={`${arrow.name} ${arrow.who}`} arrow={arrow} from={from} scene={scene} />
        ))}
      </Spot>
      {pins.length > 0 && (
        <Spot at={{ x: label.x, y: label.y - label.height / 2 - 8 }} className="pinned">
          <Pins pins={pins} />
        </Spot>
      )}
    </>
  )
}

/** @param children - Behind the last line. */
function NameLines({
  lines,
  children,
}: {
  readonly lines: readonly string[]
  readonly children: ReactNode
}): ReactElement {
  return (
    <>
      {lines.map((line, index) => (
        <Fragment key={line}>
          <span className="nowrap">{line}</span>
          {index < lines.length - 1 && <wbr />}
        </Fragment>
      ))}
      {children}
    </>
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
  const { name, lines, who, marks, uses } = arrow
  const { traffic, view, onLook } = scene
  const numbers = numbersOf(traffic, arrow, from)
  const [use] = uses
  const isChosen = use !== undefined && view.use === use && (view.state ?? start) === from
  const isBroken = (traffic?.pins ?? []).some(
    (pin) => isOpen(pin) && uses.includes(pin.use) && pin.place.kind === 'move' && pin.place.from === from,
  )
  const classes = [flat && 'flat', isDim(view, numbers) && 'dim', isChosen && 'looked', isBroken && 'broken']
  const look = { ...(use === undefined ? {} : { use }), ...(from === start ? {} : { state: from }) }
  return (
    <button type="button" className={classes.filter((each) => each !== false).join(' ')} onClick={() => onLook(look)}>
      <span className="name">
        <NameLines lines={flat ? [name] : lines}>
          <Times numbers={numbers} />
        </NameLines>
      </span>
      <span className="who">{flat ? ` · ${who}` : who}</span>
      {marks.length > 0 && (
        <span className="mark">{(flat ? ' · ' : '') + marks.map(({ text }) => text).join(' · ')}</span>
      )}
    </button>
  )
}
