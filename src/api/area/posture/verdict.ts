/** What needs somebody, worst first, and one sentence over it. */
import { counted } from '../../../constraint/words.ts'

/** One thing that needs somebody. `to` is where in the console it is dealt with. */
export interface Need {
  readonly says: string
  readonly severity: 'high' | 'middle'
  readonly to: string
}

/** What is looked at. Times in milliseconds since 1970. */
export interface Signs {
  /** Of what was proven and is neither fixed nor accepted. */
  readonly severe: number
  readonly slight: number
  readonly refused: number
  readonly calls: number
  readonly approvals: number
  readonly doubts: number
  readonly toolsHeld: number
  readonly toolsNoted: number
  readonly charterRefused: boolean
  readonly astray: number
  readonly undescribed: number
  readonly ledgerFailing: boolean
  readonly placesFailing: number
}

export interface Verdict {
  readonly says: string
  readonly needs: readonly Need[]
}

/** Pure. */
export function verdictOf(signs: Signs): Verdict {
  const needs = needsOf(signs)
  const { calls, refused } = signs
  const traffic =
    calls === 0
      ? 'no calls in the last hour'
      : `${counted(calls, 'call')} in the last hour, ${refused === 0 ? 'none' : refused} refused`
  if (needs.length === 0) return { says: `Nothing needs you: ${traffic}.`, needs }
  return { says: `${needs.length === 1 ? '1 thing needs' : `${needs.length} things need`} you.`, needs }
}

function needsOf(signs: Signs): readonly Need[] {
  const high = (count: number, says: string, to: string): readonly Need[] =>
    count === 0 ? [] : [{ says, severity: 'high', to }]
  const middle = (count: number, says: string, to: string): readonly Need[] =>
    count === 0 ? [] : [{ says, severity: 'middle', to }]
  const { severe, slight, approvals, doubts, toolsHeld, toolsNoted, astray, undescribed, placesFailing } = signs
  const ledger = signs.ledgerFailing ? 1 : 0
  const charter = signs.charterRefused ? 1 : 0
  return [
    ...high(
      severe,
      `${counted(severe, 'proven finding')} of high severity ${severe === 1 ? 'is' : 'are'} open`,
      '/findings?state=open',
    ),
    ...high(ledger, 'the record is not signed: no checkpoint could be made', '/ledger'),
    ...high(astray, `${counted(astray, 'object')} went where nothing intends it`, '/ledger?rule=astray'),
    ...high(toolsHeld, `${counted(toolsHeld, 'tool')} held: not as approved`, '/inventory?tab=operations'),
    ...high(charter, 'the changed charter was refused: the one before is in force', '/ledger?kind=charter'),
    ...high(doubts, `nobody knows what became of ${counted(doubts, 'call')}`, '/switches'),
    ...middle(
      slight,
      `${counted(slight, 'proven finding')} of lower severity ${slight === 1 ? 'is' : 'are'} open`,
      '/findings?state=open',
    ),
    ...middle(
      approvals,
      `${counted(approvals, 'call')} ${approvals === 1 ? 'waits' : 'wait'} for an approval`,
      '/approvals',
    ),
    ...middle(
      undescribed,
      `${counted(undescribed, 'request')} passed that no description has`,
      '/ledger?operation=undescribed&effect=allow',
    ),
    ...middle(placesFailing, `checkpoints do not reach ${counted(placesFailing, 'place')} outside`, '/ledger'),
    ...middle(toolsNoted, `${counted(toolsNoted, 'tool')} to look at`, '/inventory?tab=operations'),
  ]
}
