import type { Node } from '../../cel/ast.ts'
import type { Expression } from '../../cel/parse-cel.ts'
import type { Charter, ObjectType, Use } from '../../charter/charter.ts'
import { requestRoots } from './argument.ts'
import { comesAfter, leadsTo } from './graph.ts'
import { writtenPath } from './instance.ts'

/** What states are called in which something has been paid. */
const paid = /(^|[-_ ])(paid|settled|captured)$/i

/** The state a use is tried in, and those it may start from. */
interface Asked {
  readonly state: string
  readonly wanted: readonly string[]
}

/** The class of finding that breaking `from` in a state is. */
export function classOfState(charter: Charter, type: ObjectType, use: Use, { state, wanted }: Asked): string {
  if (use.to.includes(state) || use.object?.type !== type.name) {
    if (use.object?.type === type.name) return 'step-repeated'
    if (!leadsTo(type, state, wanted) || comesAfter(type, state, wanted)) return 'use-after-end'
    return wanted.some((each) => paid.test(each)) ? 'use-before-payment' : 'use-before-verification'
  }
  if (leadsTo(type, state, wanted)) return 'step-skipped'
  const says = charter.operations.get(use.operation)?.shape.body !== undefined
  if (says && isDecided(type, state) && use.to.some((each) => leadsTo(type, each, [state]))) return 'approval-changed'
  return type.final.includes(state) || !type.transitions.some((each) => each.from.includes(state))
    ? 'use-after-end'
    : 'forbidden-transition'
}

/** Whether a state is one that only a decision of somebody else leads to: what comes before it changes what was decided. */
function isDecided(type: ObjectType, state: string): boolean {
  const into = type.transitions.filter(({ to }) => to.includes(state))
  const isDecision = ({ constraints }: Use) => constraints.some(({ kind }) => kind === 'separation')
  return type.final.includes(state) && into.length > 0 && into.every(isDecision)
}

const words: readonly (readonly [RegExp, string])[] = [
  [/currency/i, 'currency-tampering'],
  [/recipient|payee|beneficiary|iban|destination|^to$/i, 'recipient-tampering'],
  [/price|discount|percent/i, 'price-tampering'],
  [/quantit|qty|^count$|units/i, 'quantity-tampering'],
  [/amount|total|sum|money|credit|refund|fee/i, 'amount-tampering'],
]

/** The class of finding that breaking a rule is, by what of the request it reads. */
export function classOfRule(rule: Expression): string {
  // What must not be said at all is not the caller's to say.
  if (isOfRequest(rule) && rule.ast.kind === 'not' && rule.ast.operand.kind === 'has') return 'bopla-write'
  const reads = rule.reads.filter(([root]) => requestRoots.has(root ?? ''))
  for (const [pattern, found] of words)
    if (reads.some((path) => path.slice(1).some((part) => pattern.test(part)))) return found
  return 'rule-broken'
}

/** Whether a rule is against the caller being whom an object names: nobody does this to what is about themselves. */
export function isAboutCaller(node: Node, want = true): boolean {
  if (node.kind === 'not') return isAboutCaller(node.operand, !want)
  if (node.kind === 'and' || node.kind === 'or')
    return [node.left, node.right].some((each) => isAboutCaller(each, want))
  if (node.kind !== 'binary' || node.op !== (want ? '!=' : '==')) return false
  return [node.left, node.right].some((side) => writtenPath(side)?.join('.') === 'principal.id')
}

function isOfRequest({ reads }: Expression): boolean {
  return reads.length > 0 && reads.every(([root]) => requestRoots.has(root ?? ''))
}
