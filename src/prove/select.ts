/** Which operations a change of charter or descriptions touches, so that only those are proven again. Pure. */
import type { Charter, Choice, Constraint, Operation, OperationId, Use } from '../charter/charter.ts'
import { findReferences, lookUpReference } from '../charter/source/reference.ts'

/**
 * Operations of the new charter that are not in the old one, or whose shape, uses, demands, objects, actors or approvals differ.
 *
 * Positions, file names and order in the file make no difference. Operations that only lead up to a changed one are not among them.
 */
export function changedOperations(old: Charter, now: Charter): Set<OperationId> {
  const changed = [...now.operations.values()].filter((operation) => {
    const before = old.operations.get(operation.id)
    return before === undefined || printed(old, before) !== printed(now, operation)
  })
  return new Set(changed.map(({ id }) => id))
}

/** Everything that the proofs of an operation depend on, as text. */
function printed(charter: Charter, operation: Operation): string {
  const { shape, uses, ...rest } = operation
  const { source, security: _security, description: _description, summary: _summary, tags: _tags, ...wire } = shape
  const constraints = uses.flatMap((use) => use.constraints)
  return text({
    rest,
    wire,
    schemas: schemasOf(charter, operation),
    refusedWhen: charter.sources.get(source)?.refusedWhen,
    uses,
    objects: namesOfObjects(uses, constraints).map((name) => objectOf(charter, name)),
    approvals: constraints.flatMap((each) => (each.kind === 'approval' ? [charter.approvals.get(each.approval)] : [])),
    actors: actorsIn(charter, constraints).map((name) => charter.actors.get(name)),
  })
}

function namesOfObjects(uses: readonly Use[], constraints: readonly Constraint[]): string[] {
  const named = [
    ...uses.flatMap((use) => [use.object?.type, ...use.refs.map((ref) => ref.object)]),
    ...constraints.flatMap((each) => ('object' in each ? [each.object] : [])),
  ]
  return [...new Set(named.filter((name) => name !== undefined))].sort()
}

/** An object without its transitions: those of other operations are no part of this one. */
function objectOf(charter: Charter, name: string): unknown {
  const found = charter.objects.get(name)
  if (found === undefined) return undefined
  const { transitions: _transitions, ...rest } = found
  return rest
}

function actorsIn(charter: Charter, constraints: readonly Constraint[]): string[] {
  const choices = constraints.flatMap((each): readonly Choice[] => {
    if (each.kind === 'approval') return charter.approvals.get(each.approval)?.choices ?? []
    return 'choices' in each ? each.choices : []
  })
  return [...new Set(choices.flatMap(({ actor }) => actor ?? []))].sort()
}

/** Every part of the description that the shape refers to, directly or not. */
function schemasOf(charter: Charter, { shape }: Operation): Readonly<Record<string, unknown>> {
  const document = charter.sources.get(shape.source)?.description.document
  const found: Record<string, unknown> = {}
  const pending: unknown[] = [shape.parameters, shape.body, shape.responses]
  for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
    for (const { holder } of findReferences(each)) {
      if (holder.$ref in found) continue
      const value = lookUpReference(document, holder.$ref)
      found[holder.$ref] = value ?? null
      if (value !== undefined) pending.push(value)
    }
  }
  return found
}

/** JSON with sorted members: positions left out, expressions as their source, maps as lists. */
function text(value: unknown): string {
  return JSON.stringify(value, (name, each: unknown) => {
    if (name === 'position' || typeof each === 'function') return undefined
    if (each instanceof Map) return [...each.entries()].map(([key, member]: [unknown, unknown]) => [key, member])
    if (each instanceof Set) return [...each]
    if (typeof each !== 'object' || each === null || Array.isArray(each))
      return typeof each === 'bigint' ? `${each}n` : each
    if ('source' in each && 'ast' in each) return each.source
    return Object.fromEntries(Object.entries(each).toSorted(([left], [right]) => (left < right ? -1 : 1)))
  })
}
