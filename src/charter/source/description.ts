import type { Diagnostic } from '../diagnostic.ts'
import type { PlainObject } from './plain.ts'

/** Where a part of a description stands; line and column count from 1. */
export type SourcePosition = Pick<Diagnostic, 'file' | 'line' | 'column'>

/** Finds the position of the value at a path of the parsed document, or of its nearest ancestor that exists. */
export type Locate = (path: readonly (string | number)[]) => SourcePosition

/**
 * A JSON Schema as it stands in the description: `$ref`s unresolved, keywords in the dialect of the description.
 *
 * Read it only through `resolveSchema`, `propertiesOf` and `itemSchema`, which give JSON Schema 2020-12 semantics.
 */
export type Schema = PlainObject

/** What kind of description the operations came from; `inline` are those written in the charter itself. */
export type DescriptionFormat =
  | 'openapi-3.0'
  | 'openapi-3.1'
  | 'openapi-3.2'
  | 'swagger-2.0'
  | 'inline'
  | 'mcp'
  | 'model'
  | 'a2a'

/** An API as its description declares it. Nothing here was checked against the running API. */
export interface ApiDescription {
  /** The name the charter gives the source. */
  readonly source: string
  readonly title: string
  readonly version: string
  readonly format: DescriptionFormat
  /** Base URLs, absolute or relative, with the defaults of their variables filled in. */
  readonly servers: readonly string[]
  readonly operations: readonly OperationShape[]
  /** As declared, references resolved. */
  readonly securitySchemes: Readonly<Record<string, unknown>>
  /** The parsed document that `$ref`s point into. */
  readonly document: unknown
}

/** One operation of a description: of an HTTP API, or a tool (method `TOOL`), a model (method `MODEL`), or what can be asked of an agent (`AGENT`, and `ASK` where nothing is changed). */
export interface OperationShape {
  /** `source.name`. */
  readonly id: string
  readonly source: string
  /** The `operationId`, or a name derived from method and path (`nameFromPath`); unique within its source. */
  readonly name: string
  /** Upper case. */
  readonly method: string
  /** The path part of the server URL, without trailing slash; `''` or `/v1`. A request goes to `basePath + path`. */
  readonly basePath: string
  /** The template as declared, beginning with a slash, `{name}` for parameters. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body?: RequestBody
  readonly responses: readonly ResponseShape[]
  /** Whoever wrote it into a charter says that it takes no parameter of the query. */
  readonly noQuery?: true
  /** Alternatives, each the names of the schemes needed together; empty when none is needed. */
  readonly security: readonly (readonly string[])[]
  readonly summary?: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly deprecated: boolean
  readonly position?: SourcePosition
}

/** What people call an operation: `POST /orders/{id}/pay`, or `tool refund_order`. */
export function endpointOf({ method, path, name }: Pick<OperationShape, 'method' | 'path' | 'name'>): string {
  return method === 'TOOL' ? `tool ${name}` : `${method} ${path}`
}

/** One input outside the body. Path parameters are always required and always occur in the template. */
export interface Parameter {
  readonly in: 'path' | 'query' | 'header' | 'cookie'
  readonly name: string
  readonly required: boolean
  readonly schema: Schema
  readonly example?: unknown
  /** OpenAPI's serialisation of lists and objects, when declared; Swagger's `collectionFormat` is translated. */
  readonly style?: string
  readonly explode?: boolean
}

/** The body of a request in the media type that suits a JSON client best. */
export interface RequestBody {
  readonly mediaType: string
  readonly required: boolean
  readonly schema: Schema
  readonly example?: unknown
}

/** One declared response. `status` is as declared: `200`, `2XX` or `default`. */
export interface ResponseShape {
  readonly status: string
  readonly mediaType?: string
  readonly schema?: Schema
  readonly example?: unknown
}

/** Whether operations of a description are requests of HTTP. Tools, models and agents have protocols of their own. */
export function isHttp({ format }: Pick<ApiDescription, 'format'>): boolean {
  return format !== 'mcp' && format !== 'model' && format !== 'a2a'
}
