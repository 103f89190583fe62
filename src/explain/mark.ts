/** What is small in a drawing and matters: that a move waits for somebody, or may be made only so often or for so much. */
import { approvalsOf } from '../charter/approval.ts'
import type { Constraint, Use } from '../charter/charter.ts'
import { printDuration } from '../charter/duration.ts'

export interface Mark {
  readonly kind: 'approval' | 'limit'
  readonly text: string
}

/** Longer ones are told beside the drawing. */
const longest = 24

/** The marks of a use, in file order, each once. What all calls of a workflow may do together is told of the workflow. */
export function marksOf(use: Pick<Use, 'constraints'>): readonly Mark[] {
  const marks = use.constraints.filter(({ id }) => !id.startsWith('workflow.')).flatMap(marksFor)
  return [...new Map(marks.map((mark) => [mark.text, mark])).values()]
}

function marksFor(constraint: Constraint): readonly Mark[] {
  switch (constraint.kind) {
    case 'limit': {
      const text = `at most ${constraint.atMost.source}`
      return [{ kind: 'limit', text: text.length > longest ? 'limited' : text }]
    }
    case 'rate':
      return [{ kind: 'limit', text: `${constraint.atMost} per ${printDuration(constraint.withinMs)}` }]
    case 'once':
      return [{ kind: 'limit', text: 'once' }]
    default:
      return approvalsOf(constraint).map((name) => ({ kind: 'approval', text: `needs ${name}` }))
  }
}
