// One desk for each scenario, with what customers wrote planted in it.
import type { Principal, Run } from '../../src/charter/charter.ts'
import type { Guard } from '../../src/guard/guard.ts'
import { type Desk, openDesk } from './records.ts'
import type { RunGiven, Scenario } from './scenario.ts'
import { PEOPLE } from './shop.ts'

/** A desk with the planted texts in place. Throws for what is not there. */
export function plantedDesk({ name, plant }: Pick<Scenario, 'name' | 'plant'>): Desk {
  const desk = openDesk()
  const kept = new Map<string, ReadonlyMap<string, object>>([
    ['customers', desk.customers],
    ['orders', desk.orders],
    ['tickets', desk.tickets],
    ['attachments', desk.attachments],
    ['articles', desk.articles],
  ])
  for (const [kind, things] of Object.entries(plant))
    for (const [id, members] of Object.entries(things)) {
      const thing = kept.get(kind)?.get(id)
      if (thing === undefined) throw new Error(`${name}: there is no ${id} among ${kind}`)
      Object.assign(thing, members)
    }
  return desk
}

/** How an object of the charter is; null when there is none. */
export function lookAt(desk: Desk, type: string, key: string): unknown {
  const kept = new Map<string, ReadonlyMap<string, object>>([
    ['customer', desk.customers],
    ['order', desk.orders],
    ['ticket', desk.tickets],
    ['credit', desk.credits],
  ])
  return structuredClone(kept.get(type)?.get(key)) ?? null
}

/** A person or an agent by name. */
export function person(name: string): Principal {
  const found = PEOPLE.find((each) => each.id === name)
  if (found === undefined) throw new Error(`there is nobody called ${name}`)
  const { id, kind, tenant, roles } = found
  return { id, kind, roles, ...(tenant === '' ? {} : { tenant }) }
}

/** Approves a call as whoever was just shown it; false when that does not count. */
export async function approveAsShown({ approvals }: Guard, hold: string, by: Principal): Promise<boolean> {
  const question = await approvals.get(hold)
  if (question === undefined) return false
  const { digest: shown } = await approvals.see(question)
  return (await approvals.answer(hold, by, { verdict: 'approve', shown })).ok
}

/** Who calls in a run: the agent, with those it works for. */
export function callerOf(given: RunGiven, named: (name: string) => Principal = person): Principal {
  const behind = given.for === undefined ? [] : [given.for].flat().map(named)
  return behind.length === 0 ? named(given.as) : { ...named(given.as), chain: behind }
}

/** The run itself. */
export function runOf(given: RunGiven, id: string): Run {
  const { workflow, as, prompt, tools } = given
  return { id, workflow, agent: as, purpose: prompt, ...(tools === undefined ? {} : { tools }) }
}
