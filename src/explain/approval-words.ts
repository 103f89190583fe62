import type { Approval } from '../charter/approval.ts'
import { printDuration } from '../charter/duration.ts'
import { printPointer } from '../charter/pointer.ts'
import { joinWords, whoWords } from '../constraint/words.ts'

/** An approval as one sentence: when it is needed, who gives it, what it covers and for how long. */
export function describeApproval(approval: Approval): string {
  if (approval.says !== undefined) return approval.says
  const { neededWhen, choices, not, quorum, validForMs, binds, grant } = approval
  const people = quorum === 1 ? whoWords(choices) : `${quorum} different people, each ${whoWords(choices)}`
  return [
    `${approval.name}: ${neededWhen === undefined ? 'always needed' : `needed when \`${neededWhen.source}\``}`,
    `given by ${people}`,
    ...(not.length === 0 ? [] : [`never by the ${joinWords(not)}`]),
    ...(binds === undefined
      ? []
      : [
          `for ${joinWords(
            binds.map((at) => `\`${printPointer(at)}\``),
            'and',
          )} as it is then`,
        ]),
    ...(validForMs === undefined ? [] : [`valid for ${printDuration(validForMs)}`]),
    ...(grant === undefined ? [] : [`with \`${grant}\``]),
  ].join(', ')
}
