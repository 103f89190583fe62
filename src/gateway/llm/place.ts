/** Where a request goes: the source of models its path begins with, and the endpoint after it. */
import type { Api } from './request.ts'

/** What is asked at an endpoint, and the operation of the source that decides it. */
export interface Place {
  readonly source: string
  /** In whose form refusals are. */
  readonly api: Api
  readonly asks: 'generate' | 'count' | 'models'
  /** After the address of the provider, as its SDK would write it. */
  readonly path: string
}

const endpoints: Readonly<Record<string, Pick<Place, 'api' | 'asks' | 'path'>>> = {
  'POST chat/completions': { api: 'chat', asks: 'generate', path: '/chat/completions' },
  'POST responses': { api: 'responses', asks: 'generate', path: '/responses' },
  'POST responses/input_tokens': { api: 'responses', asks: 'count', path: '/responses/input_tokens' },
  'POST messages': { api: 'messages', asks: 'generate', path: '/v1/messages' },
  'POST messages/count_tokens': { api: 'messages', asks: 'count', path: '/v1/messages/count_tokens' },
}

/** The base URL of an SDK ends with the name of the source, or with `/v1` after it. */
const shape = /^\/([A-Za-z][\w-]*)\/(?:v1\/)?(.+)$/

/**
 * Finds the place of a request. Undefined for anything but what is known here: files, batches, stored responses and the like would take
 * data to the provider, or bring calls of tools back, past all that is judged.
 *
 * @param anthropic - Whether the request is written for Anthropic's API, for endpoints both have.
 */
export function placeOf(method: string, path: string, anthropic: boolean): Place | undefined {
  const [, source, rest = ''] = shape.exec(path) ?? []
  if (source === undefined) return undefined
  const key = `${method} ${rest}`
  if (Object.hasOwn(endpoints, key)) {
    const endpoint = endpoints[key]
    return endpoint === undefined ? undefined : { source, ...endpoint }
  }
  if (method !== 'GET' || !/^models(?:\/[\w.:-]+)?$/.test(rest)) return undefined
  return { source, api: anthropic ? 'messages' : 'chat', asks: 'models', path: `${anthropic ? '/v1' : ''}/${rest}` }
}

/** @param prefix - The path of the provider's address, which may have the version in it already. */
export function pathTo(prefix: string, { path }: Place): string {
  return prefix.endsWith('/v1') && path.startsWith('/v1/') ? prefix + path.slice('/v1'.length) : prefix + path
}
