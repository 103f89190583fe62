/** A drawing larger than its window: it scrolls, by keyboard too, and can be made smaller and larger. */
import { ActionIcon } from '@mantine/core'
import { IconArrowAutofitWidth, IconZoomIn, IconZoomOut } from '@tabler/icons-react'
import {
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import './canvas.css'

export interface Extent {
  /** Where the drawing begins; below 0 where something stands left of it. */
  readonly left: number
  readonly right: number
  readonly height: number
}

export interface CanvasProps {
  readonly label: string
  readonly extent: Extent
  /** What one sees first. */
  readonly start: Placed
  /** What is looked at: it comes into sight. */
  readonly sight?: Placed | undefined
  /** Beside the buttons above it. */
  readonly tools?: ReactNode
  readonly children: ReactNode
}

const smallest = 0.15
const largest = 1.6
/** Nothing is made smaller than this by itself: it scrolls instead. */
const legible = 0.85
const step = 1.25
const edge = 16
/** Smaller, only how it hangs together is to be seen. */
const far = 0.4
/** Drawings that are taller have a window that is seen whole. */
const tallest = 1100

export function Canvas({ label, extent, start, sight, tools, children }: CanvasProps): ReactElement {
  const { left, right, height } = extent
  const width = right - left
  const { box, room, zoom, change, fit } = useZoom(width)
  const keys: Readonly<Record<string, () => void>> = {
    '+': () => change(step),
    '=': () => change(step),
    '-': () => change(1 / step),
    '0': fit,
  }
  useSight(box, room, (sight) => ({ x: (sight.x - left) * zoom + edge, y: sight.y * zoom + edge }), start, sight)
  const classes = [
    'canvas-window',
    zoom < far && 'far',
    height * zoom > tallest && 'tall',
    room !== undefined && width * zoom > room && 'wide',
  ]
  return (
    <div className="canvas">
      <div className="canvas-tools">
        {tools}
        <ActionIcon variant="default" size={28} aria-label="Smaller" onClick={() => change(1 / step)}>
          <IconZoomOut size={15} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="default" size={28} aria-label="Larger" onClick={() => change(step)}>
          <IconZoomIn size={15} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="default" size={28} aria-label="As wide as the window" onClick={fit}>
          <IconArrowAutofitWidth size={15} aria-hidden />
        </ActionIcon>
      </div>
      <section
        ref={box}
        className={classes.filter((each) => each !== false).join(' ')}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
        tabIndex={0}
        onPointerMove={drag}
        onKeyDown={(event) => {
          if (!event.ctrlKey && !event.metaKey && !event.altKey) keys[event.key]?.()
        }}
      >
        <div className="canvas-page" style={{ width: width * zoom, height: height * zoom }}>
          <div style={{ transform: `scale(${zoom}) translateX(${-left}px)` }}>{children}</div>
        </div>
      </section>
    </div>
  )
}

/** A mouse that is held down moves the drawing; fingers do anyway. */
function drag({ buttons, pointerType, movementX, movementY, target, currentTarget }: PointerEvent<HTMLElement>): void {
  const isHeld =
    pointerType === 'mouse' && buttons === 1 && target instanceof Element && target.closest('button') === null
  if (isHeld) currentTarget.scrollBy(-movementX, -movementY)
}

/** Fits the width as far as one can read it, until somebody chooses otherwise. What is in the middle stays there. */
function useZoom(width: number) {
  const box = useRef<HTMLElement>(null)
  const [room, setRoom] = useState<number>()
  const [chosen, choose] = useState<number>()
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(() => setRoom(element.clientWidth - 2 * edge))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const fitting = Math.max(smallest, Math.min(1, (room ?? width) / width))
  const zoom = chosen ?? Math.max(legible, fitting)
  const before = useRef(zoom)
  useLayoutEffect(() => {
    const by = zoom / before.current
    before.current = zoom
    if (box.current === null || by === 1) return
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = box.current
    const moved = (from: number, size: number): number => (from + size / 2) * by - size / 2
    box.current.scrollTo(moved(scrollLeft, clientWidth), moved(scrollTop, clientHeight))
  }, [zoom])
  const change = useCallback(
    (by: number) => choose((before = zoom) => Math.max(smallest, Math.min(largest, before * by))),
    [zoom],
  )
  return { box, room, zoom, change, fit: useCallback(() => choose(fitting), [fitting]) }
}

/** Brings what is looked at into the middle, unless it is in sight; the start only once. */
function useSight(
  box: RefObject<HTMLElement | null>,
  room: number | undefined,
  placeOf: (at: Placed) => Placed,
  start: Placed,
  sight: Placed | undefined,
): void {
  const shown = useRef<Placed>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: zooming and scrolling are for whoever looks
  useLayoutEffect(() => {
    const at = sight ?? (shown.current === undefined ? start : undefined)
    const element = box.current
    if (at === undefined || element === null || room === undefined) return
    shown.current = at
    const { x, y } = placeOf(at)
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = element
    const kept = (from: number, size: number, to: number): number =>
      to > from + near && to < from + size - near ? from : to - size / 2
    element.scrollTo(kept(scrollLeft, clientWidth, x), kept(scrollTop, clientHeight, y))
  }, [sight?.x, sight?.y, room])
}

/** Closer to the border it is not well in sight. */
const near = 48

interface Placed {
  readonly x: number
  readonly y: number
}

export interface SpotProps {
  /** Around its middle. */
  readonly at: Placed & { readonly width?: number; readonly height?: number }
  readonly className: string
  readonly children: ReactNode
}

/** Something at a place of the drawing. Without a size, as large as what is in it. */
export function Spot({ at: { x, y, width, height }, className, children }: SpotProps): ReactElement {
  const style =
    width === undefined || height === undefined
      ? { left: x, top: y, transform: 'translate(-50%, -50%)' }
      : { left: x - width / 2, top: y - height / 2, width, height }
  return (
    <div className={`spot ${className}`} style={style}>
      {children}
    </div>
  )
}

export interface LineProps {
  readonly path: string
  readonly head: string
  readonly className: string
  readonly thickness?: number
}

export function Line({ path, head, className, thickness }: LineProps): ReactElement {
  return (
    <g className={className}>
      <path d={path} className="line" {...(thickness === undefined ? {} : { strokeWidth: thickness })} />
      <path d={head} className="head" />
    </g>
  )
}

/** Lines of a drawing. They are told by the tables, too. */
export function Lines({ extent, children }: { readonly extent: Extent; readonly children: ReactNode }): ReactElement {
  const { right, height } = extent
  return (
    <svg width={right} height={height} className="drawing-lines" aria-hidden>
      {children}
    </svg>
  )
}
