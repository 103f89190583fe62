/** The tools a request offers the model. What the provider runs itself is seen here for the last time before it happens. */
import type { Pointer } from '../../charter/pointer.ts'
import { isObject, listOf, memberOf, type PlainObject } from '../../charter/source/plain.ts'
import type { Api, Offer } from './request.ts'

/** Kinds of tools that clients run, and whose calls therefore come back as calls. */
const clientKinds: Readonly<Record<Api, RegExp>> = {
  chat: /^(?:function|custom)$/,
  responses: /^(?:function|custom|computer|computer_use_preview|local_shell|apply_patch)$/,
  messages: /^(?:custom|(?:bash|text_editor|computer|memory|computer_toolset|browser_toolset)_\d{8})$/,
}

/** Every tool offered at the top of a request. */
export function offersOf(api: Api, body: PlainObject): readonly Offer[] {
  const offers = [...offersIn(api, body['tools'], ['tools'])]
  if (api === 'chat') {
    if (body['web_search_options'] !== undefined && body['web_search_options'] !== null)
      offers.push({
        name: 'web_search',
        runs: 'provider',
        written: body['web_search_options'],
        at: ['web_search_options'],
      })
    for (const each of listOf(body['functions'])) offers.push(clientOffer(nameOf(each), each))
  }
  if (api === 'messages') {
    for (const [index, written] of listOf(body['mcp_servers']).entries())
      offers.push({ name: 'mcp', runs: 'provider', written, at: ['mcp_servers', String(index)] })
    const { container } = body
    // Skills are programs that run there.
    if (isObject(container)) offers.push({ name: 'container', runs: 'provider', written: container, at: ['container'] })
  }
  return offers
}

/** @param at - Where the list stands, if its elements can be taken out. */
export function offersIn(api: Api, list: unknown, at?: Pointer): readonly Offer[] {
  return listOf(list).flatMap((written, index) => {
    const place = at === undefined ? {} : { at: [...at, String(index)] }
    return offerOf(api, written).map((offer) => ({ ...offer, ...place }))
  })
}

function offerOf(api: Api, written: unknown): readonly Offer[] {
  const type = memberOf(written, 'type')
  if (api === 'messages') {
    // What a tool is was said where it was defined.
    if (type === 'tool_reference') return []
    if (type === 'tool_definition') return offerOf(api, memberOf(written, 'definition'))
    if ((type === undefined || type === null) && nameOf(written) !== '') return [clientOffer(nameOf(written), written)]
  }
  if (type === 'namespace') return listOf(memberOf(written, 'tools')).flatMap((each) => offerOf(api, each))
  if (typeof type === 'string' && (clientKinds[api].test(type) || isOfClient(api, type, written)))
    return [clientOffer(nameOf(written) || kindOf(type), written)]
  return [{ name: typeof type === 'string' ? kindOf(type) : 'unknown', runs: 'provider', written }]
}

/** Kinds that run in one place or the other. */
function isOfClient(api: Api, type: string, written: unknown): boolean {
  if (api !== 'responses') return false
  if (type === 'shell') return memberOf(memberOf(written, 'environment'), 'type') === 'local'
  return type === 'tool_search' && memberOf(written, 'execution') === 'client'
}

function clientOffer(name: string, written: unknown): Offer {
  return { name, runs: 'client', written }
}

function nameOf(written: unknown): string {
  const inner = memberOf(written, 'function') ?? memberOf(written, 'custom') ?? written
  const name = memberOf(inner, 'name')
  return typeof name === 'string' ? name : ''
}

/** A kind without what tells its versions apart: `web_search_20260318` and `web_search_preview` are `web_search`. */
export function kindOf(type: string): string {
  const kind = type.replace(/_\d{4}_?\d{2}_?\d{2}$/, '').replace(/_preview$/, '')
  return kind === 'mcp_toolset' || kind.startsWith('mcp_') ? 'mcp' : kind.replace(/[^A-Za-z0-9_]/g, '_')
}

/** A body without the tools at these places; lists that become empty go too. */
export function withoutOffers(body: PlainObject, places: readonly Pointer[]): PlainObject {
  const gone = new Map<string, Set<number>>()
  const kept: Record<string, unknown> = { ...body }
  for (const [member = '', index] of places) {
    if (index === undefined) delete kept[member]
    else gone.set(member, (gone.get(member) ?? new Set()).add(Number(index)))
  }
  for (const [member, indexes] of gone) {
    const left = listOf(body[member]).filter((_, index) => !indexes.has(index))
    if (left.length > 0) kept[member] = left
    else delete kept[member]
  }
  // A choice among tools needs tools.
  if (gone.has('tools') && kept['tools'] === undefined) for (const name of choices) delete kept[name]
  return kept
}

const choices: readonly string[] = ['tool_choice', 'parallel_tool_calls']
