import type { ObjectType, Use } from '../charter.ts'
import { type Checker, constraintsOf, listNames, one, operationOf } from './checker.ts'

/** States nobody reaches or leaves, moves that cannot happen, states named twice, moves made by reading. */
export function checkLifecycles(checker: Checker): void {
  for (const type of checker.charter.objects.values()) {
    checkTwice(checker, type)
    if (type.transitions.length > 0) {
      const reached = reachableStates(type)
      checkReached(checker, type, reached)
      checkDeadEnds(checker, type, reached)
      checkFires(checker, type, reached)
    }
    checkStateSource(checker, type)
    for (const use of type.transitions) checkMethod(checker, use)
  }
}

/**
 * The states an object of the type can get into: from those that creating uses name, along the transitions.
 *
 * Without a creating use objects come from elsewhere, so that every state no transition leads to counts as a start.
 */
export function reachableStates(type: ObjectType): ReadonlySet<string> {
  const creating = type.transitions.filter((use) => use.creates)
  const led = new Set(type.transitions.flatMap((use) => use.to))
  const starts =
    creating.length > 0 ? creating.flatMap((use) => use.to) : type.states.filter((state) => !led.has(state))
  const open = creating.some((use) => use.to.length === 0) || (creating.length === 0 && starts.length === 0)
  const reached = new Set(open ? type.states : starts)
  for (let before = -1; before !== reached.size; ) {
    before = reached.size
    for (const use of type.transitions) {
      if (!use.creates && canStart(use, reached)) for (const state of use.to) reached.add(state)
    }
  }
  return reached
}

function canStart(use: Use, reached: ReadonlySet<string>): boolean {
  return use.from.length === 0 || use.from.some((state) => reached.has(state))
}

function checkTwice(checker: Checker, type: ObjectType): void {
  const raw = checker.parsed.raw.objects?.[type.name]
  const seen = new Set<string>()
  for (const [index, state] of (raw?.states ?? []).entries()) {
    if (seen.has(state))
      checker.report('state-twice', checker.at(['objects', type.name, 'states', index]), `\`${state}\` is listed twice`)
    seen.add(state)
  }
}

function checkReached(checker: Checker, type: ObjectType, reached: ReadonlySet<string>): void {
  for (const state of type.states) {
    if (reached.has(state)) continue
    checker.warn(
      'state-unreachable',
      statePosition(checker, type, state),
      `no transition leads ${one(type.name)} to \`${state}\``,
      'declare the transition that does, or leave the state out',
    )
  }
}

function statePosition(checker: Checker, type: ObjectType, state: string): ReturnType<Checker['at']> {
  const index = checker.parsed.raw.objects?.[type.name]?.states?.indexOf(state) ?? -1
  return checker.at(index < 0 ? ['objects', type.name, 'transitions'] : ['objects', type.name, 'states', index])
}

function checkDeadEnds(checker: Checker, type: ObjectType, reached: ReadonlySet<string>): void {
  const ends = type.states.filter(
    (state) => reached.has(state) && !isLeft(type, state) && !type.final.includes(state) && type.gone !== state,
  )
  const [first] = ends
  if (first === undefined) return
  checker.warn(
    'state-dead-end',
    statePosition(checker, type, first),
    `nothing leaves the ${ends.length === 1 ? 'state' : 'states'} ${listNames(ends)} of \`${type.name}\``,
    `if that is meant, write \`final: [${[...type.final, ...ends].join(', ')}]\``,
  )
}

function isLeft(type: ObjectType, state: string): boolean {
  return type.transitions.some((use) => {
    if (use.creates || (use.from.length > 0 && !use.from.includes(state))) return false
    return use.to.some((target) => target !== state)
  })
}

function checkFires(checker: Checker, type: ObjectType, reached: ReadonlySet<string>): void {
  for (const use of type.transitions) {
    if (use.creates || canStart(use, reached)) continue
    const states = listNames(use.from)
    checker.warn('transition-never', use.position, `\`${use.id}\` can never happen: nothing leads to ${states}`)
  }
  for (const use of type.transitions) {
    const sides = constraintsOf(use, 'from').filter((each) => each.slot === 'object')
    const [first, ...others] = sides
    if (first === undefined || others.length === 0) continue
    const left = first.states.filter((state) => others.every((side) => side.states.includes(state)))
    if (left.length > 0) continue
    checker.report(
      'from-contradiction',
      use.position,
      `\`${use.id}\` can never happen: its operation demands other states than the transition`,
    )
  }
}

function checkStateSource(checker: Checker, type: ObjectType): void {
  const path = ['objects', type.name]
  if (type.states.length > 1 && type.state === undefined) {
    checker.warn(
      'state-unseen',
      checker.at(path),
      `where the state of ${one(type.name)} is seen is not said, so it is followed from the transitions only`,
      'write `state: /POINTER` into what `read` answers',
    )
  }
  if (type.state?.kind !== 'at' || type.state.values === undefined) return
  const seen = new Set(type.state.values.values())
  for (const state of type.states) {
    if (seen.has(state) || state === type.gone) continue
    checker.warn(
      'state-unseen',
      checker.at([...path, 'state']),
      `no value stands for the state \`${state}\` of \`${type.name}\``,
    )
  }
  for (const state of seen) {
    if (type.states.includes(state)) continue
    checker.report(
      'unknown-name',
      checker.at([...path, 'state']),
      `\`${type.name}\` has no state \`${state}\``,
      `known: ${type.states.join(', ')}`,
    )
  }
}

function checkMethod(checker: Checker, use: Use): void {
  const method = operationOf(checker, use)?.shape.method
  // Without a state to arrive in, it is a way of looking.
  if ((method !== 'GET' && method !== 'HEAD') || use.to.length === 0) return
  checker.warn(
    'transition-by-reading',
    use.position,
    `\`${use.id}\` changes an object with ${method}, which caches and crawlers repeat at will`,
  )
}
