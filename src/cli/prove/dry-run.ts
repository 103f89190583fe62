import type { Charter, Use } from '../../charter/charter.ts'
import { endpointOf } from '../../charter/source/description.ts'
import { describeDemand } from '../../constraint/kinds.ts'
import { counted } from '../../constraint/words.ts'
import { carriedBy } from '../../prove/identity/presentation.ts'
import type { RawIdentities } from '../../prove/identity/schema.ts'
import { hasReference } from '../../prove/identity/template.ts'
import { actorsAs, type Member } from '../../prove/plan/cast.ts'
import { planUse } from '../../prove/plan/plan-use.ts'
import type { AbuseCase, Scenario } from '../../prove/plan/scenario.ts'
import { withTenantsOfParents } from '../../prove/plan/tenancy.ts'
import { constraintOf, usesInOrder } from '../../prove/run/uses.ts'
import type { Terminal } from '../terminal.ts'
import { foundWords, scenarioWords, tacticWords } from './case-words.ts'
import type { Inputs } from './load-inputs.ts'
import type { ReachOptions } from './options.ts'

/** What a run would do, as far as it is known before anybody has signed in. */
export interface DryRun {
  readonly uses: readonly DryUse[]
  readonly cases: number
  readonly notReached: number
  /** Identities whose tenant only signing in tells: a run may plan cases across tenants that are not here. */
  readonly tenantUnknown: readonly string[]
  /** If nothing can be broken; a finding costs about twice its case for each repeat. */
  readonly estimatedRequests: number
}

interface DryUse {
  readonly use: string
  readonly operation: string
  readonly endpoint: string
  readonly rightful: readonly string[]
  readonly cases: readonly {
    readonly case: string
    readonly constraint: string
    readonly rule: string
    readonly tries: string
    readonly steps: readonly string[]
  }[]
  readonly notReached: readonly { readonly constraint: string; readonly tactic: string; readonly why: string }[]
}

/** Plans without sending anything. People are known by what the identities file itself says of them. */
export function dryRun(
  { charter, identities }: Inputs,
  only: ReadonlySet<string> | undefined,
  options: ReachOptions,
): DryRun {
  const stage = { charter: withTenantsOfParents(charter), members: membersOf(charter, identities) }
  let estimatedRequests = Object.values(identities.identities).reduce((sum, each) => sum + (each.login?.length ?? 0), 0)
  const uses = usesInOrder(charter, only).map((use): DryUse => {
    const plan = planUse(stage, use, { found: new Set() })
    const shape = charter.operations.get(use.operation)?.shape
    const sum = plan.cases.reduce((total, each) => total + requestsOf(use, each, options), 0)
    estimatedRequests += sum + (plan.control === undefined ? 0 : lengthOf(plan.control, 3)) + 1
    return {
      use: use.id,
      operation: use.operation,
      endpoint: shape === undefined ? '' : endpointOf(shape),
      rightful: plan.control === undefined ? [] : [...foundWords(plan.control), ...scenarioWords(plan.control)],
      cases: plan.cases.map((each) => ({
        case: each.id,
        constraint: each.constraint,
        rule: ruleOf({ charter, identities }, use, each),
        tries: tacticWords(each.tactic, each.abuse.steps.at(-1)?.as ?? 'nobody'),
        steps: [...foundWords(each.abuse), ...scenarioWords(each.abuse)],
      })),
      notReached: plan.notReached.map(({ constraint, tactic, why }) => ({ constraint, tactic, why })),
    }
  })
  const count = (of: (use: DryUse) => number) => uses.reduce((sum, use) => sum + of(use), 0)
  return {
    uses,
    cases: count((use) => use.cases.length),
    notReached: count((use) => use.notReached.length),
    tenantUnknown: unknownTenants(identities),
    estimatedRequests,
  }
}

function ruleOf({ charter }: Inputs, use: Use, abuse: AbuseCase): string {
  const constraint = constraintOf(charter, use, abuse)
  return constraint === undefined ? abuse.constraint : describeDemand(constraint, charter)
}

function unknownTenants(file: RawIdentities): string[] {
  const names = Object.keys(file.identities)
  return names.filter((name) => hasReference(file.identities[name]?.principal?.tenant ?? ''))
}

/** How many people of a pool are planned with. */
const poolSeats = 3

function membersOf(charter: Charter, file: RawIdentities): Member[] {
  return Object.entries(file.identities).flatMap(([name, raw]): Member[] => {
    const { actor, principal, pool } = raw
    const carries = carriedBy(raw)
    const literal = (text: string | undefined) => (text === undefined || hasReference(text) ? undefined : text)
    const [id, tenant] = [literal(principal?.id), literal(principal?.tenant)]
    const known = {
      actors: [actor].flat(),
      roles: principal?.roles?.filter((each) => !hasReference(each)) ?? [],
      scopes: principal?.scopes?.filter((each) => !hasReference(each)) ?? [],
      ...(id === undefined ? {} : { id }),
      ...(tenant === undefined ? {} : { tenant }),
    }
    const actors = actorsAs(charter, known.actors, known)
    const ended = raw.ended === true ? ({ ended: true } as const) : {}
    if (pool === undefined) return [{ name, principal: { ...known, actors }, pool: false, ...ended, carries }]
    const seats = Array.from({ length: Math.min(poolSeats, pool) }, (_, index) => `${name}#${index + 1}`)
    return seats.map((seat) => ({ name: seat, principal: { actors: known.actors }, pool: true, carries }))
  })
}

/** Steps, and looks at every object: after each step, and so often around the last. */
function lengthOf({ steps, vars }: Scenario, looks: number): number {
  return 2 * steps.length + looks * Object.keys(vars).length
}

function requestsOf(
  use: Use,
  { tactic, abuse, constraint }: AbuseCase,
  { raceWidth, raceRounds }: ReachOptions,
): number {
  const once = lengthOf(abuse, 2)
  if (tactic.kind === 'race') return once + 3 + raceRounds * (once + raceWidth)
  const rule = use.constraints.find(({ id }) => id === constraint)
  const calls = rule?.kind === 'rate' ? rule.atMost : 1
  return tactic.kind === 'burst' ? once * calls : once
}

/** The plan in words, one block for each use. */
export function printDryRun(plan: DryRun, paint: Terminal['paint']): string {
  const blocks = plan.uses.map((use) => printUse(use, paint))
  const sum = `${counted(plan.uses.length, 'use')}, ${counted(plan.cases, 'case')}, ${plan.notReached} not reached`
  const unknown = plan.tenantUnknown
  const doubt = `the tenant of ${unknown.join(', ')} is known only after signing in: a run may try more across tenants`
  return [
    ...blocks,
    ...(unknown.length === 0 ? [] : [doubt]),
    `${paint('bold', sum)}; about ${plan.estimatedRequests} requests if nothing can be broken; none was sent`,
  ].join('\n\n')
}

function printUse(use: DryUse, paint: Terminal['paint']): string {
  const rules = new Map<string, DryUse['cases'][number][]>()
  for (const each of use.cases) rules.set(each.constraint, [...(rules.get(each.constraint) ?? []), each])
  return [
    `${paint('bold', use.use)}  ${paint('dim', `${use.operation}  ${use.endpoint}`)}`,
    ...(use.rightful.length === 0 ? [] : [`  rightfully: ${use.rightful.join('; ')}`]),
    ...[...rules].flatMap(([constraint, cases]) => [
      `  ${constraint}: ${cases[0]?.rule ?? ''}`,
      ...cases.flatMap(({ tries, steps }) => [
        `    - tries it ${tries}`,
        ...(steps.join() === use.rightful.join() ? [] : [paint('dim', `      ${difference(use.rightful, steps)}`)]),
      ]),
    ]),
    ...use.notReached.map(({ constraint, tactic, why }) =>
      paint('dim', `  ${constraint}: not reached by ${nameWords(tactic)}: ${why}`),
    ),
  ].join('\n')
}

/** Steps without those at their beginning that the rightful way has too. */
function difference(rightful: readonly string[], steps: readonly string[]): string {
  const first = steps.findIndex((step, index) => step !== rightful[index])
  const shared = first < 0 ? steps.length : first
  return [...(shared === 0 ? [] : ['…']), ...steps.slice(shared)].join('; ')
}

function nameWords(tactic: string): string {
  return tactic.replaceAll('-', ' ').replaceAll('.', ', ')
}
