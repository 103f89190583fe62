import { bare } from '../charter/bare.ts'
import type { ApiDescription, OperationShape } from '../charter/source/description.ts'
import { makeExample } from '../charter/source/example.ts'
import { isObject } from '../charter/source/plain.ts'
import { propertiesOf } from '../charter/source/schema.ts'
import type { Exchange, HttpRequest } from '../prove/transport/exchange.ts'
import { printLosslessJson } from '../wire/lossless-json.ts'
import { saidValue } from './claim.ts'
import type { Answer, Evidence, Person } from './evidence.ts'
import { findMembership } from './member.ts'
import { findResources, type Resource, resourceNamed } from './resource.ts'
import { withSelf } from './self.ts'
import { type Sighting, sightingsOf } from './sighting.ts'
import { referredBy } from './words.ts'

/** Somebody a probe can ask as; `send` adds their credentials. */
export interface Prober extends Person {
  readonly send: (request: HttpRequest) => Promise<Exchange>
}

/** What a probe may do, and where. */
export interface ProbeInput {
  readonly description: ApiDescription
  /** The address of the running API. */
  readonly server: string
  readonly people: readonly Prober[]
  /** Sends without credentials. */
  readonly anonymous: (request: HttpRequest) => Promise<Exchange>
  /** `create` also calls the operations that create things, once for everybody, with made-up arguments. */
  readonly writes: 'none' | 'create'
  readonly random: () => number
  /** A text never given before. */
  readonly fresh: () => string
}

/** So many things of a type are looked at by everybody. */
const sampled = 4

/**
 * Looks at a running API as several people and as nobody: every list, and a few things of each type by their keys.
 *
 * Only GET requests are sent, unless writes are allowed; those create and never change or delete. What is not answered is left
 * out. Host scope, pace and budgets are the sender's.
 */
export async function probe(input: ProbeInput): Promise<Evidence> {
  const run: Run = { input, answers: [], keys: new Map() }
  const resources = withSelf(input.description, findResources(input.description))
  const outerFirst = resources.toSorted((left, right) => depth(left.itemPath) - depth(right.itemPath))
  for (const resource of outerFirst) {
    if (input.writes === 'create' && resource.create !== undefined) await createOnes(run, resource, resources)
    if (resource.list !== undefined) await askAll(run, resource.list)
    note(run, resource)
    if (resource.read !== undefined) await askAll(run, resource.read)
  }
  const asked = new Set(run.answers.map(({ operation }) => operation))
  for (const shape of input.description.operations)
    if (shape.method === 'GET' && !asked.has(shape.id)) await askAll(run, shape)
  const people = input.people.map(({ name, actors, id, tenant }) => ({ name, actors, id, tenant }))
  return { people, answers: run.answers }
}

interface Run {
  readonly input: ProbeInput
  readonly answers: Answer[]
  /** Values known for each path parameter. */
  readonly keys: Map<string, readonly string[]>
}

const depth = (path: string): number => path.split('/').length

/** Remembers keys for the path parameter of a resource: some that each person sees, so that others can try them. */
function note(run: Run, resource: Resource): void {
  const { description, people } = run.input
  const key = saidValue(findMembership(description, resource).key)
  const sightings = sightingsOf(description, { people, answers: run.answers }, { resource, key })
  const perPerson = [...people.map(({ name }) => name), undefined].map((name) =>
    sightings.filter(({ as }) => as === name),
  )
  run.keys.set(
    resource.parameter,
    [...new Set(mixed(perPerson).map((each) => each.key))].slice(0, Math.max(sampled, people.length)),
  )
}

/** One of each in turn, so that a small sample has something of everybody. */
function mixed(lists: readonly (readonly Sighting[])[]): Sighting[] {
  const longest = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat()
}

/** Asks one operation as everybody and as nobody, for every known combination of path parameters. */
async function askAll(run: Run, shape: OperationShape): Promise<void> {
  for (const path of pathsFor(run, shape)) {
    for (const person of [...run.input.people, undefined]) await ask(run, { shape, path, person })
  }
}

/** Nothing for an operation with a parameter that nothing is known for, or with a query that must be given. */
function pathsFor(run: Run, shape: OperationShape): Record<string, string>[] {
  if (shape.parameters.some(({ in: place, required }) => required && place !== 'path')) return []
  const names = (shape.path.match(/\{[^{}]+\}/g) ?? []).map((each) => each.slice(1, -1))
  const combined = names.reduce<Record<string, string>[]>(
    (paths, name) => paths.flatMap((path) => (run.keys.get(name) ?? []).map((value) => ({ ...path, [name]: value }))),
    [{}],
  )
  return combined.slice(0, sampled * 2)
}

interface Question {
  readonly shape: OperationShape
  readonly path: Readonly<Record<string, string>>
  readonly person: Prober | undefined
  readonly body?: unknown
}

async function ask(run: Run, { shape, path, person, body }: Question): Promise<void> {
  const send = person?.send ?? run.input.anonymous
  const filled = shape.path.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''))
  const url = `${addressOf(run.input.server, shape)}${filled}`
  const request: HttpRequest =
    body === undefined
      ? { method: shape.method, url, headers: { accept: 'application/json' } }
      : {
          method: shape.method,
          url,
          headers: { accept: 'application/json', 'content-type': 'application/json' },
          body: printLosslessJson(body),
        }
  const { response } = await send(request)
  if (response === undefined) return
  const { status, json } = response
  run.answers.push({
    operation: shape.id,
    path,
    status,
    body: json,
    ...(person === undefined ? {} : { as: person.name }),
  })
}

/** A server address that already ends in the description's base path is not given it twice. */
function addressOf(server: string, { basePath }: OperationShape): string {
  const base = server.replace(/\/+$/, '')
  return basePath === '' || base.endsWith(basePath) ? base : `${base}${basePath}`
}

async function createOnes(run: Run, resource: Resource, resources: readonly Resource[]): Promise<void> {
  const shape = resource.create
  if (shape?.body === undefined || !shape.body.mediaType.includes('json')) return
  const [path] = pathsFor(run, shape)
  if (path === undefined) return
  for (const person of run.input.people)
    await ask(run, { shape, path, person, body: bodyFor(run, { shape, person, resources }) })
}

/** A made-up body in which references name something the person can see. */
function bodyFor(
  run: Run,
  { shape, person, resources }: { shape: OperationShape; person: Prober; resources: readonly Resource[] },
): unknown {
  const { description, random, fresh } = run.input
  const schema = shape.body?.schema ?? {}
  const made = makeExample(description, schema, { random, fresh, direction: 'request' })
  if (!isObject(made)) return made
  const filled = Object.keys(propertiesOf(description, schema)).flatMap((member) => {
    const target = resourceNamed((referredBy(member) ?? []).map(bare), resources)
    if (target === undefined || referredBy(member) === undefined || !(member in made)) return []
    const key = saidValue(findMembership(description, target).key)
    const own = sightingsOf(description, { people: [], answers: run.answers }, { resource: target, key }).find(
      ({ as }) => as === person.name,
    )
    return own === undefined ? [] : [[member, own.value[key.slice(1)]] as const]
  })
  return { ...made, ...Object.fromEntries(filled) }
}
