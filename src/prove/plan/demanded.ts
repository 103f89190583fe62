/** What rules of later steps ask of objects, for the arguments of earlier steps to settle. */
import { type Expression, parseCel } from '../../cel/parse-cel.ts'
import { printCel } from '../../cel/print.ts'
import type { Charter, Principal, Slot, Use } from '../../charter/charter.ts'
import { callVariables } from '../../charter/linker.ts'
import { slotType } from '../../constraint/slot.ts'
import type { Stage } from './cast.ts'
import { useById } from './graph.ts'
import { rewritten, writtenPath } from './instance.ts'
import { parentOf } from './lore.ts'
import type { Scenario, Step, Var, Wish } from './scenario.ts'
import { stateRuleOf } from './state-rule.ts'

/** An object of a scenario and what a rule of a later step wants of it. */
export interface Demanded {
  readonly name: Var
  readonly wish: Wish
}

/**
 * What each step of a scenario wants of its objects so that its rules hold; what is wished to be otherwise is left out.
 *
 * @param without - A constraint that is to be broken, or need not hold.
 */
export function demandedOf(
  { charter, members }: Pick<Stage, 'charter' | 'members'>,
  scenario: Scenario,
  without: string | undefined,
): Demanded[] {
  const act = scenario.steps.at(-1)
  const callerOf = ({ as }: Step): Principal | undefined =>
    members.find(({ name, pool }) => !pool && name === scenario.cast[as]?.identity)?.principal
  const all = scenario.steps.flatMap((step): Demanded[] => {
    const use = useById(charter, step.use)
    const rules = use === undefined ? [] : rulesOn(charter, use, step === act ? without : undefined, callerOf(step))
    return rules.flatMap((wish) => {
      const name = slotVar(charter, scenario, step, wish.slot)
      const isAgainst = (other: Wish) => !other.want && other.rule.source === wish.rule.source
      const known = name === undefined ? [] : [...(scenario.vars[name]?.wishes ?? []), ...step.wishes]
      return name === undefined || known.some(isAgainst) ? [] : [{ name, wish }]
    })
  })
  return [...new Map(all.map((each) => [`${each.name} ${each.wish.slot} ${each.wish.rule.source}`, each])).values()]
}

/** The rules of a use that speak of one object and what it has, and of nothing a request says; of who calls only where that is known. */
export function rulesOn(charter: Charter, use: Use, without?: string, caller?: Principal): Wish[] {
  return use.constraints.flatMap((each): Wish[] => {
    if (each.kind !== 'when' || each.id === without || stateRuleOf(charter, use, each.rule) !== undefined) return []
    const rule = saidOf(caller, use, each.rule)
    const slot = slotRead(rule)
    return slot === undefined || slotType(charter, use, slot) === undefined
      ? []
      : [{ rule, want: true, slot, soft: true }]
  })
}

/** A rule with what it reads of the caller, as their tenant, in plain words. */
function saidOf(caller: Principal | undefined, use: Use, rule: Expression): Expression {
  const { id, tenant } = caller ?? {}
  if (!rule.reads.some(([root]) => root === 'principal')) return rule
  const plain = rewritten(rule.ast, (node) => {
    const path = writtenPath(node)?.join('.')
    const value = path === 'principal.id' ? id : path === 'principal.tenant' ? tenant : undefined
    return value === undefined
      ? undefined
      : { kind: 'literal', type: 'string', value, start: node.start, end: node.end }
  })
  const parsed = parseCel(printCel(plain), [...callVariables, ...use.refs.map((ref) => ref.slot)])
  return parsed.ok ? parsed.expression : rule
}

/** The one object a rule reads members of, beside the time. */
function slotRead({ reads }: Expression): Slot | undefined {
  const [read, ...others] = reads.filter(([root]) => root !== 'now')
  const [slot] = read ?? []
  return slot !== undefined && [read, ...others].every((path) => path?.[0] === slot && path.length > 1)
    ? slot
    : undefined
}

/** What a step has in a slot of its use, as far as that can be told from the scenario. */
export function slotVar(charter: Charter, scenario: Scenario, step: Step, slot: Slot): Var | undefined {
  const use = useById(charter, step.use)
  if (slot === 'object' || use === undefined) return step.object
  if (slot === 'parent') return parentOf(scenario, slotType(charter, use, slot), step)
  const type = use.refs.find((ref) => ref.slot === slot)?.object
  const only = Object.keys(scenario.vars).filter((name) => scenario.vars[name]?.type === type)
  return step.refs[slot] ?? (only.length === 1 ? only[0] : undefined)
}
