/** Which operation a request is, and how its arguments are read. */
import type { Charter, Source } from '../../charter/charter.ts'
import { isHttp, type OperationShape } from '../../charter/source/description.ts'
import { compileMatcher, matchOperation, type OperationMatcher } from '../../charter/source/match.ts'
import { type Arguments, compileArguments } from './arguments.ts'
import { type BodyPlan, planBody } from './body-plan.ts'
import { credentialHeaders, referencedBy } from './referenced.ts'
import { malformed } from './refused.ts'

/** One described operation, ready to read requests. */
export interface Route {
  readonly shape: OperationShape
  readonly writes: boolean
  /** It uses objects while it is on its way: its body is read to the end first, or a caller could leave in the middle and keep them. */
  readonly holds: boolean
  readonly slashAtEnd: boolean
  readonly arguments: Arguments
  readonly body: BodyPlan
}

export interface Found {
  readonly route: Route
  readonly parameters: Readonly<Record<string, string>>
}

/** All operations of a charter's sources. Made once for each charter. */
export interface Routes {
  /**
   * The operation of a request; HEAD is a GET where only that is described. Undefined when no description has it.
   *
   * @throws {Refused} when it is none, and servers are known to take it for one.
   */
  find(method: string, path: string): Found | undefined
  /** Headers in which callers prove who they are, in lower case. */
  readonly credentials: ReadonlySet<string>
  /** The source whose base path a path begins with, the longest first; the only one when there is one. */
  sourceOf(path: string): string | undefined
}

/** Arranges the operations of a charter; what its uses refer to is read from each request. */
export function compileRoutes(charter: Charter): Routes {
  const sources = [...charter.sources.values()].filter(({ description }) => isHttp(description))
  const shapes = sources.flatMap((source) => source.description.operations)
  const exact = compileMatcher(shapes)
  const loose = compileMatcher(shapes.map(lowerCase))
  const made = new Map<string, Route>()
  const routeOf = (shape: OperationShape): Route => {
    const known = made.get(shape.id)
    if (known !== undefined) return known
    const route = makeRoute(charter, shape)
    made.set(shape.id, route)
    return route
  }
  return {
    find: (method, path) => {
      const match = matchIn(exact, method, path)
      const route = match === undefined ? undefined : routeOf(match.operation)
      // The matcher overlooks a trailing slash; servers differ on it.
      if (match !== undefined && route?.slashAtEnd === path.endsWith('/'))
        return { route, parameters: match.pathParameters }
      if (match !== undefined || isAlmost(loose, method, path.toLowerCase()))
        throw malformed('the path is almost that of an operation')
      return undefined
    },
    credentials: new Set([
      'authorization',
      'cookie',
      ...sources.flatMap((source) => credentialHeaders(source.description.securitySchemes)),
    ]),
    sourceOf: (path) => sourceOf(sources, path),
  }
}

function matchIn(matcher: OperationMatcher, method: string, path: string): ReturnType<typeof matchOperation> {
  return matchOperation(matcher, method, path) ?? (method === 'HEAD' ? matchOperation(matcher, 'GET', path) : undefined)
}

function isAlmost(loose: OperationMatcher, method: string, path: string): boolean {
  return matchIn(loose, method, path) !== undefined || matchIn(loose, method, `${path}/`) !== undefined
}

/** Many servers do not tell upper from lower case in paths. */
function lowerCase(shape: OperationShape): OperationShape {
  const lower = (text: string): string => text.replaceAll(/[^{}]+(?![^{]*\})/g, (literal) => literal.toLowerCase())
  return { ...shape, basePath: shape.basePath.toLowerCase(), path: lower(shape.path) }
}

function makeRoute(charter: Charter, shape: OperationShape): Route {
  const operation = charter.operations.get(shape.id)
  const source = charter.sources.get(shape.source)
  if (source === undefined) throw new TypeError(`no source ${shape.source}`)
  const declared = new Set(shape.parameters.filter((each) => each.in !== 'header').map((each) => each.name))
  const referenced = referencedBy(operation?.uses ?? [], declared)
  const written = [...charter.objects.values()].flatMap((type) => [...type.fields.values()].map((field) => field.in))
  const writes = operation?.writes ?? (shape.method !== 'GET' && shape.method !== 'HEAD')
  return {
    shape,
    writes,
    holds: writes && operation?.uses.some((use) => use.object !== undefined && !use.creates) === true,
    slashAtEnd: shape.path.endsWith('/'),
    arguments: compileArguments(source.description, shape, referenced),
    body: planBody(source.description, shape, {
      judged: referenced.body,
      places: [...written, ...referenced.places],
    }),
  }
}

function sourceOf(sources: readonly Source[], path: string): string | undefined {
  if (sources.length === 1) return sources[0]?.name
  let best: { readonly name: string; readonly length: number } | undefined
  for (const { name, description } of sources) {
    for (const { basePath } of description.operations) {
      const fits = basePath !== '' && (path === basePath || path.startsWith(`${basePath}/`))
      if (fits && (best === undefined || basePath.length > best.length)) best = { name, length: basePath.length }
    }
  }
  return best?.name
}
