import { bare } from '../charter/bare.ts'
import type { OperationShape } from '../charter/source/description.ts'
import { guess, type Said, saidValue } from './claim.ts'
import type { StateMember } from './member.ts'
import type { Resource } from './resource.ts'
import { initialOf, isEnding, isSuccess, isWaiting, rankOf } from './state-order.ts'
import { saidOf, statesIn } from './text.ts'
import { fillers, isVerb, outcomeOf, verbIn } from './verb.ts'
import { kebab, shortened, wordsOf } from './words.ts'

/** The states and moves of a type of object. */
export interface LifecycleDraft {
  readonly states: readonly string[]
  /** The value in the API that stands for each state, where that is not its name. */
  readonly values: Readonly<Record<string, string | number | boolean>>
  readonly gone?: string
  readonly moves: readonly Move[]
}

/** One transition. */
export interface Move {
  readonly name: string
  readonly kind: 'create' | 'update' | 'remove' | 'act'
  /** What is done, as a verb, when one was recognised. */
  readonly verb: string | undefined
  readonly shape: OperationShape
  readonly from?: Said<readonly string[]>
  readonly to?: Said<readonly string[]>
}

/** Drafts the lifecycle of a resource from its operations, the words of its state member, and what the texts say. */
export function draftLifecycle(resource: Resource, state: StateMember | undefined): LifecycleDraft {
  const named = (state?.values ?? []).map((value) => [stateName(value), value] as const)
  const states = [...new Set(named.map(([name]) => name))]
  const names = new Set<string>()
  const add = (move: Move): Move => {
    const name = freeName(names, move, resource)
    names.add(name)
    return { ...move, name }
  }
  const moves = [
    ...(resource.create === undefined ? [] : [createMove(resource.create, states)]),
    ...resource.updates.map((shape) => updateMove(shape, states)),
    ...resource.actions.map((shape) => actMove(shape, states)),
    ...(resource.remove === undefined ? [] : [removeMove(resource.remove, states)]),
  ].map(add)
  const gone = resource.remove !== undefined && outcomeOf('delete', states) === undefined ? 'deleted' : undefined
  return {
    states: gone === undefined || states.length === 0 ? states : [...states, gone],
    values: Object.fromEntries(named.filter(([name, value]) => name !== value)),
    ...(gone === undefined ? {} : { gone }),
    moves,
  }
}

/** A value of the state member as charters can name it. */
export function stateName(value: string | number | boolean): string {
  const text = String(value)
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(text) ? text : kebab(typeof value === 'string' ? text : `state ${text}`)
}

function freeName(taken: ReadonlySet<string>, move: Move, resource: Resource): string {
  if (!taken.has(move.name)) return move.name
  const segment = move.shape.path.split('/').findLast((each) => each !== '' && !each.startsWith('{')) ?? ''
  const candidates = [kebab(segment), kebab(move.shape.name), `${move.name}-${resource.name}`]
  const free = candidates.find((each) => !taken.has(each))
  return free ?? `${move.name}-${taken.size + 1}`
}

function createMove(shape: OperationShape, states: readonly string[]): Move {
  const head = { name: 'create', kind: 'create', verb: undefined, shape } as const
  if (states.length === 0) return head
  const said = statesIn(saidOf(shape), states)
  const [told] = [...said.to, ...said.from]
  if (told !== undefined) return { ...head, to: guess([told], `its text says so: ${quote(shape)}`) }
  const verb = verbIn(shape.name)
  const reached = verb === undefined || !isVerb(verb) ? undefined : outcomeOf(verb, states)
  if (reached !== undefined && !isEnding(reached)) return { ...head, to: guess([reached], `of the verb \`${verb}\``) }
  const initial = initialOf(states)
  return initial === undefined ? head : { ...head, to: guess([initial], 'things usually begin there') }
}

function updateMove(shape: OperationShape, states: readonly string[]): Move {
  const name = shape.method === 'PUT' ? 'replace' : 'update'
  return { name, kind: 'update', verb: undefined, shape, ...fromText(shape, states) }
}

function removeMove(shape: OperationShape, states: readonly string[]): Move {
  const to = outcomeOf('delete', states)
  const verb = verbIn(shape.name) ?? 'delete'
  const named = isVerb(verb) ? outcomeOf(verb, states) : undefined
  const target = named ?? to
  const name = isVerb(verb) ? verb : 'delete'
  const from = fromText(shape, states, target === undefined ? [] : [target])
  if (target === undefined) return { name, kind: 'remove', verb: 'delete', shape, to: ['deleted'], ...from }
  return { name, kind: 'remove', verb: 'delete', shape, to: guess([target], `of the verb \`${name}\``), ...from }
}

function actMove(shape: OperationShape, states: readonly string[]): Move {
  const verb = verbOf(shape, states)
  const name = kebab(verb ?? lastSegment(shape))
  const move = { name, kind: 'act', verb, shape } as const
  if (states.length === 0) return move
  const told = statesIn(saidOf(shape), states)
  const byVerb =
    requestedState(shape, states) ??
    (verb === undefined ? undefined : (outcomeOf(verb, states) ?? approvedState(shape, { verb, states })))
  // `Withdraw: take it back to draft` beats what the verb usually means.
  const outcomes = told.to.length > 0 ? told.to : byVerb === undefined ? [] : [byVerb]
  if (outcomes.length === 0) return { ...move, ...fromText(shape, states) }
  const why = told.to.length > 0 ? `its text says so: ${quote(shape)}` : `of the verb \`${verb}\``
  const fromIt = fromText(shape, states, outcomes).from
  const usual = usualStarts(verb, outcomes[0] ?? '', states)
  const from = fromIt ?? (usual.length === 0 ? undefined : guess(usual, 'of the usual order of these states'))
  if (from === undefined) return { ...move, to: guess(outcomes, why) }
  const to = inParts(shape, verb)
    ? guess([...saidValue(from), ...outcomes], `${why}, and it may be done in parts`)
    : guess(outcomes, why)
  return { ...move, from, to }
}

/** `requestReturn` leads to `return-requested` where there is such a state. */
function requestedState(shape: OperationShape, states: readonly string[]): string | undefined {
  const [first, ...what] = wordsOf(shape.name)
  if (first !== 'request' || what.length === 0) return undefined
  return states.find((state) => bare(state) === `${what.join('')}requested` || bare(state) === `${what[0]}requested`)
}

/** `POST /orders/{id}/return/approve` leads to `returned`. */
function approvedState(
  shape: OperationShape,
  { verb, states }: { verb: string; states: readonly string[] },
): string | undefined {
  if (!/^(?:approve|accept|confirm|complete)$/.test(verb)) return undefined
  const segments = shape.path.split('/').filter((segment) => segment !== '' && !segment.startsWith('{'))
  const before = verbIn(segments.at(-2) ?? '') ?? ''
  return isVerb(before) ? outcomeOf(before, states) : undefined
}

/** A refund of a given amount, or the first of two approvals, leaves the state as it is. */
function inParts(shape: OperationShape, verb: string | undefined): boolean {
  if (/^(?:refund|reverse)$/.test(verb ?? '')) return shape.body !== undefined
  return verb === 'approve' && /\b(?:second approval|two approv|both approv)/i.test(saidOf(shape))
}

/** The last segment says it in most APIs, else the operation's name or summary. */
function verbOf(shape: OperationShape, states: readonly string[]): string | undefined {
  const texts = [lastSegment(shape), shape.name, shape.summary ?? '']
  const verbs = texts.flatMap((text) => verbIn(text) ?? [])
  const leading = verbs.find((verb) => outcomeOf(verb, states) !== undefined)
  if (leading !== undefined) return leading
  const [first = ''] = wordsOf(shape.name)
  return fillers.has(first) ? undefined : first
}

function lastSegment({ path }: OperationShape): string {
  return path.split('/').findLast((segment) => segment !== '' && !segment.startsWith('{')) ?? 'act'
}

function fromText(
  shape: OperationShape,
  states: readonly string[],
  to: readonly string[] = [],
): { from?: Said<readonly string[]> } {
  const told = statesIn(saidOf(shape), states)
  const from = told.from.filter((state) => !to.includes(state) || told.from.length === 1)
  const usable = from.filter((state) => !to.includes(state))
  if (told.before !== undefined && usable.length === 0) {
    const earlier = states
      .slice(0, states.indexOf(told.before))
      .filter((state) => !isEnding(state) && !to.includes(state))
    if (earlier.length > 0) return { from: guess(earlier, `its text says so: ${quote(shape)}`) }
  }
  if (usable.length > 0) return { from: guess(usable, `its text says so: ${quote(shape)}`) }
  if (told.notFrom.length === 0) return {}
  const left = states.filter((state) => !told.notFrom.includes(state) && !to.includes(state))
  return left.length === 0 ? {} : { from: guess(left, `its text says so: ${quote(shape)}`) }
}

const undoing: Readonly<Record<string, RegExp>> = {
  unfreeze: /^(?:frozen|blocked|suspended)$/,
  unblock: /^(?:blocked|frozen|suspended)$/,
  unlock: /^locked$/,
  resume: /^(?:paused|suspended|stopped|on-?hold)$/i,
  reactivate: /^(?:inactive|deactivated|suspended|disabled|cancell?ed|expired|paused)$/,
  reopen: /^(?:closed|resolved|done|completed)$/,
  restore: /^(?:deleted|archived|removed)$/,
  unpublish: /^(?:published|live)$/,
  enable: /^(?:disabled|inactive)$/,
}

/** The states from which a move to `to` usually starts. */
function usualStarts(verb: string | undefined, to: string, states: readonly string[]): string[] {
  const undone = undoing[verb ?? '']
  const paired = undone === undefined ? [] : states.filter((state) => undone.test(state))
  if (paired.length > 0) return paired
  const asked = states.filter(
    (state) => state.endsWith('requested') && state !== to && bare(state).startsWith(bare(to).slice(0, 5)),
  )
  if (asked.length > 0) return asked
  const others = states.filter((state) => state !== to)
  const live = others.filter((state) => !isEnding(state) || isSuccess(state))
  if (/^(?:refund|reverse|return|dispute|chargeback)/.test(verb ?? '')) return live.filter(isSuccess)
  if (/^(?:approve|reject|decline|deny|accept|refuse|review)$/.test(verb ?? '')) {
    const waiting = live.filter(isWaiting)
    return waiting.length === 0 ? before(to, live, states) : waiting.slice(-1)
  }
  if (/^(?:freeze|suspend|block|pause|lock|disable|deactivate)$/.test(verb ?? ''))
    return live.filter((state) => /^(?:active|open|enabled|published|running|in-?progress|approved)$/i.test(state))
  if (isEnding(to) && !isSuccess(to)) return live.filter((state) => !isSuccess(state) && !isEnding(state))
  return before(to, live, states)
}

/** The nearest state before `to` in the usual order. */
function before(to: string, candidates: readonly string[], states: readonly string[]): string[] {
  const rank = rankOf(to, states)
  const place = (state: string): number => rankOf(state, states)
  const earlier = candidates.filter(
    (state) => place(state) < rank || (place(state) === rank && states.indexOf(state) < states.indexOf(to)),
  )
  const sorted = earlier.toSorted(
    (left, right) => place(left) - place(right) || states.indexOf(left) - states.indexOf(right),
  )
  return sorted.slice(-1)
}

function quote(shape: OperationShape): string {
  return `"${shortened(saidOf(shape).replace(/^\. /, ''), 60)}"`
}
