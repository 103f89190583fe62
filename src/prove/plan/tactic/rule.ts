/** Calls that break a rule over arguments, objects or the caller. */
import { withArticle } from '../../../cel/article.ts'
import type { Slot } from '../../../charter/charter.ts'
import { getPointer } from '../../../charter/pointer.ts'
import { mayByRole } from '../apart.ts'
import { requestRoots } from '../argument.ts'
import { actorsOf, choicesOf, type Member, plays, sameTenant } from '../cast.ts'
import { Casting } from '../casting.ts'
import { classOfRule, isAboutCaller } from '../classify.ts'
import type { Scenario, Tactic, Wish } from '../scenario.ts'
import { possible, type Wants } from '../wants.ts'
import { withLastActor } from './by.ts'
import { keepsOut, planDone } from './done.ts'
import type { ConstraintOf, Draft } from './draft.ts'
import { planExpelled } from './expelled.ts'
import { changedBefore, changersOf, turned } from './fact.ts'
import { grown } from './grown.ts'
import { inTheMeantime, outdated } from './meantime.ts'
import { namingOthers } from './pointed.ts'

const mostChangers = 2
const mostCallers = 4

/** A rule made false: by arguments, by choosing the object, or by choosing the caller. */
export function planWhen(draft: Draft, constraint: ConstraintOf<'when'>): void {
  const finding = classOfRule(constraint.rule)
  if (constraint.rule.reads.some(([root]) => requestRoots.has(root ?? ''))) {
    draft.add(constraint.id, { kind: 'arguments' }, finding, () => {
      const abuse = draft.build()
      // What no argument alone makes false may be so with other facts.
      const other = turned(draft, constraint, abuse)
      return { abuse, instead: [...(other === abuse ? [] : [other]), ...grown(draft, constraint, abuse)] }
    })
    const [abuse, ...instead] = outdated(draft, constraint)
    if (abuse !== undefined) draft.add(constraint.id, { kind: 'object-facts' }, finding, () => ({ abuse, instead }))
    return
  }
  const roots = new Set(constraint.rule.reads.map(([root]) => root ?? ''))
  const slot: Slot =
    [...roots].find((root) => root !== 'object' && draft.use.refs.some((ref) => ref.slot === root)) ?? 'object'
  if ([...roots].every((root) => root === 'principal' || root === 'claims')) {
    planCaller(draft, constraint)
    return
  }
  planExpelled(draft, constraint)
  if (planDone(draft, constraint)) return
  if (planOtherCaller(draft, constraint)) return
  const wish: Wish = { rule: constraint.rule, want: false, slot }
  // What has been used up shows in a later state only: a trial that was cancelled.
  const starts = roots.has('object') && draft.use.from.length > 1 ? draft.use.from : [undefined]
  for (const state of starts) {
    const states = state === undefined ? {} : { states: { object: [state] } }
    const tactic: Tactic = state === undefined ? { kind: 'object-facts' } : { kind: 'object-facts', state }
    draft.add(constraint.id, tactic, finding, () => ({
      abuse: turned(
        draft,
        constraint,
        draft.build({ ...states, without: constraint.id, wishes: [...(draft.base.wishes ?? []), wish] }),
      ),
      instead:
        state === starts[0]
          ? [
              ...namingOthers(draft, slot, { without: constraint.id }),
              ...byOthers(draft, slot, { ...states, without: constraint.id, wishes: [wish] }),
              ...inTheMeantime(draft, constraint),
            ]
          : [],
    }))
  }
  for (const use of changersOf(draft, constraint, draft.build()).slice(0, mostChangers))
    draft.add(constraint.id, { kind: 'object-facts', through: use.id }, finding, () => ({
      abuse: changedBefore(draft, constraint, use),
    }))
}

/** The use by others who may, each with what is theirs, where a slot has what is found by who calls. */
function byOthers(draft: Draft, slot: Slot, wants: Wants): Scenario[] {
  const { use, stage, options } = draft
  const key = slot === 'object' ? use.object?.key : use.refs.find((ref) => ref.slot === slot)?.key
  if (key?.from !== 'principal') return []
  const usual = draft.build().steps.at(-1)?.as
  const able = new Casting(stage, options).able(use, undefined).filter(({ name }) => name !== usual)
  const kinds = firstOfEach(able, (each) => actorsOf(stage.charter, each).join('+'))
  return [...new Set([...kinds, ...able])]
    .slice(0, mostCallers)
    .flatMap((member) => possible(() => draft.build({ ...wants, member })) ?? [])
}

/** Somebody who may by role, and whom the rule forbids it all the same. */
function planCaller(draft: Draft, constraint: ConstraintOf<'when'>): void {
  const tactic: Tactic = { kind: 'as-other', other: 'other-actor' }
  const options = new Casting(draft.stage, draft.options).able(draft.use, undefined)
  const member = options.find(
    ({ principal }) => constraint.rule.evaluate({ principal, claims: principal.claims ?? {} }) === false,
  )
  if (member === undefined) {
    draft.skip(constraint.id, tactic, 'every identity who may do this satisfies the rule')
    return
  }
  const finding = /verif|confirm/i.test(constraint.rule.source) ? 'use-before-verification' : 'rule-broken'
  draft.add(constraint.id, tactic, finding, () => ({ abuse: draft.build({ member }) }))
}

/**
 * Somebody who may by role, and for whom the rule comes out otherwise than for the rightful caller: it compares what the caller is with
 * what the object says. Who breaks it is known only once the object is. Of the same tenant anybody stands for all; of another one,
 * each kind of people is tried. Returns false where nobody differs in what the rule reads.
 */
function planOtherCaller(draft: Draft, constraint: ConstraintOf<'when'>): boolean {
  const { stage, use } = draft
  const read = constraint.rule.reads.filter(([root]) => root === 'principal' || root === 'claims')
  if (read.length === 0) return false
  const control = draft.build()
  const caller = stage.members.find(({ name }) => name === control.steps.at(-1)?.as)
  if (caller === undefined) return false
  const worth = worthOf(caller, read)
  const able = stage.members.filter(
    (each) => worthOf(each, read) !== worth && mayByRole(stage.charter, use, each) && !isMet(constraint, each),
  )
  const near = [
    ...firstOfEach(
      able.filter((each) => sameTenant(each, caller)),
      (each) => worthOf(each, read),
    ),
  ]
  const far = firstOfEach(
    able.filter((each) => !sameTenant(each, caller)),
    (each) => actorsOf(stage.charter, each).join('+'),
  )
  const [first, ...others] = near.slice(0, mostCallers).map((each) => withLastActor(control, each))
  const writes = stage.charter.operations.get(use.operation)?.writes ?? true
  const { ast } = constraint.rule
  const isApart = writes && (isAboutCaller(ast) || keepsOut(ast, true))
  const finding = isApart ? 'separation-of-duties' : writes ? 'bola-write' : 'bola-read'
  if (first !== undefined)
    draft.add(constraint.id, { kind: 'as-other', other: 'other-owner' }, finding, () => ({
      abuse: first,
      instead: others,
    }))
  for (const each of far.slice(0, mostCallers))
    draft.add(constraint.id, { kind: 'as-other', other: 'other-tenant' }, 'cross-tenant', () => ({
      abuse: withLastActor(control, each),
    }))
  const missing = rolesOnlyOf(draft, caller)
  if (missing.length > 0 && read.some(([root]) => root === 'claims'))
    draft.skip(constraint.id, { kind: 'as-other', other: 'other-tenant' }, missing.join('; '))
  return first !== undefined || far.length > 0
}

/** Roles that somebody of the caller's tenant has who may make the use, and nobody of the other tenants; as reasons. */
function rolesOnlyOf({ stage, use }: Draft, caller: Member): string[] {
  const { charter, members } = stage
  const others = members.filter((each) => !sameTenant(each, caller))
  if (others.length === 0) return []
  const roles = new Set(choicesOf(use).flatMap(({ actor, party }) => (party === undefined && actor ? actor : [])))
  const has = (some: readonly Member[], role: string) => some.some((each) => plays(charter, each, role))
  const here = members.filter((each) => sameTenant(each, caller))
  return [...roles]
    .filter((role) => has(here, role) && !has(others, role))
    .map((role) => `no identity of another tenant is ${withArticle(`\`${role}\``)}`)
}

/** Whether a rule holds for somebody whatever the object is. */
function isMet({ rule }: ConstraintOf<'when'>, { principal }: Member): boolean {
  return rule.evaluate({ principal, claims: principal.claims ?? {} }) === true
}

function firstOfEach(members: readonly Member[], kind: (member: Member) => string): Member[] {
  const found = new Map<string, Member>()
  for (const member of members) if (!found.has(kind(member))) found.set(kind(member), member)
  return [...found.values()]
}

/** What a rule reads of a member; whoever is not known yet differs from everybody else. */
function worthOf({ name, principal }: Member, read: readonly (readonly string[])[]): string {
  const scope: unknown = { principal: { id: name, ...principal }, claims: principal.claims ?? {} }
  return JSON.stringify(read.map((path) => getPointer(scope, path) ?? null))
}
