import type { RawCharter } from '../charter/schema.ts'
import { type Statement, statementsOf } from './statement.ts'

/** One statement on which a draft and the final charter differ. */
export interface Difference {
  readonly kind: string
  readonly where: string
  /** What the draft says; absent when it says nothing. */
  readonly drafted?: string
  /** What the final charter says; absent when it says nothing. */
  readonly final?: string
}

/** How much of one kind of statement a draft got right. */
export interface Score {
  /** Said alike by both. */
  readonly right: number
  /** Said by both, differently. */
  readonly wrong: number
  /** Said by the final charter alone. */
  readonly missing: number
  /** Said by the draft alone. */
  readonly extra: number
}

/** A draft held against the charter a person made in the end. */
export interface Comparison {
  readonly total: Score
  readonly kinds: ReadonlyMap<string, Score>
  readonly differences: readonly Difference[]
}

/** Compares a draft with the final charter, statement by statement. Pure; the order is that of the final charter. */
export function compareCharters(draft: RawCharter, final: RawCharter): Comparison {
  const drafted = indexed(statementsOf(draft))
  const wanted = indexed(statementsOf(final))
  const kinds = new Map<string, Score>()
  const differences: Difference[] = []
  for (const key of new Set([...wanted.keys(), ...drafted.keys()])) {
    const [left, right] = [drafted.get(key), wanted.get(key)]
    const { kind, where } = left ?? right ?? { kind: '', where: '' }
    kinds.set(kind, add(kinds.get(kind) ?? none, verdictOn(left, right)))
    if (left?.says === right?.says) continue
    differences.push({
      kind,
      where,
      ...(left === undefined ? {} : { drafted: left.says }),
      ...(right === undefined ? {} : { final: right.says }),
    })
  }
  return { total: [...kinds.values()].reduce(add, none), kinds, differences }
}

const none: Score = { right: 0, wrong: 0, missing: 0, extra: 0 }

/** The share of what the final charter says that the draft says alike; 1 when it says nothing. */
export function shareRight({ right, wrong, missing }: Score): number {
  const wanted = right + wrong + missing
  return wanted === 0 ? 1 : right / wanted
}

function indexed(statements: readonly Statement[]): Map<string, Statement> {
  return new Map(statements.map((each) => [JSON.stringify([each.kind, each.where]), each]))
}

function verdictOn(drafted: Statement | undefined, final: Statement | undefined): Score {
  if (drafted === undefined) return { ...none, missing: 1 }
  if (final === undefined) return { ...none, extra: 1 }
  return drafted.says === final.says ? { ...none, right: 1 } : { ...none, wrong: 1 }
}

function add(left: Score, right: Score): Score {
  return {
    right: left.right + right.right,
    wrong: left.wrong + right.wrong,
    missing: left.missing + right.missing,
    extra: left.extra + right.extra,
  }
}
