/** How what is demanded of operations differs between two charters. */
import type { Charter, Constraint, Operation, Ref, Use } from '../../charter/charter.ts'
import { moveOf } from '../../charter/named.ts'
import { describeConstraint } from '../../constraint/kinds.ts'
import { joinWords, whoWords } from '../../constraint/words.ts'
import type { Change, Direction } from './change.ts'
import { directionOf } from './constraint.ts'
import { plainText } from './plain.ts'

interface Pair {
  readonly before: Charter
  readonly after: Charter
}

/** Every difference of every operation, in the order of the old charter, then what is new. */
export function diffOperations(before: Charter, after: Charter): readonly Change[] {
  const ids = new Set([...before.operations.keys(), ...after.operations.keys()])
  return [...ids].flatMap((id) => diffOperation({ before, after }, id))
}

function diffOperation(pair: Pair, id: string): readonly Change[] {
  const old = pair.before.operations.get(id)
  const now = pair.after.operations.get(id)
  const [oldUses, nowUses] = [old?.uses ?? [], now?.uses ?? []]
  if (oldUses.length === 0 && nowUses.length === 0) return []
  if (oldUses.length === 0)
    return [
      { direction: 'looser', about: id, says: `\`${id}\` may be called now: ${nowUses.map(useWords).join('; ')}` },
    ]
  if (nowUses.length === 0) return [{ direction: 'tighter', about: id, says: `nobody may call \`${id}\` any more` }]
  return [...diffUses(pair, id, oldUses, nowUses), ...diffKind(id, old, now)]
}

function diffUses(pair: Pair, about: string, old: readonly Use[], now: readonly Use[]): readonly Change[] {
  const same = (use: Use, others: readonly Use[]): Use | undefined =>
    others.find((each) => each.id === use.id) ?? others.find((each) => moveOf(each.id) === moveOf(use.id))
  const gone = old.filter((use) => same(use, now) === undefined)
  const added = now.filter((use) => same(use, old) === undefined)
  // A way for another type of object is no alternative: the call must then be allowed for both.
  const types = (uses: readonly Use[]): ReadonlySet<string> => new Set(uses.map((use) => use.object?.type ?? ''))
  const direction = (use: Use, others: readonly Use[], usual: Direction): Direction =>
    types(others).has(use.object?.type ?? '') ? usual : 'other'
  return [
    ...gone.map((use) => ({
      direction: direction(use, now, 'tighter'),
      about,
      says: `\`${about}\` can no longer be used as ${useWords(use)}`,
    })),
    ...added.map((use) => ({
      direction: direction(use, old, 'looser'),
      about,
      says: `\`${about}\` can also be used as ${useWords(use)}`,
    })),
    ...old.flatMap((use) => {
      const other = same(use, now)
      return other === undefined ? [] : diffUse(pair, about, use, other)
    }),
  ]
}

function diffUse({ before, after }: Pair, about: string, old: Use, now: Use): readonly Change[] {
  const { same, gone, added } = matched(old.constraints, now.constraints)
  const called = old.id === about ? `\`${about}\`` : `\`${about}\` as \`${old.id}\``
  return [
    ...gone.map((each) => ({
      direction: 'looser' as const,
      about,
      constraint: each.id,
      says: `${called} is no longer refused by \`${each.id}\`: ${describeConstraint(each, before)}`,
    })),
    ...added.map((each) => ({
      direction: 'tighter' as const,
      about,
      constraint: each.id,
      says: `${called} is now also held to \`${each.id}\`: ${describeConstraint(each, after)}`,
    })),
    ...same.flatMap(([left, right]): Change[] => {
      const direction = directionOf(left, right)
      if (direction === undefined) return []
      return [
        { direction, about, constraint: right.id, says: `${called}: ${changedWords({ before, after }, left, right)}` },
      ]
    }),
    ...diffShape(called, about, old, now),
  ]
}

function changedWords({ before, after }: Pair, old: Constraint, now: Constraint): string {
  const [was, is] = [describeConstraint(old, before), describeConstraint(now, after)]
  if (was !== is) return `\`${now.id}\` was “${was}”, and is “${is}”`
  return `\`${now.id}\` is still called “${is}”, but demands something else (${sourceOf(old)} became ${sourceOf(now)})`
}

function sourceOf(constraint: Constraint): string {
  if (constraint.kind === 'when') return `\`${constraint.rule.source}\``
  if (constraint.kind === 'limit') return `at most \`${constraint.atMost.source}\``
  if (constraint.kind === 'by' || constraint.kind === 'seen-by' || constraint.kind === 'set-by')
    return whoWords(constraint.choices)
  if (constraint.kind === 'from') return joinWords(constraint.states)
  return 'what stood there'
}

/** Constraints that belong together: those that demand the same, whatever they are called, then those of one name. */
function matched(
  old: readonly Constraint[],
  now: readonly Constraint[],
): {
  readonly same: readonly (readonly [Constraint, Constraint])[]
  readonly gone: readonly Constraint[]
  readonly added: readonly Constraint[]
} {
  const left = [...now]
  const take = (fits: (each: Constraint) => boolean): Constraint | undefined => {
    const index = left.findIndex(fits)
    return index < 0 ? undefined : left.splice(index, 1)[0]
  }
  const pairs: [Constraint, Constraint][] = []
  const unequal = old.filter((each) => {
    const text = plainText(each)
    const equal = take((other) => plainText(other) === text)
    if (equal !== undefined) pairs.push([each, equal])
    return equal === undefined
  })
  const gone = unequal.filter((each) => {
    const named = take((other) => other.id === each.id && other.kind === each.kind)
    if (named !== undefined) pairs.push([each, named])
    return named === undefined
  })
  return { same: pairs, gone, added: left }
}

/** What a use is, beside its demands. */
function diffShape(called: string, about: string, old: Use, now: Use): readonly Change[] {
  const changes: Change[] = []
  const other = (says: string): void => void changes.push({ direction: 'other', about, says: `${called} ${says}` })
  if (plainText(old.to) !== plainText(now.to)) other(`led to ${words(old.to)}, and leads to ${words(now.to)}`)
  if (plainText(old.object) !== plainText(now.object)) other('finds the object it acts on in another way')
  for (const slot of new Set([...old.refs, ...now.refs].map((ref) => ref.slot))) {
    const [was, is] = [old.refs, now.refs].map((refs) => found(refs.find((ref) => ref.slot === slot)))
    if (was === undefined || is === undefined || plainText(was) === plainText(is)) continue
    if (plainText({ ...was, optional: is.optional }) === plainText(is))
      changes.push({
        direction: is.optional ? 'looser' : 'tighter',
        about,
        says: `${called} ${is.optional ? 'need no longer name' : 'must now name'} its ${slot}`,
      })
    else other(`finds its ${slot} in another way`)
  }
  return changes
}

/** In which of several states an object is meant first is told with what is demanded of it. */
function found(ref: Ref | undefined): Ref | undefined {
  return ref?.key.from === 'where' ? { ...ref, key: { ...ref.key, states: [] } } : ref
}

function words(states: readonly string[]): string {
  return states.length === 0 ? 'no state of its own' : joinWords(states)
}

function diffKind(about: string, old: Operation | undefined, now: Operation | undefined): readonly Change[] {
  if (old === undefined || now === undefined) return []
  const changes: Change[] = []
  if (old.writes !== now.writes)
    changes.push({
      direction: 'other',
      about,
      says: `\`${about}\` ${now.writes ? 'counts as a change' : 'counts as a read'} now`,
    })
  return changes
}

function useWords(use: Use): string {
  const by = use.constraints.find((each) => each.kind === 'by' && each.slot === 'object')
  const who = by?.kind === 'by' ? whoWords(by.choices) : 'nobody'
  const from = use.from.length === 0 ? '' : `, from ${joinWords(use.from)}`
  const others = use.constraints.filter((each) => each !== by && each.kind !== 'from').length
  return `\`${use.id}\` by ${who}${from}${others === 0 ? '' : `, with ${others} more ${others === 1 ? 'demand' : 'demands'}`}`
}
