/** Where in the lifecycle a finding happened: the drawing of the lifecycle, with the step that broke it. Pure. */
import type { z } from 'zod'
import type { Charter } from '../../../charter/charter.ts'
import { layOut, type PlacedState } from '../../../explain/layout.ts'
import { type Lifecycle, lifecyclesOf, start } from '../../../explain/lifecycle.ts'
import type { StoredFinding } from '../../../prove/report/json.ts'
import type { findingEndpoints } from './endpoints.ts'

type Drawing = NonNullable<z.input<(typeof findingEndpoints)['GET /api/findings/{fingerprint}']['answer']>['lifecycle']>

/** Undefined when it is about no transition that is drawn. */
export function drawLifecycle(charter: Charter, { proof }: StoredFinding): Drawing | undefined {
  const { use, tactic } = proof.case
  const [type = '', rest = ''] = use.split(/\.(.*)/s)
  const transition = rest.replace(/@.*$/, '')
  const lifecycle = lifecyclesOf(charter).find(({ object }) => object === type)
  const broken = lifecycle?.arrows.find(({ name }) => name === transition)
  if (lifecycle === undefined || broken === undefined) return undefined
  const placed = layOut(lifecycle)
  const isIn = tactic.kind === 'leads' || (tactic.kind === 'from-state' && tactic.slot === 'object')
  return {
    object: type,
    width: placed.width,
    height: placed.height,
    states: placed.states.map((state) => shown(state, lifecycle)),
    arrows: placed.arrows.map(({ arrows, points, label }) => ({
      points: points.map(({ x, y }) => ({ x, y })),
      label: { x: label.x, y: label.y },
      names: arrows.map(({ name }) => name),
      isBroken: arrows.some(({ name }) => name === transition),
    })),
    broken: { transition, to: broken.to, ...(isIn ? { from: tactic.state } : {}) },
  }
}

function shown({ name, x, y, width, height, inner }: PlacedState, { final }: Lifecycle): Drawing['states'][number] {
  const kind = name === start ? 'start' : final.includes(name) ? 'final' : 'state'
  return { name, x, y, width, height, kind, inner: inner.map((arrow) => arrow.name) }
}
