/** From a question of AuthZEN to the call it is about. */
import type { CallRequest, Charter, Operation, Principal, Use } from '../../charter/charter.ts'
import { evaluateReference } from '../../charter/pointer.ts'
import type { Incoming } from '../../guard/call.ts'
import { placeValue } from '../../wire/place.ts'
import { isRecord } from '../../wire/to-http.ts'
import { typedOf } from '../http/arguments.ts'
import { Refused } from '../http/refused.ts'
import type { Routes } from '../http/route.ts'
import { readTarget } from '../http/target.ts'
import type { Evaluation } from './evaluation.ts'

/** `unknown`: nothing in the charter is meant by it. `malformed`: it says one thing in two ways. */
export type Mapped =
  | { readonly ok: true; readonly incoming: Incoming }
  | { readonly ok: false; readonly code: 'unknown' | 'malformed'; readonly why: string }

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const parts = ['path', 'query', 'header'] as const

/**
 * Finds the call a question is about. Total.
 *
 * The action names an operation (`source.name`), a transition of the resource's type, or an HTTP method whose path is the resource.
 */
export function incomingOf(charter: Charter, routes: Routes, evaluation: Evaluation): Mapped {
  const { action, resource } = evaluation
  const principal = principalOf(evaluation.subject)
  const direct = charter.operations.get(action.name)
  if (direct !== undefined)
    return withObject({ charter, operation: direct }, useFor(direct, resource.type), evaluation, principal)
  const moving = transitionOf(charter, resource.type, action.name)
  if (moving !== undefined)
    return withObject({ charter, operation: moving.operation }, moving.use, evaluation, principal)
  if (methods.has(action.name.toUpperCase())) return routed(charter, routes, evaluation, principal)
  return unknown(
    `the charter has no operation \`${action.name}\`, nor a transition of that name of \`${resource.type}\``,
  )
}

/** The subject as the enforcement point vouches for it. */
export function principalOf({ type, id, properties = {} }: Evaluation['subject']): Principal {
  const { tenant, roles, scopes, claims, kind, actors: _, ...others } = properties
  const named = kindOf(kind) ?? kindOf(type)
  const known = textsOf(roles)
  const granted = textsOf(typeof scopes === 'string' ? scopes.split(' ').filter((each) => each !== '') : scopes)
  return {
    id,
    claims: { ...others, ...(isRecord(claims) ? claims : {}) },
    ...(named === undefined ? {} : { kind: named }),
    ...(typeof tenant === 'string' ? { tenant } : {}),
    ...(known === undefined ? {} : { roles: known }),
    ...(granted === undefined ? {} : { scopes: granted }),
  }
}

function kindOf(value: unknown): Principal['kind'] {
  return value === 'user' || value === 'service' || value === 'partner' || value === 'agent' ? value : undefined
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : undefined
}

function useFor(operation: Operation, type: string): Use | undefined {
  return operation.uses.find((use) => use.object?.type === type)
}

/** By the use's name: `pay` is `order.pay`, also when several operations make the move and the first of them is meant. */
function transitionOf(
  charter: Charter,
  type: string,
  name: string,
): { readonly operation: Operation; readonly use: Use } | undefined {
  for (const use of charter.objects.get(type)?.transitions ?? []) {
    const operation = charter.operations.get(use.operation)
    if (
      operation === undefined ||
      use.kind === 'along' ||
      (use.id !== `${type}.${name}` && use.id.split('@')[0] !== `${type}.${name}`)
    )
      continue
    return { operation, use }
  }
  return undefined
}

function withObject(aimed: Aimed, use: Use | undefined, evaluation: Evaluation, principal: Principal): Mapped {
  const { operation } = aimed
  const given = givenRequest(aimed, evaluation)
  if (!given.ok) return given
  const key = use?.object?.key
  const { id } = evaluation.resource
  if (key === undefined || key.from !== 'request') {
    if (key?.from === 'principal' && id !== principal.id)
      return unknown('this is only ever about what is the caller’s own')
    return { ok: true, incoming: { operation: operation.id, principal, request: given.request } }
  }
  const already = evaluateReference(key, messagesOf(given.request))
  if (already !== undefined && String(already) !== id)
    return malformed('the resource and the request name different objects')
  const value = already ?? (key.in === 'body' ? id : typedParameter(aimed, key.in, key.name, id))
  return { ok: true, incoming: { operation: operation.id, principal, request: placeValue(given.request, key, value) } }
}

function messagesOf({ path, query, header, body }: CallRequest): Parameters<typeof evaluateReference>[1] {
  return {
    request: {
      body,
      ...(path === undefined ? {} : { path }),
      ...(query === undefined ? {} : { query }),
      ...(header === undefined ? {} : { headers: header }),
    },
  }
}

interface Aimed {
  readonly charter: Charter
  readonly operation: Operation
}

type Request = { readonly ok: true; readonly request: CallRequest } | Extract<Mapped, { ok: false }>

/** The arguments: `context.request` as it is, properties of resource and action at the parameter of their name, else in the body. */
function givenRequest(aimed: Aimed, { action, resource, context }: Evaluation): Request {
  const { operation } = aimed
  const told = context?.['request']
  if (told !== undefined && !isRecord(told)) return malformed('`context.request` must be an object')
  let request: CallRequest = {}
  for (const part of parts) {
    const values = told?.[part]
    if (values === undefined) continue
    if (!isRecord(values)) return malformed(`\`context.request.${part}\` must be an object`)
    const typed = Object.entries(values).map(([name, value]) => [name, typedParameter(aimed, part, name, value)])
    request = { ...request, [part]: Object.fromEntries(typed) }
  }
  const bodyTold = told !== undefined && Object.hasOwn(told, 'body')
  if (bodyTold) request = { ...request, body: told['body'] }
  for (const [name, value] of Object.entries({ ...resource.properties, ...action.properties })) {
    const inBoth = Object.hasOwn(resource.properties ?? {}, name) && Object.hasOwn(action.properties ?? {}, name)
    if (inBoth && !isSame(resource.properties?.[name], value)) return malformed(`\`${name}\` comes twice`)
    const parameter = operation.shape.parameters.find((each) => each.name === name && each.in !== 'cookie')
    if (parameter !== undefined && parameter.in !== 'cookie') {
      const known = request[parameter.in]?.[name]
      const typed = typedParameter(aimed, parameter.in, name, value)
      if (known !== undefined && !isSame(known, typed)) return malformed(`\`${name}\` comes twice`)
      request = { ...request, [parameter.in]: { ...request[parameter.in], [name]: typed } }
    } else if (!bodyTold && operation.shape.body !== undefined) {
      const body = isRecord(request.body) ? request.body : {}
      request = { ...request, body: { ...body, [name]: value } }
    }
  }
  return { ok: true, request }
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right)
}

/** Text as the value the description declares. */
function typedParameter(
  { charter, operation }: Aimed,
  part: (typeof parts)[number],
  name: string,
  value: unknown,
): unknown {
  const wanted = name.toLowerCase()
  const parameter = operation.shape.parameters.find(
    (each) => each.in === part && (part === 'header' ? each.name.toLowerCase() === wanted : each.name === name),
  )
  const description = charter.sources.get(operation.shape.source)?.description
  if (parameter === undefined || description === undefined || typeof value !== 'string') return value
  return typedOf(description, parameter.schema)(value)
}

/** A method and a path, as gateways see them. */
function routed(charter: Charter, routes: Routes, evaluation: Evaluation, principal: Principal): Mapped {
  const { action, resource, context } = evaluation
  const { path, uri } = resource.properties ?? {}
  const text = [path, uri, resource.id].find((each) => typeof each === 'string' && each.includes('/'))
  if (typeof text !== 'string') return unknown('a method needs a path')
  try {
    const url = text.startsWith('/') ? undefined : URL.parse(text)
    const target = readTarget(url === undefined || url === null ? text : `${url.pathname}${url.search}`)
    const found = routes.find(action.name.toUpperCase(), target.path)
    const operation = charter.operations.get(found?.route.shape.id ?? '')
    if (found === undefined || operation === undefined) return unknown('no description has this method and path')
    const given = givenRequest(
      { charter, operation },
      { ...evaluation, action: { name: action.name }, resource: { type: '', id: '' } },
    )
    if (!given.ok) return given
    const { route, parameters } = found
    if (context?.['request'] !== undefined && (given.request.path ?? given.request.query) !== undefined)
      return malformed('path and query come with the resource')
    const request: CallRequest = {
      ...given.request,
      path: route.arguments.path(parameters),
      query: route.arguments.query(target.query),
    }
    return { ok: true, incoming: { operation: operation.id, principal, request } }
  } catch (error) {
    if (error instanceof Refused) return malformed(error.message)
    throw error
  }
}

function unknown(why: string): Extract<Mapped, { ok: false }> {
  return { ok: false, code: 'unknown', why }
}

function malformed(why: string): Extract<Mapped, { ok: false }> {
  return { ok: false, code: 'malformed', why }
}
