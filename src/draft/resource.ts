import { bare } from '../charter/bare.ts'
import type { ApiDescription, OperationShape, Schema } from '../charter/source/description.ts'
import { itemSchema, propertiesOf, resolveSchema } from '../charter/source/schema.ts'
import { answeredThing, answerSchema, type Representation } from './representation.ts'
import { kebabSingular, referredBy, wordsOf } from './words.ts'

/** A type of object as the paths of an API show it: a collection, the things in it, and what is done to one of them. */
export interface Resource {
  readonly name: string
  /** The template of one thing, as `/orders/{orderId}`; the collection is everything before the last segment. */
  readonly itemPath: string
  /** The path parameter that holds the key. */
  readonly parameter: string
  readonly parent: Resource | undefined
  readonly read: OperationShape | undefined
  readonly list: OperationShape | undefined
  readonly create: OperationShape | undefined
  readonly updates: readonly OperationShape[]
  readonly remove: OperationShape | undefined
  /** Writing operations below one thing that belong to no resource of their own. */
  readonly actions: readonly OperationShape[]
  readonly representation: Representation
}

const isParameter = (segment: string | undefined): boolean => /^\{[^{}]+\}$/.test(segment ?? '')
const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '')
const templateOf = (path: string): string =>
  `/${segmentsOf(path)
    .map((each) => (isParameter(each) ? '{}' : each))
    .join('/')}`

/** Finds the resources of an API in the order of its paths, outer ones before those inside them. */
export function findResources(description: ApiDescription): Resource[] {
  const byItem = new Map<string, OperationShape[]>()
  for (const shape of description.operations) {
    const segments = segmentsOf(shape.path)
    if (!isParameter(segments.at(-1)) || isParameter(segments.at(-2)) || segments.length < 2) continue
    const item = templateOf(shape.path)
    byItem.set(item, [...(byItem.get(item) ?? []), shape])
  }
  addUnread(description, byItem)
  dropParts(description, byItem)
  const found: Resource[] = []
  const items = [...byItem].sort(([left], [right]) => segmentsOf(left).length - segmentsOf(right).length)
  for (const [template, shapes] of items) {
    const resource = resourceAt(description, { template, shapes, known: found, items: new Set(byItem.keys()) })
    if (resource !== undefined) found.push(resource)
  }
  const order = new Map(description.operations.map((shape, index) => [shape.id, index]))
  const place = ({ list, create, read, actions }: Resource): number =>
    Math.min(...[list, create, read, actions[0]].map((shape) => order.get(shape?.id ?? '') ?? Number.POSITIVE_INFINITY))
  return withCreators(found).sort((left, right) => place(left) - place(right))
}

/** `PUT /carts/{cartId}/items/{productId}` that answers with the cart changes the cart; there is nothing else to look at. */
function dropParts(description: ApiDescription, byItem: Map<string, OperationShape[]>): void {
  for (const [template, shapes] of byItem) {
    const outer = [...byItem.keys()].filter((each) => template.startsWith(`${each}/`)).at(-1)
    const collection = template.replace(/\/\{\}$/, '')
    const looks = description.operations.some(
      (shape) => shape.method === 'GET' && [template, collection].includes(templateOf(shape.path)),
    )
    if (outer === undefined || looks) continue
    const whole = memberNames(
      description,
      byItem.get(outer)?.find((shape) => shape.method === 'GET'),
    )
    if (shapes.some((shape) => whole !== '' && memberNames(description, shape) === whole)) byItem.delete(template)
  }
}

function memberNames(description: ApiDescription, shape: OperationShape | undefined): string {
  return Object.keys(propertiesOf(description, answerSchema(shape) ?? {}))
    .sort()
    .join()
}

/** Things nobody can look at by themselves, but act on: `/refunds/{refundId}/approve` without `/refunds/{refundId}`. */
function addUnread(description: ApiDescription, byItem: Map<string, OperationShape[]>): void {
  for (const shape of description.operations) {
    const segments = segmentsOf(shape.path)
    const at = segments.length - 2
    if (shape.method === 'GET' || at < 1 || !isParameter(segments[at]) || isParameter(segments[at + 1])) continue
    const item = `/${segments.slice(0, at + 1).join('/')}`
    const template = templateOf(item)
    if (isParameter(segments[at - 1]) || byItem.has(template)) continue
    byItem.set(template, [])
  }
}

interface Finding {
  readonly template: string
  readonly shapes: readonly OperationShape[]
  readonly known: readonly Resource[]
  readonly items: ReadonlySet<string>
}

function resourceAt(description: ApiDescription, finding: Finding): Resource | undefined {
  const { template, shapes, known } = finding
  const below = description.operations.filter((shape) => templateOf(shape.path).startsWith(`${template}/`))
  const itemPath = shapes[0]?.path ?? cut(below[0]?.path ?? template, segmentsOf(template).length)
  const collection = segmentsOf(template).slice(0, -1)
  const atCollection = description.operations.filter((shape) => templateOf(shape.path) === `/${collection.join('/')}`)
  const method = (from: readonly OperationShape[], ...methods: string[]): OperationShape[] =>
    from.filter((shape) => methods.includes(shape.method))
  const [read] = method(shapes, 'GET')
  const list = method(atCollection, 'GET')[0] ?? undefined
  const parent = known.findLast((each) => template.startsWith(`${templateOf(each.itemPath)}/`))
  const create = method(atCollection, 'POST')[0]
  const written = [...method(shapes, 'PATCH', 'PUT', 'POST', 'DELETE'), ...(create === undefined ? [] : [create])]
  const last = wordsOf((segmentsOf(itemPath).at(-1) ?? '').slice(1, -1)).at(-1) ?? ''
  const untouched = written.length === 0 && below.every((shape) => shape.method === 'GET') && list === undefined
  // What is looked up by a name and never written, such as a country by its code, is no object with a life.
  if (untouched && !/^(?:id|uuid)$/.test(last)) return undefined
  return {
    name: nameFor(itemPath, parent, known),
    itemPath,
    parameter: (segmentsOf(itemPath).at(-1) ?? '').slice(1, -1),
    parent,
    read,
    list,
    create,
    updates: method(shapes, 'PATCH', 'PUT', 'POST'),
    remove: method(shapes, 'DELETE')[0],
    actions: actionsBelow(below, finding),
    representation: representationOf(
      description,
      [read, create, ...method(shapes, 'PATCH', 'PUT'), ...actionsBelow(below, finding)],
      list,
    ),
  }
}

function cut(path: string, length: number): string {
  return `/${segmentsOf(path).slice(0, length).join('/')}`
}

function nameFor(itemPath: string, parent: Resource | undefined, known: readonly Resource[]): string {
  const literal = segmentsOf(itemPath).findLast((segment) => !isParameter(segment)) ?? 'thing'
  const name = kebabSingular(literal)
  if (!known.some((each) => each.name === name)) return name
  const longer = parent === undefined ? `other-${name}` : `${parent.name}-${name}`
  return known.some((each) => each.name === longer) ? `${longer}-${known.length}` : longer
}

/** `POST /orders/{orderId}/refunds` creates a refund when refunds have a place of their own, `/refunds/{refundId}`. */
function withCreators(resources: readonly Resource[]): Resource[] {
  const makes = (maker: Resource, made: Resource): OperationShape | undefined =>
    maker === made || made.create !== undefined
      ? undefined
      : maker.actions.find(
          (shape) => shape.method === 'POST' && kebabSingular(segmentsOf(shape.path).at(-1) ?? '') === made.name,
        )
  const creators = new Map(
    resources.map((made) => [made, resources.map((maker) => makes(maker, made)).find((shape) => shape !== undefined)]),
  )
  const taken = new Set(creators.values())
  return resources.map((resource) => ({
    ...resource,
    create: resource.create ?? creators.get(resource),
    actions: resource.actions.filter((shape) => !taken.has(shape)),
  }))
}

/** Below one thing, but not on or in a collection that holds things of its own. */
function actionsBelow(below: readonly OperationShape[], { template, items }: Finding): OperationShape[] {
  const inner = [...items].filter((item) => item.startsWith(`${template}/`))
  return below.filter((shape) => {
    if (shape.method === 'GET' || shape.method === 'HEAD' || shape.method === 'OPTIONS') return false
    const own = templateOf(shape.path)
    return !inner.some((item) => own === item || own.startsWith(`${item}/`) || own === item.replace(/\/\{\}$/, ''))
  })
}

function representationOf(
  description: ApiDescription,
  shapes: readonly (OperationShape | undefined)[],
  list: OperationShape | undefined,
): Representation {
  for (const shape of shapes) {
    const thing = answeredThing(description, shape)
    if (thing !== undefined && (thing.at.length > 0 || Object.keys(thing.members).length > 1)) return thing
  }
  const items = list === undefined ? undefined : listPlace(description, list)
  return { at: [], members: items === undefined ? {} : propertiesOf(description, items.schema) }
}

/** Where the list stands in the answer of a listing operation, and what its items are; undefined when there is none. */
export function listPlace(
  description: ApiDescription,
  shape: OperationShape,
): { readonly at: readonly string[]; readonly schema: Schema } | undefined {
  const answer = answerSchema(shape)
  if (answer === undefined) return undefined
  const direct = itemSchema(description, answer)
  if (direct !== undefined) return { at: [], schema: direct }
  const members = Object.entries(propertiesOf(description, answer))
  const lists = members.flatMap(([name, member]) => {
    const types = [resolveSchema(description, member.schema)['type']].flat()
    const schema = types.includes('array') ? itemSchema(description, member.schema) : undefined
    return schema === undefined ? [] : [{ at: [name], schema }]
  })
  // Several lists beside each other are usually warnings, links or facets; the one of objects is meant.
  return lists.find(({ schema }) => Object.keys(propertiesOf(description, schema)).length > 0) ?? lists[0]
}

/** The resource a member or parameter is named after, as `fromAccountId` after `account`; the longest name wins. */
export function resourceNamed(words: readonly string[], resources: readonly Resource[]): Resource | undefined {
  const text = words.join('')
  return resources
    .filter(({ name }) => text === bare(name) || text.endsWith(bare(name)) || endsLike(words, name))
    .sort((left, right) => right.name.length - left.name.length)[0]
}

/** `order-item` may be called `item` where the order is clear. */
function endsLike(words: readonly string[], name: string): boolean {
  return words.length === 1 && wordsOf(name).length > 1 && wordsOf(name).at(-1) === words[0]
}

/** The member that holds the key of the parent; undefined when none does. */
export function parentMember({ parent, parameter, representation }: Resource): string | undefined {
  if (parent === undefined) return undefined
  return Object.keys(representation.members).find((name) => {
    if (bare(name) === 'id' || name === parameter) return false
    return bare((referredBy(name) ?? [name]).join('')) === bare(parent.name) || bare(name) === bare(parent.parameter)
  })
}

/** Where another path below the collection has the key: at the same place, perhaps under another name. */
export function keyInPath({ itemPath }: Resource, { path }: OperationShape): string | undefined {
  const segment = segmentsOf(path)[segmentsOf(itemPath).length - 1]
  return isParameter(segment) ? `$request.path.${segment?.slice(1, -1)}` : undefined
}
