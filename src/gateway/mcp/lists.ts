/** Lists as one principal may see them: approved, unchanged, open to them; never kept for anybody else. */
import type { Charter, Principal } from '../../charter/charter.ts'
import type { Tool } from '../../integrity/tool.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import type { Asking } from './judge.ts'
import type { RequestMessage, ResponseMessage } from './message.ts'
import type { Naming } from './naming.ts'
import type { Pins } from './pins.ts'
import type { ResourceIndex } from './resource-index.ts'
import { resultBytes } from './rpc-error.ts'
import { isVisible } from './visible.ts'

/** The longest a list may be kept: what was taken from somebody is gone from their list after it. */
const longestMs = 60_000

/** Methods whose results may be kept by clients and those between (SEP-2549), and which member is the list. */
export const listMembers: ReadonlyMap<string, string> = new Map([
  ['tools/list', 'tools'],
  ['prompts/list', 'prompts'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resourceTemplates'],
])

export interface Listing {
  readonly charter: Charter
  readonly naming: Naming
  readonly pins: Pins
  /** Which source has a resource, where there are several. */
  readonly resources?: Pick<ResourceIndex, 'known'> | undefined
}

/** @returns the list as it may be shown; undefined: as it came. */
export function showList(
  listing: Listing,
  asking: Asking,
  message: RequestMessage,
  { result }: ResponseMessage,
): Buffer | undefined {
  const member = listMembers.get(message.method)
  if (!isRecord(result) || member === undefined) return undefined
  const came = result[member]
  if (!Array.isArray(came)) return undefined
  const items: readonly unknown[] = came
  const listed = items.filter(isRecord)
  const whole = message.params['cursor'] === undefined && result['nextCursor'] === undefined
  const shown =
    member === 'tools'
      ? toolsFor(listing, asking, listed, whole)
      : othersFor(listing, asking.principal, message.method, listed)
  const kept = shown.length === items.length
  if (kept && asking.era === 'legacy') return undefined
  const bounded = asking.era === 'legacy' ? {} : { ttlMs: Math.min(ttlOf(result), longestMs), cacheScope: 'private' }
  return resultBytes(message.id, printLosslessJson({ ...result, [member]: shown, ...bounded }))
}

function ttlOf({ ttlMs }: Readonly<Record<string, unknown>>): number {
  return typeof ttlMs === 'number' && Number.isInteger(ttlMs) && ttlMs >= 0 ? ttlMs : 0
}

type Items = readonly Readonly<Record<string, unknown>>[]

function toolsFor({ charter, naming, pins }: Listing, { principal, run }: Asking, tools: Items, whole: boolean): Items {
  const bySource = new Map<string, { readonly visible: Items[number]; readonly own: Tool }[]>()
  for (const tool of tools) {
    const named = naming.of(String(tool['name']))
    if (named === undefined) continue
    const those = bySource.get(named.source) ?? []
    those.push({ visible: tool, own: { ...tool, name: named.name } })
    bySource.set(named.source, those)
  }
  const shown = new Set<Items[number]>()
  for (const [source, those] of bySource) {
    const fit = new Set(
      pins.see(
        source,
        those.map(({ own }) => own),
        whole,
      ),
    )
    for (const { visible, own } of those)
      if (fit.has(own) && isVisible(charter, `${source}.${own.name}`, principal, run)) shown.add(visible)
  }
  return tools.filter((each) => shown.has(each))
}

/** Which operation gives what a list names. */
const given: Readonly<Record<string, string>> = {
  'prompts/list': 'prompts/get',
  'resources/list': 'resources/read',
  'resources/templates/list': 'resources/read',
}

function othersFor({ charter, naming, resources }: Listing, principal: Principal, method: string, items: Items): Items {
  const operation = given[method] ?? method
  return items.filter((item) => {
    const address = item['uri'] ?? item['uriTemplate']
    const source =
      naming.of('')?.source ??
      (method === 'prompts/list' ? naming.of(String(item['name']))?.source : resources?.known(String(address))) ??
      ''
    const id = `${source}.${operation}`
    return charter.operations.has(id) ? isVisible(charter, id, principal) : charter.undescribed.reads === 'allow'
  })
}
