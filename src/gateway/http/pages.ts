/** Walking through a list page by page, and knowing when all of it was seen. Pure. */
import type { OperationShape } from '../../charter/source/description.ts'
import { isRecord } from '../../wire/to-http.ts'

type Query = Readonly<Record<string, string>>

/** One page of a list as it came. */
export interface Page {
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Where a walk is. `before` are the items of earlier pages, as JSON text. */
export interface Walk {
  readonly query: Query
  readonly pages: number
  readonly seen: number
  readonly before: ReadonlySet<string>
}

/** What follows a page: another one, nothing, or nobody can tell. */
export type Following = { readonly walk: Walk } | 'end' | 'unclear'

/** Before the first page. */
export const start: Walk = { query: {}, pages: 0, seen: 0, before: new Set() }

const nextNames = [
  'next',
  'nextPage',
  'next_page',
  'nextLink',
  'next_link',
  'next_page_url',
  'nextPageUrl',
  '@odata.nextLink',
]
const cursorMembers = /^(?:next|end)?_?(?:page)?_?(?:cursor|token|marker|continuation)(?:_?token)?$/i
const cursorParameters = /^(?:cursor|page_?token|continuation(?:_?token)?|next_?token|marker|after|starting_?after)$/i
const pageParameters = /^(?:page|page_?number|page_?no)$/i
const offsetParameters = /^(?:offset|skip|start)$/i
const sizeParameters = /^(?:limit|(?:per_?page|page_?size|size|count|max_?results|top|take))$/i
const totals = /^(?:total|total_?(?:count|items|results|elements)|count_?total)$/i

/**
 * What comes after a page of a list: by its links, by a cursor, or by the parameters for pages that the description declares.
 *
 * `end` only when what was seen is the whole list: a list of which a part is chosen in a way nobody declared is `unclear`.
 *
 * @param at - The address of the page, without query: links elsewhere are not followed.
 */
export function after(shape: OperationShape, page: Page, walk: Walk, at: URL): Following {
  const items = itemsIn(page.body)
  if (items === undefined) return 'unclear'
  const texts = items.map((each) => JSON.stringify(each))
  const seen = walk.seen + items.length
  const go = (query: Query): Following => ({
    walk: { query, pages: walk.pages + 1, seen, before: new Set([...walk.before, ...texts]) },
  })
  const link = linkIn(page)
  if (link !== undefined) {
    const query = link === null ? null : queryOf(link, at)
    if (query === null) return 'end'
    return query === undefined ? 'unclear' : go(query)
  }
  const total = membersOf(page.body).find(([name, value]) => totals.test(name) && typeof value === 'number')?.[1]
  if (walk.pages === 0 && total === items.length) return 'end'
  const named = (shapeOf: RegExp): string | undefined =>
    shape.parameters.find((each) => each.in === 'query' && shapeOf.test(each.name))?.name
  const cursor = membersOf(page.body).find(([name]) => cursorMembers.test(name))
  const byCursor = named(cursorParameters)
  if (cursor !== undefined) {
    if (cursor[1] === null || cursor[1] === '') return 'end'
    return byCursor === undefined || typeof cursor[1] === 'object' ? 'unclear' : go({ [byCursor]: String(cursor[1]) })
  }
  const byPage = named(pageParameters)
  const byOffset = named(offsetParameters)
  if (byPage !== undefined || byOffset !== undefined) {
    if (items.length === 0) return 'end'
    // Whether pages count from 0 or 1 is seldom said: the first one may come twice, no other may.
    const again = texts.every((each) => walk.before.has(each))
    if (again && !(walk.pages === 1 && byPage !== undefined)) return 'unclear'
    if (byPage !== undefined) return go({ [byPage]: String(walk.pages + 1) })
    return go({ [byOffset ?? '']: String(seen) })
  }
  const more = membersOf(page.body).some(([name, value]) => /^has_?(?:more|next)$/i.test(name) && value === true)
  const isPart = more || byCursor !== undefined || named(sizeParameters) !== undefined || typeof total === 'number'
  return isPart ? 'unclear' : 'end'
}

/** The list: the answer itself, or its only member that is one. */
export function itemsIn(body: unknown): readonly unknown[] | undefined {
  if (Array.isArray(body)) return body
  if (!isRecord(body)) return undefined
  const lists = Object.values(body).filter((each) => Array.isArray(each))
  const [only] = lists
  return lists.length === 1 ? only : undefined
}

/** Members of the answer and of what stands beside its list: `meta`, `links`, `paging`. */
function membersOf(body: unknown): readonly (readonly [string, unknown])[] {
  if (!isRecord(body)) return []
  return Object.entries(body).flatMap(([name, value]) =>
    isRecord(value) && /^_?(?:meta|links|paging|pagination|page|page_?info)$/i.test(name)
      ? Object.entries(value)
      : [[name, value] as const],
  )
}

/** The link to the next page; null when the answer says there is none, undefined when it says nothing of links. */
function linkIn({ headers, body }: Page): string | null | undefined {
  const header = headers['link']
  if (header !== undefined && /rel="?[^",;]*\b(?:next|prev|first|last)\b/i.test(header))
    return /<([^>]*)>(?:[^,]*?);\s*rel="?[^",;]*\bnext\b/i.exec(header)?.[1] ?? null
  const found = membersOf(body).find(([name]) => nextNames.includes(name))
  if (found === undefined) return undefined
  const value = isRecord(found[1]) ? found[1]['href'] : found[1]
  if (value === null || value === '' || value === false) return null
  return typeof value === 'string' && /^(?:https?:|\/|\?)/.test(value) ? value : undefined
}

/** The query of a link to the same list; undefined when it leads elsewhere. */
function queryOf(link: string, at: URL): Query | undefined {
  const url = URL.parse(link, at.href)
  return url === null || url.pathname !== at.pathname ? undefined : Object.fromEntries(url.searchParams)
}
