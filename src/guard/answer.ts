/** What an answer shows, and what of it may be shown. */
import type { Call, Charter, Use } from '../charter/charter.ts'
import { representationIn, textOf } from '../charter/object-fact.ts'
import { keyIn } from '../constraint/context.ts'
import type { Decision } from '../decide/decision.ts'
import type { Answer, Release } from './call.ts'
import type { Objects } from './gather.ts'
import { readAs } from './read-as.ts'
import { refuse } from './refusal.ts'
import { type Answered, carryOut } from './release.ts'
import type { Ready } from './reserve.ts'

/** The object an answer shows, by slot; undefined when it shows none. */
export function shownObject(charter: Charter, call: Call, answer: Answer, now: number): Objects | undefined {
  const use = charter.operations.get(call.operation)?.uses[0]
  const type = charter.objects.get(use?.object?.type ?? '')
  if (type === undefined || answer.body === undefined) return undefined
  const shown = representationFor(type, answer.body, call, use?.object?.key)
  if (shown === undefined) return undefined
  return { object: readAs(type, shown, { now }) }
}

function representationFor(
  type: Parameters<typeof representationIn>[0],
  body: unknown,
  call: Call,
  place: NonNullable<Use['object']>['key'] | undefined,
): unknown {
  const named = place === undefined || place.from === 'response' ? undefined : keyIn(place, call, undefined)
  const inPath = Object.values(call.request.path ?? {}).flatMap((each) => textOf(each) ?? [])
  const keys = named === undefined ? inPath : [named, ...inPath]
  for (const key of [...keys, call.principal.id]) {
    const found = key === undefined ? undefined : representationIn(type, body, key)
    if (found !== undefined) return found
  }
  return undefined
}

/** What of an answer goes back under a decision. */
export function shownTo(
  ready: Pick<Ready, 'force' | 'call' | 'objects' | 'mode'>,
  decision: Decision,
  answer: Answer,
  { items, withhold }: Pick<Answered, 'items' | 'withhold'> = {},
): Release {
  const { obligations } = decision
  if (obligations.length === 0 || answer.status >= 300 || ready.mode === 'observe') return { kind: 'pass' }
  if (answer.body === undefined)
    return {
      kind: 'refused',
      refusal: refuse('upstream-failed', 'the answer cannot be read, and part of it must not be shown'),
    }
  const { call, objects, force } = ready
  const shown = carryOut(
    { charter: force.charter, call, objects, ...(items && { items }), ...(withhold && { withhold }) },
    obligations,
    answer.body,
  )
  return 'blocked' in shown
    ? { kind: 'refused', refusal: refuse('upstream-failed', shown.blocked) }
    : { kind: 'changed', body: shown.body }
}

/** An answer whose body was changed: its text is no longer what came. */
export function withBody(answer: Answer, body: unknown): Answer {
  const { text: _, ...others } = answer
  return { ...others, body }
}
