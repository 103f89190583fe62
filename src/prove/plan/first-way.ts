import type { Builder } from './build.ts'
import type { Way } from './graph.ts'
import type { Var } from './scenario.ts'
import { Unbuildable } from './wants.ts'

const mostWays = 3

/** What is built on the first way that can be; throws why the first cannot. */
export function firstWay(builder: Builder, ways: readonly Way[], build: (way: Way) => Var): Var {
  let reason: Unbuildable | undefined
  for (const way of ways.slice(0, mostWays)) {
    const saved = { cast: { ...builder.cast }, vars: { ...builder.vars }, owners: new Map(builder.owners) }
    const [steps, coming] = [builder.steps.length, builder.coming.length]
    try {
      return build(way)
    } catch (error) {
      if (!(error instanceof Unbuildable)) throw error
      reason ??= error
      builder.steps.splice(steps)
      builder.coming.splice(coming)
      putBack(builder.cast, saved.cast)
      putBack(builder.vars, saved.vars)
      builder.owners.clear()
      for (const [name, owner] of saved.owners) builder.owners.set(name, owner)
    }
  }
  throw reason ?? new Unbuildable('there is no way')
}

function putBack<T>(record: Record<string, T>, saved: Readonly<Record<string, T>>): void {
  for (const name of Object.keys(record)) if (!Object.hasOwn(saved, name)) delete record[name]
  Object.assign(record, saved)
}
