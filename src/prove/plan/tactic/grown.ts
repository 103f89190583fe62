/** Rules over what adds up on an object: one call cannot break them, several rightful ones before it bring it near. */
import type { Node } from '../../../cel/ast.ts'
import { parseCel } from '../../../cel/parse-cel.ts'
import { printCel } from '../../../cel/print.ts'
import { comparisons } from '../../../cel/traverse.ts'
import { callVariables } from '../../../charter/linker.ts'
import { requestRoots } from '../argument.ts'
import { rewritten, writtenPath } from '../instance.ts'
import type { Scenario, Step, Wish } from '../scenario.ts'
import type { ConstraintOf, Draft } from './draft.ts'

const mostCalls = 4

/**
 * The scenario with the act made rightfully once, twice and so on before, each time with so much that as many calls more of the kind go
 * against the rule. None where the rule compares no amount of the request with what the object says, or the act leads away.
 */
export function grown({ use }: Draft, { rule }: ConstraintOf<'when'>, scenario: Scenario): Scenario[] {
  const act = scenario.steps.at(-1)
  const mayStay = use.to.length === 0 || use.from.length === 0 || use.to.some((state) => use.from.includes(state))
  const roots = new Set(rule.reads.map(([root = '']) => root))
  const isMeasured = comparisons(rule).some(({ op }) => op !== '==' && op !== '!=' && op !== 'in')
  if (act?.object === undefined || use.creates || !mayStay || !isMeasured || !roots.has('object')) return []
  const words = [...callVariables, ...use.refs.map(({ slot }) => slot)]
  const wanting = (times: number): Wish[] => {
    const parsed = parseCel(printCel(multiplied(rule.ast, times)), words)
    return parsed.ok ? [{ rule: parsed.expression, want: false, slot: 'object' }] : []
  }
  const found: Scenario[] = []
  for (let calls = 2; calls <= mostCalls; calls++) {
    const before = Array.from({ length: calls - 1 }, (_, index): Step => {
      return { ...act, purpose: 'setup', wishes: [...act.wishes, ...wanting(calls - index)] }
    })
    found.push({ ...scenario, steps: [...scenario.steps.slice(0, -1), ...before, act] })
  }
  return found
}

/** The rule with so many times what the request says. */
function multiplied(node: Node, times: number): Node {
  return rewritten(node, (each) => {
    const [root, ...rest] = writtenPath(each) ?? []
    if (root === undefined || rest.length === 0 || !requestRoots.has(root)) return undefined
    const { start, end } = each
    const more = (sum: Node): Node => ({ kind: 'binary', op: '+', left: sum, right: each, start, end })
    return Array.from({ length: times - 1 }).reduce<Node>(more, each)
  })
}
