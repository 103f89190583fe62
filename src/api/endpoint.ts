/** How the console's API is written down: each endpoint once, as data. Its handler, its OpenAPI description and the browser's types follow from it. */
import type { z } from 'zod'
import type { Viewer, Way } from './viewer.ts'

/** What somebody may do here. `read`: see what calls carried, which is the private part of the record. */
export const powers = ['view', 'read', 'approve', 'operate', 'administer'] as const
export type Power = (typeof powers)[number]

/** One endpoint. Members of an answer that are not in `answer` never leave. */
export interface Endpoint {
  /** `operationId` of the description. */
  readonly id: string
  readonly summary: string
  /** `nobody`: open to all; `anybody`: whoever is signed in. */
  readonly needs: 'nobody' | 'anybody' | Power
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** Absent: nothing comes back. */
  readonly answer?: z.ZodType
  /** What comes back is no JSON, but text of this media type, written as it comes. */
  readonly text?: string
}

/** `METHOD /path`; segments in braces are parameters. */
export type EndpointName = `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`
export type EndpointTable = Readonly<Record<EndpointName, Endpoint>>

/** Names of the parameters in a path. */
export type ParameterOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterOf<Rest>
  : never

type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined
// biome-ignore lint/suspicious/noConfusingVoidType: the result of a handler that gives nothing
type AnswerOf<Schema> = Schema extends z.ZodType ? z.input<Schema> : void
type MemberOf<Shape, Name extends string> = Shape extends Readonly<Record<Name, infer Member>> ? Member : undefined

/** The session of one request: how it is begun and ended. The browser learns of it with the answer. */
export interface SessionOf {
  begin(viewer: Viewer, how: Way): Promise<void>
  /** Nobody comes in: it is on the record, or counted there. @throws {Problem} always; 401, or 429 when there were too many lately. */
  refuse(how: Way, why: string, says: string): Promise<never>
  end(): Promise<void>
}

/** One request as its handler sees it: parameters, query and body are as the endpoint says. */
export interface Asked<Name extends string = string, Shape = Endpoint> {
  readonly parameters: Readonly<Record<ParameterOf<Name>, string>>
  readonly query: OutputOf<MemberOf<Shape, 'query'>>
  readonly body: OutputOf<MemberOf<Shape, 'body'>>
  /** Who asks. On endpoints that need nobody, nobody. */
  readonly viewer: Viewer
  /** What came with the request. */
  readonly session: SessionOf
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
}

/** What a handler gives: the answer, or pieces of text. */
export type Given<Shape> =
  MemberOf<Shape, 'text'> extends string ? AsyncIterable<string> : AnswerOf<MemberOf<Shape, 'answer'>>

/** A handler for each endpoint of a table. */
export type Handlers<Table> = {
  readonly [Name in keyof Table & string]: (asked: Asked<Name, Table[Name]>) => Promise<Given<Table[Name]>>
}

/** An endpoint with what it does. */
export interface Mounted {
  readonly name: EndpointName
  readonly endpoint: Endpoint
  handle(asked: Asked): Promise<unknown>
}

/** Ties handlers to their endpoints. The types of the table hold for both sides; from here on they are forgotten. */
export function mount<Table extends EndpointTable>(table: Table, handlers: Handlers<Table>): readonly Mounted[] {
  return (Object.keys(table) as (keyof Table & EndpointName)[]).flatMap((name) => {
    const endpoint = table[name]
    // What is asked was parsed by the schemas of this very endpoint.
    const handle = handlers[name] as unknown as Mounted['handle']
    return endpoint === undefined ? [] : [{ name, endpoint, handle }]
  })
}
