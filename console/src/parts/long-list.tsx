/** A list of which only what is seen is drawn: it may be as long as it likes. Arrows move between its rows. */
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'

export interface LongListProps<Item> {
  readonly items: readonly Item[]
  readonly label: string
  /** Of a row before it is measured, in pixels. */
  readonly height: number
  readonly keyOf: (item: Item) => string | number
  readonly row: (item: Item, index: number) => ReactNode
  /** Called when the end comes into sight. */
  readonly onEnd?: () => void
}

export function LongList<Item>({ items, label, height, keyOf, row, onEnd }: LongListProps<Item>): ReactElement {
  const list = useRef<HTMLUListElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), [])
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => {
      const item = items[index]
      return item === undefined ? index : keyOf(item)
    },
  })
  const seen = rows.getVirtualItems()
  const last = seen.at(-1)?.index ?? -1
  useEffect(() => {
    if (last >= items.length - 20) onEnd?.()
  }, [last, items.length, onEnd])
  return (
    <ul
      ref={list}
      className="long-list"
      aria-label={label}
      style={{ height: rows.getTotalSize() }}
      onKeyDown={moveByArrows}
    >
      {seen.map(({ index, key, start }) => {
        const item = items[index]
        if (item === undefined) return null
        return (
          <li
            key={key}
            data-index={index}
            ref={rows.measureElement}
            aria-setsize={items.length}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start - top}px)` }}
          >
            {row(item, index)}
          </li>
        )
      })}
    </ul>
  )
}

const steps: Readonly<Record<string, 1 | -1>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }

function moveByArrows(event: KeyboardEvent<HTMLUListElement>): void {
  const step = steps[event.key]
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return
  const row = document.activeElement?.closest('li')
  const next = step === 1 ? row?.nextElementSibling : row?.previousElementSibling
  const target = next?.querySelector<HTMLElement>('[data-row], a, button')
  if (target === null || target === undefined) return
  event.preventDefault()
  target.focus()
  target.scrollIntoView({ block: 'nearest' })
}
