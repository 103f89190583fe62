/** Abuse cases as JSON: what `verify` needs to try a finding again. Expressions are kept as text and found again in the charter. */
import type { Charter, Constraint } from '../../charter/charter.ts'
import type { AbuseCase, Scenario, Step, VarSpec, Wish } from '../plan/scenario.ts'

/** A wish with its rule as CEL text. */
export type StoredWish = Omit<Wish, 'rule'> & { readonly rule: string }
export type StoredVar = Omit<VarSpec, 'wishes'> & { readonly wishes: readonly StoredWish[] }
export type StoredStep = Omit<Step, 'wishes'> & { readonly wishes: readonly StoredWish[] }
export interface StoredScenario {
  readonly cast: Scenario['cast']
  readonly vars: Readonly<Record<string, StoredVar>>
  readonly steps: readonly StoredStep[]
}
export type StoredCase = Omit<AbuseCase, 'control' | 'abuse' | 'instead'> & {
  readonly control: StoredScenario
  readonly abuse: StoredScenario
}

type Rule = Wish['rule']

/** The case, or why this charter no longer has what it needs. */
export type DecodedCase = { readonly ok: true; readonly case: AbuseCase } | { readonly ok: false; readonly why: string }

/** A case as JSON. `decodeCase` with the same charter gives an equal case. */
export function encodeCase(abuseCase: AbuseCase): StoredCase {
  const { instead: _, control, abuse, ...rest } = abuseCase
  return { ...rest, control: encodeScenario(control), abuse: encodeScenario(abuse) }
}

function encodeScenario({ cast, vars, steps }: Scenario): StoredScenario {
  const encode = <T extends { readonly wishes: readonly Wish[] }>(holder: T) => ({
    ...holder,
    wishes: holder.wishes.map((wish) => ({ ...wish, rule: wish.rule.source })),
  })
  return {
    cast,
    vars: Object.fromEntries(Object.entries(vars).map(([name, spec]) => [name, encode(spec)])),
    steps: steps.map(encode),
  }
}

/** Reads a stored case against a charter, which may have changed since: its use, constraint and rules must still be there. */
export function decodeCase(stored: StoredCase, charter: Charter): DecodedCase {
  const why = missing(stored, charter)
  if (why !== undefined) return { ok: false, why }
  const rules = rulesOf(charter)
  try {
    const [control, abuse] = [decodeScenario(stored.control, rules), decodeScenario(stored.abuse, rules)]
    return { ok: true, case: { ...stored, control, abuse } }
  } catch (error) {
    if (error instanceof RuleGone) return { ok: false, why: error.message }
    throw error
  }
}

class RuleGone extends Error {}

function missing(stored: StoredCase, charter: Charter): string | undefined {
  const uses = new Map([...charter.operations.values()].flatMap((each) => each.uses.map((use) => [use.id, use])))
  const use = uses.get(stored.use)
  if (use === undefined) return `the charter no longer has the use \`${stored.use}\``
  if (
    !use.constraints.some(({ id }) => id === stored.constraint) &&
    !charter.invariants.some(({ id }) => id === stored.constraint)
  ) {
    return `the charter no longer demands \`${stored.constraint}\` of \`${stored.use}\``
  }
  const steps = [...stored.control.steps, ...stored.abuse.steps]
  const gone = steps.find((step) => !uses.has(step.use))
  return gone === undefined ? undefined : `the charter no longer has the use \`${gone.use}\``
}

function decodeScenario({ cast, vars, steps }: StoredScenario, rules: ReadonlyMap<string, Rule>): Scenario {
  const decode = <T extends { readonly wishes: readonly StoredWish[] }>(holder: T) => ({
    ...holder,
    wishes: holder.wishes.map((wish) => ({ ...wish, rule: ruleFor(wish.rule, rules) })),
  })
  return {
    cast,
    vars: Object.fromEntries(Object.entries(vars).map(([name, spec]) => [name, decode(spec)])),
    steps: steps.map(decode),
  }
}

function ruleFor(source: string, rules: ReadonlyMap<string, Rule>): Rule {
  const rule = rules.get(source)
  if (rule === undefined) throw new RuleGone(`the charter no longer has the rule \`${source}\``)
  return rule
}

/** Every expression of a charter by its text; the same text means the same wherever it stands. */
function rulesOf(charter: Charter): ReadonlyMap<string, Rule> {
  const uses = [...charter.operations.values()].flatMap((each) => each.uses)
  const rules: (Rule | undefined)[] = [
    ...uses.flatMap((use) => use.constraints).flatMap(rulesOfConstraint),
    ...charter.rules.flatMap(rulesOfConstraint),
    ...[...charter.approvals.values()].map((each) => each.neededWhen),
    ...charter.invariants.map((each) => (each.kind === 'holds' ? each.rule : undefined)),
    ...[...charter.objects.values()].flatMap(({ state }) =>
      state?.kind === 'when' ? state.cases.map(({ rule }) => rule) : [],
    ),
    ...[...charter.actors.values()].map((each) => each.when),
    ...[...charter.sources.values()].map((each) => each.refusedWhen),
  ]
  return new Map(rules.flatMap((rule) => (rule === undefined ? [] : [[rule.source, rule]])))
}

function rulesOfConstraint(constraint: Constraint): (Rule | undefined)[] {
  if (constraint.kind === 'when') return [constraint.rule]
  return constraint.kind === 'limit' ? [constraint.sum, constraint.atMost] : []
}
