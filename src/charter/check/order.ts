import type { Constraint, OperationId, OrderTemplate } from '../charter.ts'
import { type Checker, listNames } from './checker.ts'

type Order = Extract<Constraint, { kind: 'order' }>

const needsBefore: ReadonlySet<OrderTemplate> = new Set([
  'precedence',
  'alternate-precedence',
  'chain-precedence',
  'succession',
])

/** Rules over several operations that cannot all be kept, or that speak of operations nothing covers. */
export function checkOrder(checker: Checker): void {
  const orders = checker.charter.rules.filter((rule) => rule.kind === 'order')
  const before = orders.filter((rule) => needsBefore.has(rule.template))
  checkCycles(checker, before)
  for (const rule of orders) checkOpposed(checker, rule, before)
  for (const rule of checker.charter.rules) checkCovered(checker, rule)
}

/** A rule closes a cycle when its first operation already needs its second one. */
function checkCycles(checker: Checker, rules: readonly Order[]): void {
  const needs = new Map<OperationId, Set<OperationId>>()
  for (const rule of rules) {
    const [first, second = first] = rule.operations
    const trail = pathTo(needs, first, second)
    if (trail !== undefined) {
      const way = first === second ? `\`${first}\` needs itself` : `${listNames(trail)} each need another one`
      checker.report('order-cycle', rule.position, `${way} to happen first, so that none of them can happen`)
      continue
    }
    needs.set(second, (needs.get(second) ?? new Set()).add(first))
  }
}

/** What `from` needs, step by step, until `to`; undefined when it does not need it. */
function pathTo(
  needs: ReadonlyMap<OperationId, ReadonlySet<OperationId>>,
  from: OperationId,
  to: OperationId,
): OperationId[] | undefined {
  const trails = [[from]]
  const seen = new Set([from])
  for (let trail = trails.shift(); trail !== undefined; trail = trails.shift()) {
    const last = trail.at(-1) ?? from
    if (last === to) return trail
    for (const next of needs.get(last) ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      trails.push([...trail, next])
    }
  }
  return undefined
}

function checkOpposed(checker: Checker, rule: Order, before: readonly Order[]): void {
  const [first, second] = rule.operations
  if (rule.template === 'absence' && rule.moreThan === 0 && rule.withinMs === undefined) {
    checker.warn(
      'order-never',
      rule.position,
      `\`${first}\` may never be used at all`,
      'say how often with `more-than:`, or do not cover the operation',
    )
  }
  if (rule.template !== 'not-succession' && rule.template !== 'not-co-existence') return
  const pair = new Set([first, second])
  const opposed = before.find(({ operations, per }) => {
    const same =
      rule.template === 'not-succession'
        ? operations[0] === first && operations[1] === second
        : operations.every((each) => pair.has(each))
    return same && per.join() === rule.per.join()
  })
  if (opposed === undefined) return
  const message = `\`${opposed.operations[1]}\` can never happen: \`${opposed.id}\` wants \`${opposed.operations[0]}\` before it, this rule forbids that`
  checker.report('order-contradiction', rule.position, message)
}

function checkCovered(checker: Checker, rule: Constraint): void {
  const named =
    rule.kind === 'separation'
      ? 'operations' in rule.of
        ? rule.of.operations
        : []
      : 'operations' in rule
        ? rule.operations
        : []
  const bare = named.filter((id) => checker.charter.uncovered.some((shape) => shape.id === id))
  if (bare.length === 0) return
  const verb = bare.length === 1 ? 'is' : 'are'
  checker.warn(
    'rule-without-use',
    rule.position,
    `${listNames(bare)} ${verb} part of this rule, but nobody may use ${bare.length === 1 ? 'it' : 'them'}`,
    'add them under `operations:` with `by:`',
  )
}
