/** A call as the bytes an API expects, and the other way round where both sides need it. */
import type { CallRequest, Charter, Use } from '../charter/charter.ts'
import { printLosslessJson } from './lossless-json.ts'

/** One HTTP request. Header names in lower case or as declared. */
export interface WireRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Whether a value is an object as JSON has them. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Writes a call as HTTP, as the description says. Credentials are added by the identity's session. */
export function toHttp(charter: Charter, use: Use, request: CallRequest, server: string): WireRequest {
  const shape = charter.operations.get(use.operation)?.shape
  if (shape === undefined) throw new TypeError(`no operation ${use.operation}`)
  const path = shape.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(textOf(request.path?.[name])),
  )
  const base = server.replace(/\/+$/, '')
  // A server URL given with its path wins over the description's own base path.
  const prefix = shape.basePath !== '' && !new URL(base).pathname.endsWith(shape.basePath) ? shape.basePath : ''
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) query.append(name, textOf(each))
  }
  const headers: Record<string, string> = { accept: 'application/json' }
  for (const [name, value] of Object.entries(request.header ?? {}))
    if (value !== undefined) headers[name] = textOf(value)
  const url = `${base}${prefix}${path}${query.size === 0 ? '' : `?${query}`}`
  if (request.body === undefined || ['GET', 'HEAD'].includes(shape.method))
    return { method: shape.method, url, headers }
  const form = shape.body?.mediaType.includes('x-www-form-urlencoded') === true && isRecord(request.body)
  headers['content-type'] = form
    ? 'application/x-www-form-urlencoded'
    : (shape.body?.mediaType ?? 'application/json').replace(/^\*\/\*$/, 'application/json')
  const body = form ? formText(request.body) : printLosslessJson(request.body)
  return { method: shape.method, url, headers, body }
}

function formText(body: unknown): string {
  const form = new URLSearchParams()
  if (isRecord(body)) for (const [name, value] of Object.entries(body)) form.append(name, textOf(value))
  return String(form)
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null && isRecord(value) ? JSON.stringify(value) : String(value ?? '')
}
