/** Variations of a call: other callers, other states, values on each side of every bound, repeated, and without its history. */

import type { RawPrincipal } from '../../case/case-schema.ts'
import type { Node } from '../../cel/ast.ts'
import type { Charter, Constraint } from '../../charter/charter.ts'
import { getPointer, setPointer } from '../../charter/pointer.ts'
import { rulesOf, type Seed, typeAt, withState } from './seed.ts'

/** A call to try, and in what it differs from where it comes from. */
export interface Cell extends Seed {
  readonly changed: readonly string[]
}

/** What variations draw on, of both charters. */
export interface Palette {
  readonly charters: readonly [Charter, Charter]
  readonly principals: readonly { readonly name: string; readonly as: RawPrincipal }[]
}

/** Most variations of one call. */
const mostCells = 600

/**
 * The call itself, then its variations: one thing changed, and caller together with state.
 *
 * @param changed - In what the call already differs from where it comes from.
 */
export function cellsOf(seed: Seed, palette: Palette, changed: readonly string[] = []): readonly Cell[] {
  const whole: Cell = { ...seed, changed }
  const states = withStates(whole, palette)
  const cells = [
    whole,
    ...withCallers(whole, palette),
    ...states,
    ...withValues(whole, palette),
    ...withPast(whole, palette),
    ...states.flatMap((each) => withCallers(each, palette)),
  ]
  return cells.slice(0, mostCells)
}

function withCallers(cell: Cell, { principals }: Palette): readonly Cell[] {
  const others = principals.map(
    ({ name, as }): Cell => ({ ...cell, as, changed: [...cell.changed, `called by ${name}`] }),
  )
  return [...others, { ...cell, as: {}, changed: [...cell.changed, 'called by nobody who is signed in'] }]
}

function withStates(cell: Cell, { charters }: Palette): readonly Cell[] {
  return Object.entries(cell.facts.objects ?? {}).flatMap(([slot, value]) => {
    const type = charters.map((charter) => typeAt(charter, cell.operation, slot)).find((each) => each !== undefined)
    if (type === undefined || value === null) return []
    const states = new Set(charters.flatMap((charter) => charter.objects.get(type.name)?.states ?? []))
    return [...states].map((state) =>
      setObject(cell, slot, withState(type, value, state), `the ${type.name} is ${state}`),
    )
  })
}

function setObject(cell: Cell, slot: string, value: unknown, says: string): Cell {
  const objects = { ...cell.facts.objects, [slot]: value }
  return { ...cell, facts: { ...cell.facts, objects }, changed: [...cell.changed, says] }
}

/** Every value a rule of this operation reads, set to each bound it is held against, and to both sides of it. */
function withValues(cell: Cell, { charters }: Palette): readonly Cell[] {
  const rules = charters.flatMap((charter) =>
    (charter.operations.get(cell.operation)?.uses ?? []).flatMap((use) => rulesOf(charter, use)),
  )
  const constants = new Set(rules.flatMap((rule) => constantsIn(rule.ast)))
  const paths = new Map(rules.flatMap((rule) => rule.reads.map((path) => [path.join('/'), path] as const)))
  return [...paths.values()].flatMap(([root = '', ...rest]): readonly Cell[] => {
    const at = rest.map(String)
    const fields = root === 'request' ? undefined : cell.facts.objects?.[root]
    if (at.length === 0 || (root !== 'request' && fields === undefined)) return []
    const place = root === 'request' ? placeInRequest(cell, at) : undefined
    const before = place === undefined ? getPointer(fields, at) : place.value
    return valuesNear(before, [...constants]).map((value) => {
      const says = `${root}.${at.join('.')} is ${JSON.stringify(value)}`
      return place === undefined ? setObject(cell, root, setPointer(fields, at, value), says) : place.set(value, says)
    })
  })
}

interface Place {
  readonly value: unknown
  readonly set: (value: unknown, says: string) => Cell
}

/** Where a call carries what rules call `request.<name>`. */
function placeInRequest(cell: Cell, at: readonly string[]): Place {
  const { request } = cell
  const [name = ''] = at
  for (const part of ['path', 'query', 'header'] as const) {
    const members = request[part]
    if (members === undefined || !Object.hasOwn(members, name)) continue
    return {
      value: getPointer(members, at),
      set: (value, says) => ({
        ...cell,
        request: { ...request, [part]: { ...members, [name]: setPointer(members[name], at.slice(1), value) } },
        changed: [...cell.changed, says],
      }),
    }
  }
  return {
    value: getPointer(request.body, at),
    set: (value, says) => ({
      ...cell,
      request: { ...request, body: setPointer(request.body, at, value) },
      changed: [...cell.changed, says],
    }),
  }
}

function valuesNear(before: unknown, constants: readonly (string | number)[]): readonly unknown[] {
  const numbers = constants.filter((each) => typeof each === 'number')
  if (typeof before === 'number')
    return [...new Set([0, -1, ...numbers.flatMap((each) => [each - 0.01, each, each + 0.01]).map(rounded)])]
  if (typeof before === 'string') return constants.filter((each) => typeof each === 'string' && each !== before)
  if (typeof before === 'boolean') return [!before]
  return before === undefined ? constants : []
}

function rounded(value: number): number {
  return Number(value.toFixed(6))
}

/** The same call made before, as often as a bound on its number allows and once more; and with nothing before it. */
function withPast(cell: Cell, { charters }: Palette): readonly Cell[] {
  const bounds = charters.flatMap((charter) => constraintsOf(charter, cell.operation).flatMap(countIn))
  const counts = [...new Set([1, ...bounds.flatMap((each) => [each - 1, each, each + 1])])].filter(
    (each) => each > 0 && each <= 50,
  )
  const past = cell.facts.past ?? []
  const again = { operation: cell.operation, as: cell.as, request: cell.request, at: '-1ms' }
  const repeated = counts.map(
    (count): Cell => ({
      ...cell,
      facts: { ...cell.facts, past: [...past, ...Array.from({ length: count }, () => again)] },
      changed: [...cell.changed, `made ${count === 1 ? 'once' : `${count} times`} just before`],
    }),
  )
  const without: Cell = {
    ...cell,
    facts: { ...cell.facts, past: [] },
    changed: [...cell.changed, 'nothing happened before'],
  }
  return [...repeated, ...(past.length > 0 ? [without] : [])]
}

function countIn(constraint: Constraint): readonly number[] {
  if (constraint.kind === 'rate') return [constraint.atMost]
  if (constraint.kind === 'limit' && constraint.sum === undefined)
    return constantsIn(constraint.atMost.ast).filter((each) => typeof each === 'number')
  return constraint.kind === 'order' ? [constraint.moreThan] : []
}

function constraintsOf(charter: Charter, operation: string): readonly Constraint[] {
  return (charter.operations.get(operation)?.uses ?? []).flatMap((use) => use.constraints)
}

/** Numbers and texts a rule mentions. */
function constantsIn(node: unknown): readonly (string | number)[] {
  if (Array.isArray(node)) return node.flatMap(constantsIn)
  if (typeof node !== 'object' || node === null) return []
  if (isLiteral(node)) {
    if (node.type === 'string' && typeof node.value === 'string') return [node.value]
    const value = Number(String(node.value))
    return (node.type === 'int' || node.type === 'double') && Number.isFinite(value) ? [value] : []
  }
  return Object.values(node).flatMap(constantsIn)
}

function isLiteral(node: object): node is Extract<Node, { kind: 'literal' }> {
  return 'kind' in node && node.kind === 'literal'
}
