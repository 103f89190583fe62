/** Which agents and workflows deserve a look, and why: from what the charter says of operations and what the record says of their use. */
import { approvalsOf } from '../../../charter/approval.ts'
import type { Charter, Operation } from '../../../charter/charter.ts'
import { counted } from '../../../constraint/words.ts'
import type { Tally } from '../../../overview/query.ts'

/** Why somebody is worth a look, in words; `of` are the operations it comes from. */
export interface Risk {
  readonly says: string
  readonly of: readonly string[]
}

export interface Ranked {
  readonly name: string
  readonly calls: number
  readonly refused: number
  readonly asked: number
  readonly last: number
  /** `high`: it reads what anybody may write, and does what is hard to undo. */
  readonly level: 'high' | 'some' | 'none'
  readonly risks: readonly Risk[]
}

/** Ranks whoever is tallied by name, beside operations; the riskiest first. What was only ever refused is no reach. Pure. */
export function rank(charter: Charter, tallies: readonly Tally[]): readonly Ranked[] {
  const names = new Map<string, Tally[]>()
  for (const tally of tallies) names.set(tally.name, [...(names.get(tally.name) ?? []), tally])
  return [...names]
    .map(([name, own]) => ranked(charter, name, own))
    .sort((a, b) => weightOf(b) - weightOf(a) || b.calls - a.calls || (a.name < b.name ? -1 : 1))
}

function ranked(charter: Charter, name: string, own: readonly Tally[]): Ranked {
  const count = (effects?: readonly string[]): number =>
    own.filter(({ effect }) => effects?.includes(effect) ?? true).reduce((sum, { n }) => sum + n, 0)
  const reached = [...new Set(own.flatMap(({ beside, effect }) => (effect === 'deny' ? [] : [beside])))]
  const operations = reached.flatMap((id) => charter.operations.get(id) ?? [])
  const of = (test: (operation: Operation) => boolean): readonly string[] =>
    operations.filter(test).map((operation) => operation.id)
  const [amounts, consented, foreign] = [of(movesAmounts), of(needsConsent), of(tellsAnything)]
  const [calls, refused, asked] = [count(), count(['deny']), count(['ask', 'defer'])]
  const risks: readonly Risk[] = [
    ...risk(amounts, 'moves amounts'),
    ...risk(consented, 'does what needs an approval'),
    ...risk(foreign, 'reads what anybody may have written'),
    ...(refused === 0 ? [] : [{ says: `${refused} of ${counted(calls, 'call')} refused`, of: deniedOf(own) }]),
  ]
  const high = foreign.length > 0 && (amounts.length > 0 || consented.length > 0)
  const level = high ? 'high' : risks.length > 0 ? 'some' : 'none'
  return { name, calls, refused, asked, last: Math.max(0, ...own.map(({ last }) => last)), level, risks }
}

function risk(of: readonly string[], says: string): readonly Risk[] {
  return of.length === 0 ? [] : [{ says, of }]
}

function deniedOf(own: readonly Tally[]): readonly string[] {
  return own.flatMap(({ beside, effect }) => (effect === 'deny' && beside !== '' ? [beside] : []))
}

const weights = { high: 1000, some: 100, none: 0 } as const

function weightOf({ level, refused, risks }: Ranked): number {
  return weights[level] + risks.length * 10 + Math.log10(refused + 1)
}

function constraintsOf({ uses }: Operation): Operation['uses'][number]['constraints'] {
  return uses.flatMap((use) => use.constraints)
}

function movesAmounts(operation: Operation): boolean {
  return operation.writes && constraintsOf(operation).some((each) => each.kind === 'limit' && each.sum !== undefined)
}

function needsConsent(operation: Operation): boolean {
  return constraintsOf(operation).some((each) => each.kind === 'approval' && approvalsOf(each).length > 0)
}

/** Answers with texts of which no part is trusted, to agents whose arguments are traced. */
function tellsAnything({ writes, trusted, memory }: Operation): boolean {
  return !writes && trusted !== 'all' && memory === undefined
}
