import { bare } from '../charter/bare.ts'
import { wordsOf } from './words.ts'

/** States a verb is usual to lead to, most usual first; regular participles are made by `participles`. */
const outcomes: Readonly<Record<string, readonly string[]>> = {
  pay: ['paid', 'settled'],
  send: ['sent'],
  freeze: ['frozen', 'blocked', 'suspended'],
  unfreeze: ['active', 'open'],
  block: ['blocked', 'suspended', 'frozen'],
  unblock: ['active', 'open'],
  lock: ['locked'],
  unlock: ['active', 'open', 'unlocked'],
  suspend: ['suspended', 'paused', 'inactive'],
  resume: ['active', 'running', 'open', 'in-progress'],
  reactivate: ['active'],
  activate: ['active', 'activated', 'enabled'],
  deactivate: ['inactive', 'deactivated', 'disabled'],
  enable: ['enabled', 'active'],
  disable: ['disabled', 'inactive'],
  renew: ['active', 'renewed'],
  hold: ['held', 'on-hold', 'reserved'],
  withdraw: ['withdrawn', 'draft'],
  submit: ['submitted', 'pending', 'in-review', 'requested', 'pending-approval'],
  request: ['requested', 'pending'],
  approve: ['approved', 'accepted', 'active'],
  accept: ['accepted', 'approved', 'confirmed'],
  reject: ['rejected', 'declined', 'denied', 'refused'],
  decline: ['declined', 'rejected'],
  deny: ['denied', 'rejected'],
  refuse: ['refused', 'rejected'],
  cancel: ['cancelled', 'canceled', 'void', 'voided'],
  void: ['void', 'voided', 'cancelled', 'canceled'],
  delete: ['deleted', 'removed', 'archived'],
  remove: ['removed', 'deleted'],
  revoke: ['revoked', 'cancelled', 'canceled'],
  checkout: ['placed', 'checked-out', 'ordered', 'submitted', 'pending'],
  place: ['placed', 'ordered'],
  order: ['ordered', 'placed'],
  buy: ['bought', 'sold', 'paid'],
  sell: ['sold'],
  ship: ['shipped', 'sent', 'in-transit'],
  fulfil: ['fulfilled', 'shipped', 'completed'],
  fulfill: ['fulfilled', 'shipped', 'completed'],
  deliver: ['delivered'],
  receive: ['received', 'delivered'],
  complete: ['completed', 'complete', 'done', 'finished', 'closed'],
  finish: ['finished', 'done', 'completed'],
  start: ['started', 'in-progress', 'running', 'active', 'processing'],
  begin: ['begun', 'in-progress', 'started'],
  process: ['processed', 'processing'],
  pause: ['paused', 'suspended'],
  stop: ['stopped'],
  open: ['open', 'opened', 'active'],
  reopen: ['reopened', 'open', 'active'],
  close: ['closed', 'resolved'],
  resolve: ['resolved', 'closed'],
  execute: ['executed', 'completed', 'done', 'settled'],
  refund: ['refunded', 'partially-refunded', 'reversed'],
  reverse: ['reversed', 'refunded'],
  return: ['returned', 'return-requested'],
  redeem: ['redeemed', 'used', 'spent'],
  use: ['used'],
  expire: ['expired'],
  publish: ['published', 'live', 'public'],
  unpublish: ['draft', 'unpublished'],
  archive: ['archived'],
  restore: ['active', 'restored', 'draft'],
  verify: ['verified', 'confirmed', 'active'],
  confirm: ['confirmed', 'verified', 'active'],
  sign: ['signed'],
  terminate: ['terminated', 'ended', 'cancelled'],
  end: ['ended', 'finished'],
  withhold: ['withheld'],
  rent: ['rented'],
  lend: ['lent'],
  borrow: ['borrowed', 'on-loan'],
  take: ['taken'],
  win: ['won'],
  lose: ['lost'],
}

/** Nouns that paths use for what is done: `POST /orders/{id}/refunds`. */
const doing: Readonly<Record<string, string>> = {
  payment: 'pay',
  payments: 'pay',
  refunds: 'refund',
  cancellation: 'cancel',
  cancelation: 'cancel',
  cancellations: 'cancel',
  approval: 'approve',
  approvals: 'approve',
  rejection: 'reject',
  rejections: 'reject',
  reversal: 'reverse',
  reversals: 'reverse',
  shipment: 'ship',
  shipments: 'ship',
  delivery: 'deliver',
  confirmation: 'confirm',
  submission: 'submit',
  execution: 'execute',
  completion: 'complete',
  activation: 'activate',
  verification: 'verify',
  returns: 'return',
  redemption: 'redeem',
  captures: 'capture',
  disputes: 'dispute',
}

/** Words before what is meant: `setDailyLimit` and `postOrdersByIdPay` are about what follows. */
export const fillers: ReadonlySet<string> = new Set([
  'create',
  'add',
  'post',
  'put',
  'patch',
  'update',
  'set',
  'get',
  'list',
  'make',
  'do',
  'new',
  'mark',
  'as',
  'perform',
  'change',
  'edit',
  'delete',
  'by',
  'id',
])

/** Words after which a noun is still what is spoken of: `payment of an invoice`. */
const linking: ReadonlySet<string> = new Set(['of', 'for', 'to', 'by', 'from', 'with', 'in', 'on', 'an', 'a', 'the'])

/** The verb a segment, operation name or summary speaks of; undefined when it only creates, changes or reads. */
export function verbIn(text: string): string | undefined {
  const words = wordsOf(text)
  const index = words.findIndex((each) => !fillers.has(each))
  const word = words[index]
  if (word === undefined) return undefined
  // A payment holiday is a holiday.
  const next = words[index + 1]
  return next === undefined || linking.has(next) ? (doing[word] ?? word) : word
}

/** Whether the word is a verb that is known to lead somewhere. */
export function isVerb(word: string): boolean {
  return Object.hasOwn(outcomes, word)
}

/** The state among `states` a verb leads to; names are compared without case and separators. */
export function outcomeOf(verb: string, states: readonly string[]): string | undefined {
  const wanted = [...(outcomes[verb] ?? []), ...participles(verb)].map(bare)
  for (const each of wanted) {
    const found = states.find((state) => bare(state) === each)
    if (found !== undefined) return found
  }
  return undefined
}

function participles(verb: string): string[] {
  const doubled = /[aeiou][bdgmnprt]$/.test(verb) ? [`${verb}${verb.at(-1)}ed`] : []
  if (verb.endsWith('e')) return [`${verb}d`, verb]
  if (/[^aeiou]y$/.test(verb)) return [`${verb.slice(0, -1)}ied`, verb]
  return [`${verb}ed`, ...doubled, verb]
}
