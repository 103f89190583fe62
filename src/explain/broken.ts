/** Where on the drawing of a lifecycle a rule was seen broken. Pure. */
import type { Charter, Use, UseId } from '../charter/charter.ts'
import { typeOf } from './explanation.ts'
import { type Arrow, type Lifecycle, start } from './lifecycle.ts'

/** A use that broke a rule, and the states its object was seen in before and after, as far as they were seen. */
export interface Broken {
  readonly use: UseId
  readonly from?: string
  readonly to?: string
}

export type BrokenPlace =
  /** A transition that is intended, but not like this. Both states are the same where the object stays in one. */
  | { readonly kind: 'move'; readonly from: string; readonly to: string }
  /** From one state to another that nothing intends. */
  | { readonly kind: 'unintended'; readonly from: string; readonly to: string }
  /** In a state that intends no such thing, and without leaving it. */
  | { readonly kind: 'state'; readonly state: string }
  /** By looking at it, in whichever state. */
  | { readonly kind: 'object' }

/** Undefined when the use is about no object of this type, or the charter has it no more. */
export function brokenPlace(charter: Charter, lifecycle: Lifecycle, broken: Broken): BrokenPlace | undefined {
  const use = useOf(charter, broken.use)
  if (use === undefined || typeOf(charter, use) !== lifecycle.object) return undefined
  const known = (state: string | undefined): string | undefined =>
    state !== undefined && lifecycle.states.includes(state) ? state : undefined
  const [from, to] = [known(broken.from), known(broken.to)]
  const arrows = lifecycle.arrows.filter(({ uses }) => uses.includes(broken.use))
  if (from !== undefined && to !== undefined && from !== to)
    return arrows.some((each) => each.from === from && each.to === to)
      ? { kind: 'move', from, to }
      : { kind: 'unintended', from, to }
  return stayed(arrows, from) ?? { kind: 'object' }
}

/** Which state it came to was not seen, or it stayed: it is where the use begins. */
function stayed(arrows: readonly Arrow[], from: string | undefined): BrokenPlace | undefined {
  const moving = arrows.filter((arrow) => arrow.from !== arrow.to)
  const [first] = [...moving, ...arrows]
  if (from === undefined) return first === undefined ? undefined : moveOf(first)
  const own = [...moving, ...arrows].find((arrow) => arrow.from === from)
  if (own !== undefined) return moveOf(own)
  const to = moving.find((arrow) => arrow.from !== start && arrow.to !== from)?.to
  return to === undefined ? { kind: 'state', state: from } : { kind: 'unintended', from, to }
}

function moveOf({ from, to }: Arrow): BrokenPlace {
  return { kind: 'move', from, to }
}

function useOf(charter: Charter, id: UseId): Use | undefined {
  return [...charter.operations.values()].flatMap(({ uses }) => uses).find((use) => use.id === id)
}
