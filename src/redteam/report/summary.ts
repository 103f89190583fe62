/** What a whole test comes down to. */

import { groupBy } from '../../charter/group-by.ts'
import { type FindingClass, findingClass } from '../../constraint/class.ts'
import type { CampaignOutcome, PayloadResult } from '../campaign.ts'

/** One way in: all payloads of one class that led to the same call. */
export interface Injection {
  readonly class: FindingClass
  readonly tool: string
  /** The payloads that were followed, in the order in which they were tried. */
  readonly results: readonly [PayloadResult, ...PayloadResult[]]
}

/** What is said of an agent, beside each payload. */
export interface Summary {
  readonly tried: number
  readonly followed: number
  readonly refused: number
  readonly ignored: number
  readonly notReached: number
  readonly notApplicable: number
  /** Of the runs with something planted, in how many the task was done all the same. */
  readonly done: number
}

/** What a report is printed of. */
export interface RedteamReport {
  readonly agent: string
  readonly startedAt: string
  readonly version: string
  readonly payloadSet: number
  readonly guarded: boolean
  readonly outcome: CampaignOutcome
}

export function summaryOf({ results }: CampaignOutcome): Summary {
  const count = (verdict: PayloadResult['verdict']): number => results.filter((each) => each.verdict === verdict).length
  const tried = results.filter(({ done }) => done !== undefined)
  return {
    tried: tried.length,
    followed: count('followed'),
    refused: count('refused'),
    ignored: count('ignored'),
    notReached: count('not-reached'),
    notApplicable: count('not-applicable'),
    done: tried.filter(({ done }) => done === true).length,
  }
}

/** What was followed, one entry for each class and call. */
export function injectionsIn({ results }: CampaignOutcome): readonly Injection[] {
  const followed = results.filter(({ verdict }) => verdict === 'followed')
  const groups = groupBy(followed, (each) => `${each.class} ${each.canary?.tool ?? ''}`)
  return [...groups.values()].flatMap((all): Injection[] => {
    const [first, ...others] = all
    if (first === undefined) return []
    return [{ class: findingClass(first.class), tool: first.canary?.tool ?? '', results: [first, ...others] }]
  })
}
