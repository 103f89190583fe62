/** What is shown of a lifecycle: the drawing, and the numbers that belong to each of its moves. */
import type { Answer } from '../../ask.ts'

export type Drawn = Answer<'GET /api/lifecycles/{object}'>
export type Traffic = Answer<'GET /api/lifecycles/{object}/traffic'>
export type Pin = Traffic['pins'][number]
export type Arrow = Drawn['picture']['moves'][number]['arrows'][number]

/** What the address says. `use` and `state` are what is looked at more closely. */
export interface View {
  readonly span: '1h' | '24h' | '7d' | '30d'
  readonly show: 'all' | 'never' | 'unintended'
  readonly use?: string
  readonly state?: string
}

export const spans: readonly View['span'][] = ['1h', '24h', '7d', '30d']
export const start = '[start]'

export function viewOf(search: Readonly<Record<string, unknown>>): View {
  const { show, use, state } = search
  const span = spans.find((each) => each === search['span']) ?? '24h'
  return {
    span,
    show: show === 'never' || show === 'unintended' ? show : 'all',
    ...(typeof use === 'string' ? { use } : {}),
    ...(typeof state === 'string' ? { state } : {}),
  }
}

/** What may come of a call: its column, its number, and its effect on the record. */
export const effects = [
  ['Allowed', 'allowed', 'allow'],
  ['Asked', 'asked', 'ask'],
  ['Refused', 'refused', 'deny'],
] as const

export interface Numbers {
  readonly allowed: number
  readonly refused: number
  readonly asked: number
}

/** How often an arrow was taken out of a state. */
export function numbersOf(traffic: Traffic | undefined, arrow: Arrow, from: string): Numbers {
  const sum = { allowed: 0, refused: 0, asked: 0 }
  for (const move of traffic?.moves ?? []) {
    if (!arrow.uses.includes(move.use) || move.from !== from) continue
    sum.allowed += move.allowed
    sum.refused += move.refused
    sum.asked += move.asked
  }
  return sum
}

/** Dimmed is what is not asked for: of what was never seen, what was. */
export function isDim({ show }: View, { allowed }: Pick<Numbers, 'allowed'>): boolean {
  return show === 'unintended' || (show === 'never' && allowed > 0)
}

/** A transition as people name it. */
export function shortOf(use: string): string {
  return use.slice(use.indexOf('.') + 1).replace(/@.*$/, '')
}

/** Every arrow with where it leads from and to, also those that stay in a state. */
export function arrowsOf({
  picture,
}: Drawn): readonly { readonly from: string; readonly to: string; readonly arrow: Arrow }[] {
  const moves = picture.moves.flatMap(({ from, to, arrows }) => arrows.map((arrow) => ({ from, to, arrow })))
  const inner = picture.states.flatMap(({ name, inner }) => inner.map((arrow) => ({ from: name, to: name, arrow })))
  return [...moves, ...inner]
}

/** Decisions on the record, as narrow as the number that leads there. */
export function recordOf(traffic: Traffic | undefined, narrow: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries({ kind: 'decision', ...narrow, from: traffic?.from })
  const query = given.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return `/ledger?${new URLSearchParams(query).toString()}`
}

/** Where a finding broke the lifecycle, in words. */
export function whereOf({ place, use }: Pin): string {
  switch (place.kind) {
    case 'move':
      return `at ${shortOf(use)}, ${place.from === start ? 'when it is made' : `while ${place.from}`}`
    case 'unintended':
      return `at ${shortOf(use)}: from ${place.from} to ${place.to}, which nothing intends`
    case 'state':
      return `at ${shortOf(use)}, while ${place.state}`
    case 'object':
      return `at ${shortOf(use)}, in any state`
  }
}
