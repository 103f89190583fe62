/** Names by which rules speak of calls: an operation, or one move of an object by whichever operation. */
import type { Charter, OperationId, Use, UseId } from './charter.ts'

type Named = Pick<Use, 'id' | 'operation'>

/** The move of a use, without the operation that makes it: `order.pay` of `order.pay@shop.payByCard`. */
export function moveOf(id: UseId): string {
  return id.split('@', 1)[0] ?? id
}

/** Whether a name is that of a use's operation or of its move. */
export function isNamed(name: string | undefined, use: Named): boolean {
  return name === use.operation || name === moveOf(use.id)
}

/** The name under which a rule knows a use, its move before its operation; undefined where it knows neither. */
export function nameAmong(names: readonly string[], use: Named): string | undefined {
  return names.find((name) => name === moveOf(use.id)) ?? names.find((name) => name === use.operation)
}

/** All uses that a name speaks of. */
export function usesNamed(charter: Charter, name: string): readonly Use[] {
  const { operations } = charter
  return (
    operations.get(name)?.uses ??
    [...operations.values()].flatMap(({ uses }) => uses.filter((use) => isNamed(name, use)))
  )
}

/** The operations of what is named. */
export function operationsNamed(charter: Charter, names: readonly string[]): readonly OperationId[] {
  return names.flatMap((name) => {
    const uses = usesNamed(charter, name)
    return uses.length === 0 ? [name] : [...new Set(uses.map((use) => use.operation))]
  })
}
