import { bare } from '../charter/bare.ts'
import type { OperationShape } from '../charter/source/description.ts'
import { numberOf } from '../charter/source/plain.ts'
import { propertiesOf, resolveSchema } from '../charter/source/schema.ts'
import { guess, type Said, saidValue } from './claim.ts'
import { wordsLikeMoney } from './field.ts'
import type { Move } from './lifecycle.ts'
import { resourceNamed } from './resource.ts'
import type { Scene, Thing } from './scene.ts'
import { camel, referredBy } from './words.ts'

/** References, bounds and the idempotency key of a use, as the charter writes them. */
export interface DemandDraft {
  readonly refs?: Readonly<Record<string, unknown>>
  readonly when?: readonly unknown[]
  readonly limit?: unknown
  readonly idempotency?: string
}

/** Drafts what else is demanded of an operation than who and when. `byOwners`: those who use it own things. */
export function draftDemands(
  scene: Scene,
  question: { shape: OperationShape; thing?: Thing; move?: Move; byOwners: boolean },
): DemandDraft {
  const refs = refsOf(scene, question)
  const when = boundsOf(scene, question.shape)
  const limit = limitOf(question)
  const header = question.shape.parameters.find(
    (each) => each.in === 'header' && /^(?:x-)?idempoten(?:cy|t)/i.test(each.name),
  )
  return {
    ...(Object.keys(refs).length === 0 ? {} : { refs }),
    ...(when.length === 0 ? {} : { when }),
    ...(limit === undefined ? {} : { limit: limit(scene) }),
    ...(header === undefined ? {} : { idempotency: `$request.header.${header.name}` }),
  }
}

interface Place {
  readonly name: string
  readonly reference: string
  readonly required: boolean
}

function refsOf(
  scene: Scene,
  question: { shape: OperationShape; thing?: Thing; byOwners: boolean },
): Record<string, unknown> {
  const { shape, thing } = question
  const resources = scene.things.map((each) => each.resource)
  const found: Record<string, unknown> = {}
  const outer = (shape.path.match(/\{[^{}]+\}/g) ?? []).map((each) => each.slice(1, -1))
  for (const place of placesOf(scene, shape)) {
    if (outer.includes(place.name) && place.name === thing?.resource.parameter) continue
    const words =
      referredBy(place.name) ??
      (resources.some(({ name }) => bare(name) === bare(place.name)) ? [place.name] : undefined)
    const target = words === undefined ? undefined : resourceNamed(words.map(bare), resources)
    if (words === undefined || target === undefined || (target === thing?.resource && outer.includes(place.name)))
      continue
    const owner = scene.things.find(({ resource }) => resource === target)?.membership.owner
    const slot = camel(words.join('-'))
    const own =
      question.byOwners &&
      owner !== undefined &&
      !place.reference.startsWith('$request.header') &&
      !/^(?:to|recipient|payee|target|dest)/.test(words[0] ?? '')
    found[slot] = refOf({ slot, target: target.name, own, place })
  }
  return found
}

function refOf({ slot, target, own, place }: { slot: string; target: string; own: boolean; place: Place }): unknown {
  const because = `\`${place.name}\` is named after \`${target}\``
  if (!own && place.required && slot === target) return guess(place.reference, because)
  return {
    object: guess(target, because),
    key: place.reference,
    ...(own ? { by: guess('owner', 'who acts on their own things usually names their own') } : {}),
    ...(place.required ? {} : { optional: true }),
  }
}

function placesOf(scene: Scene, shape: OperationShape): Place[] {
  const parameters = shape.parameters
    .filter((each) => each.in === 'path' || (each.in === 'header' && referredBy(each.name) !== undefined))
    .map(({ name, in: place, required }) => ({ name, reference: `$request.${place}.${name}`, required }))
  const members =
    shape.body === undefined || shape.method === 'GET' ? {} : propertiesOf(scene.description, shape.body.schema)
  const body = Object.entries(members)
    .filter(([, { schema, readOnly }]) => !readOnly && isText(scene, schema))
    .map(([name, { required }]) => ({ name, reference: `$request.body#/${pointerToken(name)}`, required }))
  return [...parameters, ...body]
}

function isText(scene: Scene, schema: unknown): boolean {
  const types = [resolveSchema(scene.description, schema)['type']].flat().filter((type) => type !== undefined)
  return types.length === 0 || types.some((type) => type === 'string' || type === 'integer' || type === 'number')
}

const pointerToken = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** Bounds of amounts and counts that a body must have; the schema says them, so they are certain. */
function boundsOf(scene: Scene, shape: OperationShape): string[] {
  if (shape.body === undefined) return []
  const members = Object.entries(propertiesOf(scene.description, shape.body.schema))
  return members.flatMap(([name, { schema, required }]) => {
    if (!required || !/^[A-Za-z_]\w*$/.test(name) || !(wordsLikeMoney(name) || isCount(name))) return []
    const resolved = resolveSchema(scene.description, schema)
    const bounds = [
      ['>=', numberOf(resolved['minimum'])],
      ['>', numberOf(resolved['exclusiveMinimum'])],
      ['<=', numberOf(resolved['maximum'])],
      ['<', numberOf(resolved['exclusiveMaximum'])],
    ] as const
    return bounds.flatMap(([op, bound]) => (bound === undefined ? [] : [`request.${name} ${op} ${bound}`]))
  })
}

function isCount(name: string): boolean {
  return /^(?:quantity|qty|count|seats|guests|units|nights)$/i.test(name)
}

/** What is paid back in parts may not pass what was paid. */
function limitOf({
  shape,
  thing,
  move,
}: {
  shape: OperationShape
  thing?: Thing
  move?: Move
}): ((scene: Scene) => unknown) | undefined {
  if (!/^(?:refund|reverse|capture|return)$/.test(move?.verb ?? '') || thing === undefined || shape.body === undefined)
    return undefined
  const body = shape.body
  return (scene) => {
    const paid = Object.keys(propertiesOf(scene.description, body.schema)).find((name) => /^amount/i.test(name))
    const total = Object.keys(thing.resource.representation.members).find((name) =>
      /^(?:amount|total|totalAmount|price)$/i.test(name),
    )
    if (paid === undefined || total === undefined) return undefined
    return {
      sum: guess(`request.${paid}`, `all of them together are usually at most what was paid`),
      'at-most': `object.${total}`,
    }
  }
}

/** Who uses it are the owners of things, as far as `by` says. */
export function actsForOwners(by: Said<readonly string[]>, clients: readonly string[]): boolean {
  const names = saidValue(by)
  return names.includes('owner') || names.some((name) => clients.includes(name))
}
