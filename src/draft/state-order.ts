import { bare } from '../charter/bare.ts'

/** How far along a life usually is in a state; states not listed keep the place their description gives them. */
const usual: readonly (readonly string[])[] = [
  ['draft', 'cart', 'new', 'created', 'initial', 'unpaid', 'todo', 'backlog', 'inactive', 'available'],
  ['open', 'pending', 'requested', 'placed', 'ordered', 'queued', 'registered', 'invited', 'issued', 'unverified'],
  ['submitted', 'inreview', 'pendingapproval', 'review', 'waiting', 'held', 'reserved', 'scheduled', 'processing'],
  ['verified', 'confirmed', 'approved', 'accepted', 'authorized', 'assigned', 'inprogress', 'started', 'running'],
  ['active', 'paid', 'captured', 'published', 'enabled', 'live', 'packed', 'executed', 'signed'],
  ['shipped', 'sent', 'intransit', 'dispatched', 'rented', 'borrowed', 'partiallyrefunded', 'frozen', 'paused'],
  ['delivered', 'received', 'completed', 'complete', 'done', 'finished', 'settled', 'resolved', 'redeemed', 'used'],
]

const endings: ReadonlySet<string> = new Set(
  (
    'cancelled canceled rejected declined denied refused refunded reversed returned expired failed removed deleted archived ' +
    'revoked void voided closed terminated completed complete done finished settled redeemed used delivered resolved sold ' +
    'withdrawn charged chargedback lost ended abandoned'
  ).split(' '),
)

const successes: ReadonlySet<string> = new Set(
  'paid captured executed settled shipped delivered completed complete done finished received partiallyrefunded sold'.split(
    ' ',
  ),
)

/** Whether nothing usually leaves the state. */
export function isEnding(state: string): boolean {
  return endings.has(bare(state))
}

/** Whether the business the object stands for has been done in this state, so that it can only be taken back. */
export function isSuccess(state: string): boolean {
  return successes.has(bare(state))
}

/** Whether an object waits for somebody's yes or no in this state. */
export function isWaiting(state: string): boolean {
  return /^(submitted|pending|pendingapproval|requested|inreview|review|waiting|proposed|applied|open|new)$/.test(
    bare(state),
  )
}

/** The state objects usually begin in: the least far along, the first listed among equals. */
export function initialOf(states: readonly string[]): string | undefined {
  return states.toSorted((left, right) => rankOf(left, states) - rankOf(right, states))[0]
}

/** How far along a state is: its usual place, else between those of its neighbours in the list; endings come last. */
export function rankOf(state: string, states: readonly string[]): number {
  const own = usualRank(state)
  if (own !== undefined) return own
  if (isEnding(state)) return usual.length + 1
  const index = states.indexOf(state)
  const before = states.slice(0, Math.max(index, 0)).findLast((each) => usualRank(each) !== undefined)
  return (before === undefined ? 0 : (usualRank(before) ?? 0)) + 0.5
}

function usualRank(state: string): number | undefined {
  const rank = usual.findIndex((states) => states.includes(bare(state)))
  return rank < 0 ? undefined : rank
}
