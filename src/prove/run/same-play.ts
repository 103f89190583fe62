/** Whether plays, and choices of how to play, are the same. */
import type { Scenario } from '../plan/scenario.ts'
import type { BuildOptions } from '../plan/wants.ts'

/** The same text for the same play. */
export function keyOf(play: unknown): string {
  return JSON.stringify(play, (name, value: unknown) => (name === 'rule' ? sourceOf(value) : value))
}

/** Text by which choices are told apart; uses and people by their names. */
export function textOf(options: BuildOptions): string {
  return JSON.stringify(options, (name, value: unknown) => {
    if (name === 'rule') return sourceOf(value)
    if (value instanceof Set || value instanceof Map) return [...value]
    const named =
      typeof value === 'object' &&
      value !== null &&
      ('id' in value ? value.id : 'principal' in value && 'name' in value ? value.name : undefined)
    return typeof named === 'string' ? named : value
  })
}

function sourceOf(rule: unknown): unknown {
  return typeof rule === 'object' && rule !== null && 'source' in rule ? rule.source : undefined
}

/** Whether two scenarios are the same play. */
export function sameScenario(left: Scenario, right: Scenario): boolean {
  return keyOf(left) === keyOf(right)
}
