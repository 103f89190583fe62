/** Asks the console's API. Types come from the API's own definitions: there is nothing to keep in step. */
import type { z } from 'zod'
import type { ParameterOf } from '../../src/api/endpoint.ts'
import type { Endpoints } from '../../src/api/endpoints.ts'

export type EndpointName = keyof Endpoints

type Member<Name extends EndpointName, Part extends string> =
  Endpoints[Name] extends Readonly<Record<Part, infer Schema>> ? Schema : undefined
type Sent<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined
type PathOf<Name> = Name extends `${string} ${infer Path}` ? Path : never

/** What an endpoint answers with. */
export type Answer<Name extends EndpointName> =
  Member<Name, 'answer'> extends z.ZodType ? z.output<Member<Name, 'answer'>> : undefined

/** What an endpoint has to be told; only what it takes may be given. */
export type Question<Name extends EndpointName> = ([ParameterOf<PathOf<Name>>] extends [never]
  ? unknown
  : { readonly parameters: Readonly<Record<ParameterOf<PathOf<Name>>, string>> }) &
  (Member<Name, 'query'> extends z.ZodType ? { readonly query?: Sent<Member<Name, 'query'>> } : unknown) &
  (Member<Name, 'body'> extends z.ZodType ? { readonly body: Sent<Member<Name, 'body'>> } : unknown)

/** Why something was not done. `code` is stable. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'Refused'
    this.status = status
    this.code = code
  }
}

interface Loose {
  readonly parameters?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

/** @throws {Refused} when it is not answered as asked; `unreachable` when nobody answers. */
export async function ask<Name extends EndpointName>(
  name: Name,
  question: Question<Name>,
  signal?: AbortSignal,
): Promise<Answer<Name>> {
  const { body } = question as Loose
  const response = await fetch(addressOf(name, question), {
    method: name.slice(0, name.indexOf(' ')),
    credentials: 'same-origin',
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error
    throw new Refused(0, 'unreachable', 'the console cannot be reached')
  })
  if (!response.ok) throw await refusalOf(response)
  return (response.status === 204 ? undefined : await response.json()) as Answer<Name>
}

/** The address of an endpoint, as for a link. */
export function addressOf<Name extends EndpointName>(name: Name, question: Question<Name>): string {
  const { parameters = {}, query = {} } = question as Loose
  const path = name
    .slice(name.indexOf(' ') + 1)
    .replaceAll(/\{([^}]+)\}/g, (_, parameter: string) => encodeURIComponent(parameters[parameter] ?? ''))
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()
  return search === '' ? path : `${path}?${search}`
}

async function refusalOf(response: Response): Promise<Refused> {
  const problem = (await response.json().catch(() => ({}))) as { readonly type?: string; readonly detail?: string }
  const code = problem.type?.split(':').at(-1) ?? 'failed'
  return new Refused(response.status, code, problem.detail ?? `the answer was ${response.status}`)
}
