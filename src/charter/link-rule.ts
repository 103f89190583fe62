import type { Constraint, OperationId, OrderTemplate, Use } from './charter.ts'
import { parseDuration, parsePace } from './duration.ts'
import { linkLimit, plainScopes } from './link-demand.ts'
import { asList, type Linker, unknownName } from './linker.ts'
import { isNamed } from './named.ts'
import { countedPlace } from './pointer.ts'
import type { RawRule } from './schema.ts'

const pairTemplates = [
  'precedence',
  'alternate-precedence',
  'chain-precedence',
  'response',
  'succession',
  'not-succession',
  'not-co-existence',
] as const satisfies readonly OrderTemplate[]

/** Resolves one rule over several operations; its id is `rules.<name>` or `rules.<number from 1>`. */
export function linkRule(linker: Linker, raw: RawRule, index: number): Constraint | undefined {
  const path = ['rules', index]
  const id = `rules.${raw.name ?? index + 1}`
  const head = { id, position: linker.at(path), ...(raw.says === undefined ? {} : { says: raw.says }) }
  const known = (ids: readonly OperationId[]): readonly OperationId[] => {
    for (const each of ids)
      if (!linker.shapes.has(each)) unknownName(linker, path, 'operation', each, linker.shapes.keys())
    return ids
  }
  if ('rate' in raw) {
    const pace = parsePace(raw['at-most']) ?? { count: 1, withinMs: 1000 }
    return {
      kind: 'rate',
      ...head,
      operations: known(asList(raw.rate)),
      atMost: pace.count,
      withinMs: pace.withinMs,
      per: asList(raw.per),
    }
  }
  if ('separate' in raw)
    return { kind: 'separation', ...head, of: { operations: known(raw.separate), per: asList(raw.per) } }
  if ('limit' in raw) {
    const slots = asList(raw.per).filter((each) => !plainScopes.includes(each) && countedPlace(each) === undefined)
    const refs = slots.map((slot) => ({
      slot,
      object: slot,
      key: { from: 'object' as const, pointer: [] },
      optional: true,
    }))
    const scope = { object: 'object', creates: false, refs, parties: new Set<string>() }
    return linkLimit(linker, id, path, raw, known(asList(raw.limit)), scope)
  }
  const within = raw.within === undefined ? undefined : parseDuration(raw.within)
  const order = {
    ...head,
    kind: 'order' as const,
    per: asList(raw.per),
    ...(within === undefined ? {} : { withinMs: within }),
  }
  const moves = Object.entries(linker.parsed.raw.objects ?? {}).flatMap(([object, { transitions }]) =>
    Object.keys(transitions ?? {}).map((move) => `${object}.${move}`),
  )
  const ordered = (names: readonly string[]): void => {
    for (const each of names)
      if (!linker.shapes.has(each) && !moves.includes(each))
        unknownName(linker, path, 'operation or move', each, [...linker.shapes.keys(), ...moves])
  }
  if ('absence' in raw) {
    ordered([raw.absence])
    return { ...order, template: 'absence', operations: [raw.absence], moreThan: raw['more-than'] }
  }
  for (const template of pairTemplates) {
    const pair = (raw as Partial<Record<OrderTemplate, [OperationId, OperationId]>>)[template]
    if (pair !== undefined) {
      ordered(pair)
      return { ...order, template, operations: pair, moreThan: 0 }
    }
  }
  return undefined
}

/** Adds to a use the rules that speak of its operation, or of its move, and can be decided before the call. */
export function withRule(use: Use, rules: readonly Constraint[]): Use {
  const own = rules.filter((rule) => restricts(rule, use))
  return own.length === 0 ? use : { ...use, constraints: [...use.constraints, ...own] }
}

function restricts(rule: Constraint, use: Use): boolean {
  const { operation } = use
  if (rule.kind === 'rate' || rule.kind === 'limit') return rule.operations.includes(operation)
  if (rule.kind === 'separation') return 'operations' in rule.of && rule.of.operations.includes(operation)
  if (rule.kind !== 'order') return false
  const [first, second] = rule.operations
  if (rule.template === 'absence') return isNamed(first, use)
  if (rule.template === 'not-co-existence') return rule.operations.some((name) => isNamed(name, use))
  return rule.template !== 'response' && isNamed(second, use)
}
