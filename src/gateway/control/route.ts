/** A small table of routes: which method and path, who may use it, and what it does. */
import type { IncomingHttpHeaders } from 'node:http'
import type { z } from 'zod'
import type { Caller, Power } from './caller.ts'
import { Problem } from './problem.ts'

/** One request of a route. */
export interface Asked {
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Scheme and host as the client knows them. */
  readonly origin: string
  readonly path: string
  /** Parsed JSON, one reading only. */
  readonly body: unknown
  readonly bytes: Buffer
  /** Who calls. Absent on routes that need nobody. */
  readonly caller: Caller | undefined
}

/** What goes back: JSON, or `text` of a type of its own. */
export interface Given {
  readonly status: number
  readonly body?: unknown
  readonly text?: string
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Segments in braces are parameters. */
  readonly path: string
  /** `nobody`: open to all; `anybody`: whoever could be verified; else who has the power. */
  readonly needs: 'nobody' | 'anybody' | Power
  /** The body is a form, read by the route itself; JSON unless said otherwise. */
  readonly takes?: 'form'
  /** The longest body; that of the whole API unless said otherwise. */
  readonly maxBytes?: number
  /** What is answered to bodies that are no JSON; 415 unless said otherwise. */
  readonly wrongType?: 400
  handle(asked: Asked): Promise<Given>
}

export interface Found {
  readonly route: Route
  readonly parameters: Readonly<Record<string, string>>
}

/** @throws {Problem} 404 when no route has the path, 405 when none has the method. */
export function findRoute(routes: readonly Route[], method: string, path: string): Found {
  const others: string[] = []
  for (const route of routes) {
    const parameters = matchPath(route.path, path)
    if (parameters === undefined) continue
    if (route.method === method) return { route, parameters }
    others.push(route.method)
  }
  if (others.length === 0) throw new Problem(404, 'unknown', 'there is nothing at this path')
  const allow = [...new Set(others)].join(', ')
  throw new Problem(405, 'method', `this path takes ${allow}`, { allow })
}

/** The parameters of a path, decoded; undefined when it does not fit the template, or one of them is empty. */
export function matchPath(template: string, path: string): Readonly<Record<string, string>> | undefined {
  const segments = template.split('/')
  const given = path.split('/')
  if (segments.length !== given.length) return undefined
  const parameters: [string, string][] = []
  for (const [index, segment] of segments.entries()) {
    const text = given[index] ?? ''
    const name = /^\{(.+)\}$/.exec(segment)?.[1]
    if (name === undefined && text !== segment) return undefined
    if (name === undefined) continue
    const value = decodeSegment(text)
    if (value === undefined || value === '') return undefined
    parameters.push([name, value])
  }
  return Object.fromEntries(parameters)
}

function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** @throws {Problem} 400 that names every place where the body is not as it should be. */
export function readBody<T>(schema: z.ZodType<T>, { body }: Pick<Asked, 'body'>): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const said = result.error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'the body'}: ${message}`)
  throw new Problem(400, 'malformed', said.join('; '))
}

/** @throws {Problem} 403 when it is no person who calls. */
export function personOf({ caller }: Pick<Asked, 'caller'>): Extract<Caller, { kind: 'person' }> {
  if (caller?.kind !== 'person')
    throw new Problem(403, 'needs-person', 'this needs a person: a credential of this API speaks for nobody')
  // SECURITY: nobody approves through an agent, whoever it acts for.
  if (caller.principal.kind === 'agent' || caller.principal.chain !== undefined)
    throw new Problem(403, 'needs-person', 'this needs a person: an agent speaks for nobody')
  return caller
}
