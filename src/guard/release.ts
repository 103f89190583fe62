/** What of an answer may go back to the caller: fields taken out, list items left out. */
import type { Call, Charter, Choice, ObjectFact, ObjectType, Use } from '../charter/charter.ts'
import { readObject, textOf } from '../charter/object-fact.ts'
import { getPointer, type Pointer, removePointer, setPointer } from '../charter/pointer.ts'
import { compileChoices } from '../constraint/choice.ts'
import { makeContext } from '../constraint/context.ts'
import type { Obligation } from '../constraint/kind.ts'
import { makeScopePlan } from '../constraint/scope.ts'
import { evaluateUse } from '../decide/decide.ts'
import type { Objects } from './gather.ts'

/** The call an answer belongs to. */
export interface Answered {
  readonly charter: Charter
  readonly call: Call
  readonly objects: Objects
  /** What is known of the items of its lists beside what they say themselves. */
  readonly items?: Items
  /** Takes classes of data out of an answer. Without it nothing may be shown where some must be taken out. */
  readonly withhold?: (body: unknown, owed: Extract<Obligation, { kind: 'withhold' }>) => unknown
}

/** By type and key, as `itemName` writes them. */
export type Items = ReadonlyMap<string, { readonly fact: ObjectFact; readonly parent?: ObjectFact | undefined }>

export function itemName(type: ObjectType, item: unknown): string {
  return `${type.name}/${textOf(getPointer(item, type.key)) ?? ''}`
}

/**
 * Carries out obligations on a parsed answer. Pure.
 *
 * @returns the answer as the caller may see it; `blocked` when a list is not where it should be or stands in the place of an object, so that nothing may be shown.
 */
export function carryOut(
  answered: Answered,
  obligations: readonly Obligation[],
  body: unknown,
): { readonly body: unknown } | { readonly blocked: string } {
  let shown = body
  for (const obligation of obligations) {
    // That was done before the call was sent.
    if (obligation.kind === 'cover') continue
    if (obligation.kind === 'withhold') {
      if (answered.withhold === undefined)
        return { blocked: 'nobody knows what of the answer is of a class the run may not receive' }
      shown = answered.withhold(shown, obligation)
    } else if (obligation.kind === 'filter') {
      const items = getPointer(shown, obligation.items)
      if (items === undefined || items === null) continue
      if (!Array.isArray(items)) return { blocked: `the answer has no list at the place the charter names` }
      const type = answered.charter.objects.get(obligation.object)
      if (type === undefined) return { blocked: `the type \`${obligation.object}\` is not declared` }
      shown = replaceAt(
        shown,
        obligation.items,
        items.filter((item: unknown) => mayShow(answered, type, item)),
      )
    } else if (obligation.items === undefined) {
      if (Array.isArray(shown) && !/^\d+$/.test(obligation.pointer[0] ?? ''))
        return { blocked: 'the answer is a list, and part of an object must not be shown' }
      shown = removePointer(shown, obligation.pointer)
    } else {
      const items = getPointer(shown, obligation.items)
      if (!Array.isArray(items)) continue
      const type = answered.charter.objects.get(obligation.object)
      const kept = items.map((item: unknown) =>
        type !== undefined && maySee(answered, type, obligation.field, item)
          ? item
          : removePointer(item, obligation.pointer),
      )
      shown = replaceAt(shown, obligation.items, kept)
    }
  }
  return { body: shown }
}

function itemFact({ call, objects, items }: Answered, type: ObjectType, item: unknown): ObjectFact {
  const parent = objects['parent'] ?? undefined
  return (
    items?.get(itemName(type, item))?.fact ??
    readObject(type, item, { now: call.at, ...(parent === undefined ? {} : { parent }) })
  )
}

/** The objects of the call as its item alone would have them. */
function around({ objects, items }: Answered, type: ObjectType, item: unknown, fact: ObjectFact): Objects {
  const parent = items?.get(itemName(type, item))?.parent
  return { ...objects, ...(parent === undefined ? {} : { parent }), object: fact }
}

/**
 * Whether the caller may read an item one by one, or is named as somebody who may see it in lists. Items that nothing reads one by one, and
 * of which nobody is named, are for whoever may list them, within their tenant.
 */
function mayShow(answered: Answered, type: ObjectType, item: unknown): boolean {
  const { charter, call } = answered
  const fact = itemFact(answered, type, item)
  const objects = around(answered, type, item, fact)
  const read = charter.operations.get(type.read ?? '')
  for (const use of charter.operations.get(call.operation)?.uses ?? []) {
    const named = use.constraints.flatMap((each) =>
      each.kind === 'items' && each.object === type.name && each.choices !== undefined ? [each.choices] : [],
    )
    const listers = use.constraints.flatMap((each) =>
      each.kind === 'by' && each.slot === 'object' ? [each.choices] : [],
    )
    const seeing = named.length > 0 || read !== undefined ? named : listers
    if (seeing.some((choices) => isEntitled(answered, type, use, choices, objects))) return true
  }
  if (read === undefined) return false
  const reading: Call = { ...call, operation: read.id }
  const key = textOf(getPointer(item, type.key))
  return read.uses.some((use) => {
    if (use.object?.type !== type.name || key === undefined) return false
    const facts = noFactsBut(objects)
    // Only what is about whose it is: the request of the list is not the request of the read.
    return evaluateUse(charter, use, facts, reading).every((reason) => !aboutTheItem.has(reason.kind))
  })
}

const aboutTheItem: ReadonlySet<string> = new Set(['by', 'from', 'there', 'separation', 'when'])

function isEntitled(
  { charter, call }: Answered,
  type: ObjectType,
  use: Use,
  choices: readonly Choice[],
  objects: Objects,
): boolean {
  const reader = asReader(use, type)
  const entitled = compileChoices(choices, { charter, use: reader, plan: makeScopePlan(charter, use) }, 'object')
  return entitled(makeContext(reader, noFactsBut(objects), call), call.principal) === 'yes'
}

function maySee(answered: Answered, type: ObjectType, field: string, item: unknown): boolean {
  const objects = around(answered, type, item, itemFact(answered, type, item))
  const uses = answered.charter.operations.get(answered.call.operation)?.uses ?? []
  return uses.some((use) =>
    use.constraints.some(
      (constraint) =>
        constraint.kind === 'seen-by' &&
        constraint.object === type.name &&
        constraint.field.name === field &&
        isEntitled(answered, type, use, constraint.choices, objects),
    ),
  )
}

/** The use as if it acted on one item, so that `owner` and its like mean the item's. */
function asReader<T extends { readonly object?: unknown; readonly creates: boolean }>(use: T, type: ObjectType): T {
  return {
    ...use,
    creates: false,
    to: [],
    object: { type: type.name, key: { from: 'response', in: 'body', pointer: type.key } },
  }
}

function noFactsBut(objects: Objects): {
  objects: Objects
  counters: Record<string, never>
  history: Record<string, never>
  grants: Record<string, never>
} {
  return { objects, counters: {}, history: {}, grants: {} }
}

function replaceAt(value: unknown, pointer: Pointer, replacement: unknown): unknown {
  return pointer.length === 0 ? replacement : setPointer(value, pointer, replacement)
}
