import { equalValues } from '../cel/compare.ts'
import type { Approval } from '../charter/approval.ts'
import type { Charter, Choice, ObjectType, Principal, Use } from '../charter/charter.ts'
import { printDuration } from '../charter/duration.ts'
import { getPointer, type Pointer, removePointer } from '../charter/pointer.ts'
import { compileChoices, slotOf, tenantOf } from './choice.ts'
import { type Context, entryOf, slotFact } from './context.ts'
import type { Grant } from './facts.ts'
import type { Check, Kind, Need, Shortfall, Site } from './kind.ts'
import { tenantFor } from './scope-key.ts'
import { isExcluded } from './separation.ts'
import { slotType } from './slot.ts'
import { noValue, readNeeds } from './when.ts'
import { counted, joinWords, whoWords } from './words.ts'

/** An approval that must be granted first: fitting, fresh, by enough others. */
export const approval: Kind<'approval'> = {
  compile: ({ approval: name }, site) => {
    const approved = site.charter.approvals.get(name)
    return approved === undefined
      ? () => ({ outcome: 'unknown', detail: 'the approval is not declared' })
      : compileApproval(approved, site)
  },
  describe: ({ approval: name, says }, charter) => says ?? describeApproval(name, charter),
  needs: ({ approval: name }, use, charter) => approvalNeeds(name, use, charter),
  classes: () => [
    'approval-missing',
    'approval-own',
    'approval-changed',
    'approval-stale',
    'approval-counted-twice',
    'race',
  ],
}

/** What it takes to judge whether an approval was granted: for what it was, and by whom, is said of the object. */
export function approvalNeeds(name: string, use: Use, charter: Charter): readonly Need[] {
  const needed = charter.approvals.get(name)?.neededWhen
  const own: Need[] = slotType(charter, use, 'object') === undefined ? [] : [{ fact: 'object', slot: 'object' }]
  return [...own, { fact: 'grants', approval: name }, ...(needed === undefined ? [] : readNeeds(needed, use, charter))]
}

/** Whether enough others have approved a call, where it must be approved at all. */
export function compileApproval(approved: Approval, site: Site): Check {
  const { neededWhen, quorum, name } = approved
  const condition = neededWhen === undefined ? undefined : { rule: neededWhen, evaluate: site.plan.compile(neededWhen) }
  const rejects = compileRejection(approved, site)
  return (context) => {
    if (condition !== undefined) {
      const needed = condition.evaluate(site.plan.viewOf(context))
      if (needed === false) return undefined
      if (needed !== true) return noValue(condition.rule, needed)
    }
    const grants = entryOf(context.facts.grants, name)
    if (grants === undefined) return { outcome: 'unknown', detail: 'what was approved is not known' }
    return lacking(grants, quorum, (grant) => rejects(context, grant))
  }
}

function lacking(
  grants: readonly Grant[],
  quorum: number,
  rejects: (grant: Grant) => string | undefined,
): Shortfall | undefined {
  const approvers = new Set<string>()
  const reasons = new Set<string>()
  for (const grant of grants) {
    const reason = rejects(grant)
    if (reason !== undefined) reasons.add(reason)
    else if (grant.by.id !== undefined) approvers.add(grant.by.id)
  }
  if (approvers.size >= quorum) return undefined
  const because = reasons.size === 0 ? '' : `; not counted: ${[...reasons].join(', ')}`
  return { outcome: 'ask', detail: `${counted(quorum - approvers.size, 'approval')} missing${because}` }
}

/** Why a grant does not count for a call; undefined when it does. What cannot be known does not count. */
export function compileRejection(
  { choices, not, validForMs, binds }: Approval,
  site: Site,
): (context: Context, grant: Grant) => string | undefined {
  const type = slotType(site.charter, site.use, 'object')
  const entitled = choices.map((choice) => compileGiver(choice, site))
  const same = compileSame(binds, type)
  return (context, grant) => {
    const { at } = context.call
    if (grant.revoked === true) return 'revoked'
    // A moment that is no number is never in time.
    if (!(grant.at <= at) || (validForMs !== undefined && !(at - grant.at <= validForMs))) return 'expired'
    const givers = entitled.map((each) => each(context, grant.by))
    if (grant.by.id === undefined || !givers.some((each) => each !== 'no')) return 'given by somebody who may not'
    if (!givers.includes('yes')) return 'given by somebody of another tenant'
    if (isExcluded(context, not, grant.by, type?.name) !== 'no') return 'given by somebody who asks for it'
    const fact = slotFact(context, 'object', type?.name)
    const now = type === undefined ? context.call.request.body : fact?.value
    return now !== undefined && same(grant.value, now) ? undefined : 'given for something else'
  }
}

/**
 * Whether somebody is one of those who may give an approval, or is so only elsewhere. Whom the object itself names is; everybody else is of its tenant or,
 * where it has none that is known, of the tenant of whom the call is for. Only `tenant: false` and having no tenant lead across.
 */
function compileGiver(choice: Choice, site: Site): (context: Context, by: Principal) => 'yes' | 'no' | 'elsewhere' {
  const { charter, use } = site
  const entitled = compileChoices([choice], site, 'object')
  const actor = charter.actors.get(choice.actor ?? '')
  const slot = slotOf('tenant', 'object', site)
  const type = slotType(charter, use, slot)
  const isBound = choice.party === undefined && actor?.tenant !== false
  return (context, by) => {
    if (entitled(context, by) !== 'yes') return 'no'
    const own = isBound ? tenantOf(charter, by, actor && [actor.name]) : undefined
    if (own === undefined) return 'yes'
    const fact = type?.tenant === undefined ? undefined : slotFact(context, slot, type.name)
    const tenant = fact === undefined || fact === null ? tenantFor(charter, context.call.principal) : fact.tenant
    return own !== null && own === tenant ? 'yes' : 'elsewhere'
  }
}

/** Whether something is still what was approved: in the parts the approval binds, or in all but its state and what changes by itself. */
export function compileSame(
  binds: readonly Pointer[] | undefined,
  type: ObjectType | undefined,
): (granted: unknown, now: unknown) => boolean {
  if (binds !== undefined)
    return (granted, now) => binds.every((at) => equal(getPointer(granted, at), getPointer(now, at)))
  const state = type?.state?.kind === 'at' ? [type.state.pointer] : []
  const ignored = [...state, ...(type?.volatile ?? [])]
  return (granted, now) => equal(without(granted, ignored), without(now, ignored))
}

function equal(left: unknown, right: unknown): boolean {
  return left === right || equalValues(left, right) === true
}

function without(value: unknown, pointers: readonly Pointer[]): unknown {
  return pointers.reduce((kept, pointer) => removePointer(kept, pointer), value)
}

function describeApproval(name: string, charter: Charter): string {
  const found = charter.approvals.get(name)
  if (found === undefined) return `the approval \`${name}\` must be granted first`
  if (found.says !== undefined) return found.says
  const { neededWhen, choices, not, quorum, validForMs } = found
  const condition = neededWhen === undefined ? '' : `when \`${neededWhen.source}\`, `
  const who = `${quorum === 1 ? '' : `${quorum} different people, each `}${whoWords(choices)}`
  const others = not.length === 0 ? '' : ` who is not the ${joinWords(not)}`
  const fresh = validForMs === undefined ? '' : `, not longer than ${printDuration(validForMs)} ago`
  return `${condition}it must be approved first (\`${name}\`) by ${who}${others}${fresh}`
}
