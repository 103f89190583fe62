/** What only the answer of an earlier call showed of an object, and a rule needs: a code that was sent once, say. */
import type { Charter, Constraint, ObjectType } from '../charter/charter.ts'

const wordsOf = new WeakMap<ObjectType, ReadonlySet<string>>()

/** The representation with what is known from before where it does not say so itself. */
export function withLearnt(value: unknown, before: unknown): unknown {
  return isMap(value) && isMap(before) ? { ...before, ...value } : value
}

/** The members of a representation that some rule mentions: all that is worth keeping of an object that can be looked at. Pure. */
export function learntOf(charter: Charter, type: ObjectType, value: unknown): unknown {
  if (!isMap(value)) return {}
  const words = wordsOf.get(type) ?? findWords(charter, type)
  wordsOf.set(type, words)
  return Object.fromEntries(Object.entries(value).filter(([name]) => words.has(name)))
}

function findWords(charter: Charter, type: ObjectType): ReadonlySet<string> {
  const uses = [...charter.operations.values()].flatMap((operation) => operation.uses)
  const about = uses.filter((use) => use.object?.type === type.name || use.refs.some((ref) => ref.object === type.name))
  const sources = about.flatMap((use) => use.constraints.flatMap((constraint) => sourcesOf(charter, constraint)))
  return new Set(sources.flatMap((source) => source.match(/[A-Za-z_]\w*/g) ?? []))
}

function sourcesOf(charter: Charter, constraint: Constraint): readonly string[] {
  if (constraint.kind === 'when') return [constraint.rule.source]
  if (constraint.kind === 'limit') return [constraint.atMost.source, constraint.sum?.source ?? '']
  if (constraint.kind === 'approval') return [charter.approvals.get(constraint.approval)?.neededWhen?.source ?? '']
  return []
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
