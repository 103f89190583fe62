/** What all pages hang on, and what a page says of itself so that the frame can show it. */
import type { Icon } from '@tabler/icons-react'
import { type AnyRoute, createRootRoute, createRoute, Outlet } from '@tanstack/react-router'
import type { NewsItem } from '../../src/api/area/news.ts'
import type { Answer, EndpointName } from './ask.ts'

export const root = createRootRoute({ component: Outlet })

/** What only somebody who is signed in is shown. The router gives it its shell: the shell knows the pages, and they know this. */
export const inside = createRoute({ getParentRoute: () => root, id: 'inside' })

export interface ListedPage {
  /** Its addresses, all under `inside`; what is shown there is loaded when it is opened. The navigation leads to the first. */
  readonly routes: readonly [AnyRoute, ...AnyRoute[]]
  /** Without one it is not in the navigation. */
  readonly place?: Place
  /** By which kinds of entries on the record answers grow old. One that several pages ask for stands with the page it is about. */
  readonly renewedBy?: Readonly<Partial<Record<EndpointName, readonly NewsItem['kinds'][number][]>>>
}

export interface Place {
  readonly label: string
  readonly icon: Icon
  /** How much waits there for somebody. */
  readonly waiting?: (posture: Answer<'GET /api/posture'>) => number
}
