/** What somebody has to do, worst first, and one sentence over it. */
import { counted } from '../../../constraint/words.ts'

/** One thing to do. `to` is where in the console it is done. */
export interface Need {
  readonly says: string
  readonly severity: 'high' | 'middle'
  readonly to: string
}

/** What is looked at. Times in milliseconds since 1970. */
export interface Signs {
  /** Proven, neither fixed nor accepted, and refused by the guard alone. */
  readonly severe: number
  readonly slight: number
  /** The same, and not refused by the guard either. */
  readonly unguarded: number
  /** Calls that the charter refuses and that went through because they are only observed. */
  readonly observed: number
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
  if (signs.severe + signs.slight + signs.unguarded > 0) return { says: flawWords(signs), needs }
  const traffic =
    calls === 0
      ? 'no calls in the last hour'
      : `${counted(calls, 'call')} in the last hour, ${refused === 0 ? 'none' : refused} refused`
  if (needs.length === 0) return { says: `Nothing needs you: ${traffic}.`, needs }
  return { says: `${needs.length === 1 ? '1 thing needs' : `${needs.length} things need`} you.`, needs }
}

function flawWords({ severe, slight, unguarded }: Signs): string {
  const guarded = severe + slight
  const open = guarded + unguarded
  const them = open === 1 ? 'it' : 'them all'
  const words =
    unguarded === 0
      ? `the guard in front refuses ${them}`
      : guarded === 0
        ? `the guard does not refuse ${open === 1 ? 'it' : 'them'}`
        : `the guard refuses ${guarded} of them`
  return `${counted(open, 'flaw')} of the API ${open === 1 ? 'is' : 'are'} proven and not mended; ${words}.`
}

const flaws = '/findings?state=there'

function needsOf(signs: Signs): readonly Need[] {
  const high = (count: number, says: string, to: string): readonly Need[] =>
    count === 0 ? [] : [{ says, severity: 'high', to }]
  const middle = (count: number, says: string, to: string): readonly Need[] =>
    count === 0 ? [] : [{ says, severity: 'middle', to }]
  const { severe, slight, unguarded, observed, approvals, doubts } = signs
  const { toolsHeld, toolsNoted, astray, undescribed, placesFailing } = signs
  const ledger = signs.ledgerFailing ? 1 : 0
  const charter = signs.charterRefused ? 1 : 0
  return [
    ...high(unguarded, `Close ${counted(unguarded, 'proven flaw')} that can be used right now`, flaws),
    ...high(severe, `Mend ${counted(severe, 'severe flaw')} in the API`, flaws),
    ...high(ledger, 'See why the record is not signed: no checkpoint could be made', '/ledger'),
    ...high(astray, `Look at ${counted(astray, 'object')} that went where nothing intends it`, '/ledger?rule=astray'),
    ...high(toolsHeld, `Look at ${counted(toolsHeld, 'tool')} held: not as approved`, '/inventory?tab=operations'),
    ...high(charter, 'Correct the changed charter: it was refused, the one before is in force', '/ledger?kind=charter'),
    ...high(doubts, `Settle ${counted(doubts, 'call')} of which nobody knows the outcome`, '/switches'),
    ...middle(slight, `Mend ${counted(slight, 'less severe flaw')} in the API`, flaws),
    ...middle(
      approvals,
      `Answer ${counted(approvals, 'call')} that ${approvals === 1 ? 'waits' : 'wait'} for an approval`,
      '/approvals',
    ),
    ...middle(
      observed,
      `Enforce what is only observed: ${counted(observed, 'call')} went through that the charter refuses`,
      '/ledger?kind=decision&effect=would-deny',
    ),
    ...middle(
      undescribed,
      `Describe ${counted(undescribed, 'request')} that passed and no description has`,
      '/ledger?operation=undescribed&effect=allow',
    ),
    ...middle(placesFailing, `See why checkpoints do not reach ${counted(placesFailing, 'place')} outside`, '/ledger'),
    ...middle(toolsNoted, `Look at ${counted(toolsNoted, 'tool')}`, '/inventory?tab=operations'),
  ]
}
