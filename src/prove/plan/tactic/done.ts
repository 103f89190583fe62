/** Rules that keep out whoever stands in a list of an object, as those who approved it already: they come there by what they did. */
import { childrenOf, type Node } from '../../../cel/ast.ts'
import { mayByRole } from '../apart.ts'
import { useById } from '../graph.ts'
import { writtenPath } from '../instance.ts'
import type { Scenario, Step } from '../scenario.ts'
import { Unbuildable } from '../wants.ts'
import { withLastActor } from './by.ts'
import type { ConstraintOf, Draft } from './draft.ts'

/**
 * The use again by the same person, where it may leave the object as it is; and by whoever made the moves on the way. Says whether a rule
 * is one of these.
 */
export function planDone(draft: Draft, constraint: ConstraintOf<'when'>): boolean {
  if (draft.use.creates || !keepsOut(constraint.rule.ast, true)) return false
  const { use } = draft
  const mayStay = use.to.length === 0 || use.from.length === 0 || use.to.some((state) => use.from.includes(state))
  const [abuse, ...instead] = [...(mayStay ? againAndMore(draft) : []), ...byDoers(draft)]
  if (abuse === undefined) return false
  const tactic = { kind: 'object-facts', through: use.id } as const
  draft.add(constraint.id, tactic, 'separation-of-duties', () => ({ abuse, instead }))
  return true
}

/** Whether a rule is against whoever calls standing in a list. */
export function keepsOut(node: Node, want: boolean): boolean {
  if (node.kind === 'not') return keepsOut(node.operand, !want)
  if (node.kind === 'and' || node.kind === 'or') return keepsOut(node.left, want) || keepsOut(node.right, want)
  if (node.kind === 'comprehension' && node.predicate !== undefined && namesCaller(node.predicate))
    return node.macro === 'all' ? want : (node.macro === 'exists' || node.macro === 'exists_one') && !want
  return node.kind === 'binary' && node.op === 'in' && namesCaller(node.left) && !want
}

function namesCaller(node: Node): boolean {
  return writtenPath(node)?.[0] === 'principal' || childrenOf(node).some(namesCaller)
}

/** Once more after the first time; where that ended it, as small amounts do, with much more in what led up to it. */
function againAndMore(draft: Draft): Scenario[] {
  const twice = again(draft.build())
  const object = twice.steps.at(-1)?.object
  const isOwn = (step: Step) => (step.makes ?? step.object) === object && step.use !== draft.use.id
  const more = (times: number, isMeant: (step: Step) => boolean): Scenario => {
    const steps = twice.steps.map((step) => (isMeant(step) ? { ...step, times } : step))
    return { ...twice, steps }
  }
  const isEarlier = (step: Step) => step.use !== draft.use.id
  return [twice, ...(draft.use.to.length > 1 ? [more(10, isOwn), more(100, isOwn), more(100, isEarlier)] : [])]
}

function again(scenario: Scenario): Scenario {
  const act = scenario.steps.at(-1)
  if (act === undefined) throw new Unbuildable('nothing to do')
  return { ...scenario, steps: [...scenario.steps.slice(0, -1), { ...act, purpose: 'setup' }, act] }
}

/** The rightful way with the act made by somebody who did something to its object before, and with its caller having done that. */
function byDoers(draft: Draft): Scenario[] {
  const { charter, members } = draft.stage
  const control = draft.build()
  const act = control.steps.at(-1)
  const caller = members.find(({ name }) => name === act?.as)
  if (act?.object === undefined || caller === undefined) return []
  const done = control.steps.filter((step) => step !== act && step.object === act.object && step.as !== act.as)
  return done.flatMap((step) => {
    const move = useById(charter, step.use)
    const doer = members.find(({ name }) => name === step.as)
    const mayAct = doer !== undefined && mayByRole(charter, draft.use, doer)
    const mayMove = move !== undefined && mayByRole(charter, move, caller)
    const moved = control.steps.map((each) => (each === step ? { ...each, as: caller.name } : each))
    return [...(mayAct ? [withLastActor(control, doer)] : []), ...(mayMove ? [{ ...control, steps: moved }] : [])]
  })
}
