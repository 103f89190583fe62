/** A drawing larger than its window: it scrolls, by keyboard too, and can be made smaller and larger. */
import { ActionIcon } from '@mantine/core'
import { IconArrowAutofitWidth, IconZoomIn, IconZoomOut } from '@tabler/icons-react'
import { type ReactElement, type ReactNode, useCallback, useLayoutEffect, useRef, useState } from 'react'

export interface Extent {
  /** Where the drawing begins; below 0 where something stands left of it. */
  readonly left: number
  readonly right: number
  readonly height: number
}

export interface CanvasProps {
  readonly label: string
  readonly extent: Extent
  readonly children: ReactNode
}

const smallest = 0.4
const largest = 1.6
/** Nothing is made smaller than this by itself: it scrolls instead. */
const legible = 0.85
const step = 1.25
const edge = 16

export function Canvas({ label, extent, children }: CanvasProps): ReactElement {
  const { left, right, height } = extent
  const width = right - left
  const { box, zoom, change, fit } = useZoom(width)
  return (
    <div className="canvas">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard */}
      <section ref={box} className="canvas-window" aria-label={label} tabIndex={0}>
        <div className="canvas-page" style={{ width: width * zoom, height: height * zoom }}>
          <div style={{ transform: `scale(${zoom}) translateX(${-left}px)` }}>{children}</div>
        </div>
      </section>
      <div className="canvas-zoom">
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
    </div>
  )
}

/** Fits the width as far as one can read it, until somebody chooses otherwise. */
function useZoom(width: number) {
  const box = useRef<HTMLElement>(null)
  const [window, setWindow] = useState(width)
  const [chosen, choose] = useState<number>()
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(() => setWindow(element.clientWidth - 2 * edge))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const fitting = Math.max(smallest, Math.min(1, window / width))
  const zoom = chosen ?? Math.max(legible, fitting)
  const change = useCallback(
    (by: number) => choose((before = zoom) => Math.max(smallest, Math.min(largest, before * by))),
    [zoom],
  )
  return { box, zoom, change, fit: useCallback(() => choose(fitting), [fitting]) }
}

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
