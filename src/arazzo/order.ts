import type { ApiDescription, OperationShape } from '../charter/source/description.ts'
import { isObject, listOf, objectOf, textOf } from '../charter/source/plain.ts'
import { guess } from '../draft/claim.ts'
import { findResources, type Resource } from '../draft/resource.ts'
import { camel, referredBy } from '../draft/words.ts'
import type { ArazzoDocument } from './schema.ts'

/** A journey as it was imported. */
type Imported = Readonly<Record<string, unknown>>

interface Step {
  readonly id: string
  readonly operation: string
  readonly written: Imported
}

/** Drafts what journeys say of operations: who went before whom, which answer fed which argument, and arguments that work. */
export function draftFromJourneys(
  document: ArazzoDocument,
  journeys: Readonly<Record<string, Imported>>,
  descriptions: ReadonlyMap<string, ApiDescription>,
): Record<string, unknown> {
  const resources = [...descriptions.values()].flatMap(findResources)
  const shapes = new Map(
    [...descriptions.values()].flatMap(({ operations }) => operations.map((shape) => [shape.id, shape] as const)),
  )
  const operations: Record<string, Record<string, unknown>> = {}
  const objects: Record<string, unknown> = {}
  for (const [name, journey] of Object.entries(journeys)) {
    const steps = stepsOf(journey)
    for (const step of steps) {
      const before = operations[step.operation] ?? { by: guess('signed-in', 'journeys do not say who') }
      const refs = refsOf(step, { steps, resources, shape: shapes.get(step.operation), name })
      for (const { resource } of refs) objects[resource.name] ??= objectOfResource(resource)
      const example = before['example'] ?? exampleOf(step, journey)
      operations[step.operation] = {
        ...before,
        ...(refs.length === 0
          ? {}
          : {
              refs: { ...objectOf(before['refs']), ...Object.fromEntries(refs.map(({ slot, said }) => [slot, said])) },
            }),
        ...(example === undefined ? {} : { example }),
      }
    }
  }
  const rules = orderRules(document, journeys, shapes)
  return {
    ...(Object.keys(objects).length === 0 ? {} : { objects }),
    ...(Object.keys(operations).length === 0 ? {} : { operations }),
    ...(rules.length === 0 ? {} : { rules }),
  }
}

function stepsOf(journey: Imported): Step[] {
  return listOf(journey['steps']).flatMap((each) => {
    const written = objectOf(each)
    const operation = textOf(written['operation'])
    return operation === undefined ? [] : [{ id: String(written['id']), operation, written }]
  })
}

function objectOfResource({ read, list }: Resource): Record<string, unknown> {
  return { ...(read === undefined ? {} : { read: read.id }), ...(list === undefined ? {} : { list: list.id }) }
}

/** The steps whose outputs a value reads. */
function feeders(value: unknown): { step: string; output: string }[] {
  const text = JSON.stringify(value ?? null)
  return [...text.matchAll(/\$steps\.([A-Za-z0-9_-]+)\.outputs\.([A-Za-z0-9_-]+)/g)].map(
    ([, step = '', output = '']) => ({ step, output }),
  )
}

interface Surroundings {
  readonly steps: readonly Step[]
  readonly resources: readonly Resource[]
  readonly shape: OperationShape | undefined
  readonly name: string
}

/** Arguments fed by the answer that created or showed an object refer to that object. */
function refsOf(
  step: Step,
  { steps, resources, shape, name }: Surroundings,
): { slot: string; resource: Resource; said: unknown }[] {
  const own = resources.find(
    (each) =>
      shape !== undefined &&
      [each.read, each.remove, ...each.updates, ...each.actions].some((one) => one?.id === shape.id),
  )
  return argumentsOf(step).flatMap(({ place, reference, value }) => {
    const [feeder] = feeders(value)
    const source = steps.find((each) => each.id === feeder?.step)
    const resource = resources.find((each) =>
      [each.create, each.read].some((one) => one !== undefined && one.id === source?.operation),
    )
    if (feeder === undefined || source === undefined || resource === undefined) return []
    if (resource === own && reference === `$request.path.${own.parameter}`) return []
    const slot = camel((referredBy(place) ?? [place]).join('-'))
    return [
      {
        slot,
        resource,
        said: { object: guess(resource.name, `\`${source.id}\` of \`${name}\` gives it`), key: reference },
      },
    ]
  })
}

function argumentsOf({ written }: Step): { place: string; reference: string; value: unknown }[] {
  const parameters = listOf(written['parameters']).flatMap((each) => {
    const { name, in: place, value } = objectOf(each)
    if (typeof name !== 'string' || !/^(?:path|query|header)$/.test(String(place))) return []
    return [{ place: name, reference: `$request.${String(place)}.${name}`, value }]
  })
  const payload = objectOf(objectOf(written['body'])['payload'])
  const members = Object.entries(payload)
    .filter(([, value]) => typeof value === 'string')
    .map(([name, value]) => ({ place: name, reference: `$request.body#/${name}`, value }))
  return [...parameters, ...members]
}

/** Arguments that are written out, or inputs that have a default. */
function exampleOf(step: Step, journey: Imported): unknown {
  const inputs = objectOf(objectOf(journey['inputs'])['properties'])
  const fixed = (value: unknown): unknown => {
    const name = typeof value === 'string' ? /^\$inputs\.([A-Za-z0-9_-]+)$/.exec(value)?.[1] : undefined
    if (name !== undefined) return objectOf(inputs[name])['default']
    return JSON.stringify(value ?? null).includes('$') ? undefined : value
  }
  const found: Record<string, Record<string, unknown>> = {}
  for (const each of listOf(step.written['parameters'])) {
    const { name, in: place, value } = objectOf(each)
    const text = fixed(value)
    if (text === undefined || typeof name !== 'string' || !/^(?:path|query|header)$/.test(String(place))) continue
    found[String(place)] = { ...found[String(place)], [name]: text }
  }
  const payload = objectOf(step.written['body'])['payload']
  const members = isObject(payload)
    ? Object.entries(payload).flatMap(([name, value]) =>
        fixed(value) === undefined ? [] : [[name, fixed(value)] as const],
      )
    : []
  if (members.length > 0) found['body'] = Object.fromEntries(members)
  return Object.keys(found).length === 0 ? undefined : found
}

/** `precedence` for steps fed by or depending on others, and for writing steps that follow each other. */
function orderRules(
  document: ArazzoDocument,
  journeys: Readonly<Record<string, Imported>>,
  shapes: ReadonlyMap<string, OperationShape>,
): unknown[] {
  const needs = new Map<string, Set<string>>()
  const rules: unknown[] = []
  const add = (first: string, second: string, because: string): void => {
    if (first === second || needs.get(second)?.has(first) === true || leadsTo(needs, first, second)) return
    needs.set(second, (needs.get(second) ?? new Set()).add(first))
    rules.push({ precedence: guess([first, second], because), per: 'principal' })
  }
  for (const { workflowId } of document.workflows) {
    const steps = stepsOf(journeys[workflowId] ?? {})
    for (const [index, step] of steps.entries()) {
      for (const { step: id, output } of feeders([step.written['parameters'], step.written['body']])) {
        const source = steps.find((each) => each.id === id)
        if (source !== undefined) add(source.operation, step.operation, `\`${workflowId}\` takes \`${output}\` from it`)
      }
      for (const id of listOf(step.written['depends-on'])) {
        const source = steps.find((each) => each.id === id)
        if (source !== undefined)
          add(source.operation, step.operation, `\`${workflowId}\` says one depends on the other`)
      }
      const previous = steps[index - 1]
      const writes = (each: Step | undefined): boolean =>
        each !== undefined && shapes.get(each.operation)?.method !== 'GET'
      if (previous !== undefined && writes(previous) && writes(step))
        add(previous.operation, step.operation, `\`${workflowId}\` takes these steps in this order`)
    }
  }
  return rules
}

/** Whether `from` already needs `to`, directly or not: a rule the other way round could never be kept. */
function leadsTo(needs: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const seen = new Set<string>()
  const pending = [from]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next === to) return true
    if (seen.has(next)) continue
    seen.add(next)
    pending.push(...(needs.get(next) ?? []))
  }
  return false
}
