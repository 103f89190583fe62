/** The intended process as drawings, and what really happens on them. */
import { z } from 'zod'
import { approvalsOf } from '../../../charter/approval.ts'
import type { Charter } from '../../../charter/charter.ts'
import { type ExplainedUse, explainCharter } from '../../../explain/explanation.ts'
import { layOut } from '../../../explain/layout.ts'
import { type Lifecycle, lifecyclesOf } from '../../../explain/lifecycle.ts'
import { Problem } from '../../../gateway/control/problem.ts'
import type { OpenOverview } from '../../../overview/overview.ts'
import { type EndpointTable, type Mounted, mount } from '../../endpoint.ts'
import type { KnownFinding } from '../../findings/store.ts'
import { pictureOf, pictureSchema } from './picture.ts'
import { pinsOf } from './pins.ts'
import { beginOf, spanQuery } from './span.ts'
import { type Stray, trafficOf, trafficSchema } from './traffic.ts'

/** A rule of the charter in words. */
export const sentenceSchema = z.object({ constraint: z.string(), says: z.string() })

/** One way to use an operation, in words. */
export const explainedUseSchema = z.object({
  id: z.string(),
  operation: z.string(),
  method: z.string(),
  path: z.string(),
  who: z.string(),
  from: z.array(z.string()),
  to: z.array(z.string()),
  rules: z.array(sentenceSchema),
})

export const lifecycleEndpoints = {
  'GET /api/lifecycles': {
    id: 'listLifecycles',
    summary: 'The types of objects that have a lifecycle',
    needs: 'view',
    answer: z.object({
      objects: z.array(
        z.object({ object: z.string(), says: z.string(), states: z.array(z.string()), uses: z.array(z.string()) }),
      ),
    }),
  },
  'GET /api/lifecycles/{object}': {
    id: 'drawLifecycle',
    summary: 'One lifecycle laid out, with everything the charter says of it',
    needs: 'view',
    answer: z.object({
      object: z.string(),
      says: z.string(),
      picture: pictureSchema,
      uses: z.array(explainedUseSchema),
      fields: z.array(sentenceSchema),
      approvals: z.array(sentenceSchema).meta({ description: 'Those that a use of it needs.' }),
    }),
  },
  'GET /api/lifecycles/{object}/traffic': {
    id: 'followLifecycle',
    summary:
      'What was done on one lifecycle, what was tried, and what was seen or proven possible that nothing intends',
    needs: 'view',
    query: spanQuery,
    answer: trafficSchema,
  },
} as const satisfies EndpointTable

export interface LifecycleAreaOptions {
  readonly charter: () => Charter
  readonly overview: Pick<OpenOverview, 'counts' | 'entries'>
  readonly findings: () => Promise<readonly KnownFinding[]>
  readonly now: () => number
}

export function lifecycleArea({ charter, overview, findings, now }: LifecycleAreaOptions): readonly Mounted[] {
  return mount(lifecycleEndpoints, {
    'GET /api/lifecycles': async () => listed(charter()),
    'GET /api/lifecycles/{object}': async ({ parameters }) => {
      const inForce = charter()
      return drawn(inForce, lifecycleOf(inForce, parameters.object))
    },
    'GET /api/lifecycles/{object}/traffic': async ({ parameters, query }) => {
      const inForce = charter()
      const lifecycle = lifecycleOf(inForce, parameters.object)
      const to = now()
      const from = beginOf(query, to)
      const [counts, strays, known] = await Promise.all([
        overview.counts({ from, to, kind: 'decision', by: ['use', 'effect', 'state'] }),
        straysOf(overview, lifecycle.object, from),
        findings(),
      ])
      const pins = pinsOf(inForce, lifecycle, known)
      return { from, ...trafficOf({ lifecycle, placed: layOut(lifecycle), counts, strays, pins }) }
    },
  })
}

function lifecycleOf(charter: Charter, object: string): Lifecycle {
  const found = lifecyclesOf(charter).find((each) => each.object === object)
  if (found === undefined) throw new Problem(404, 'unknown', 'the charter has no lifecycle of that name')
  return found
}

function listed(charter: Charter): z.input<(typeof lifecycleEndpoints)['GET /api/lifecycles']['answer']> {
  const { sections } = explainCharter(charter)
  return {
    objects: lifecyclesOf(charter).map(({ object, states, arrows }) => ({
      object,
      says: sections.find((section) => section.object === object)?.says ?? '',
      states: [...states],
      uses: [...new Set(arrows.flatMap(({ uses }) => uses))],
    })),
  }
}

function drawn(
  charter: Charter,
  lifecycle: Lifecycle,
): z.input<(typeof lifecycleEndpoints)['GET /api/lifecycles/{object}']['answer']> {
  const { sections, approvals } = explainCharter(charter)
  const section = sections.find((each) => each.object === lifecycle.object)
  const { transitions = [] } = charter.objects.get(lifecycle.object) ?? {}
  const needed = new Set(transitions.flatMap((use) => use.constraints.flatMap(approvalsOf)))
  return {
    object: lifecycle.object,
    says: section?.says ?? '',
    picture: pictureOf(lifecycle),
    uses: (section?.uses ?? []).map(shownUse),
    fields: [...(section?.fields ?? [])],
    approvals: approvals.filter(({ constraint }) => needed.has(constraint.replace(/^approvals\./, ''))),
  }
}

export function shownUse({ rules, from, to, ...use }: ExplainedUse): z.input<typeof explainedUseSchema> {
  return { ...use, from: [...from], to: [...to], rules: [...rules] }
}

/** Of the last ones of a type that went astray, where each came from: the decision on its call says it. */
const mostStrays = 100

async function straysOf(
  overview: Pick<OpenOverview, 'entries'>,
  object: string,
  from: number,
): Promise<readonly Stray[]> {
  const { entries } = await overview.entries({ rule: 'astray', kind: 'outcome', from, limit: mostStrays })
  const own = entries.filter(({ objects = [] }) => objects[0]?.startsWith(`${object}/`) === true)
  const strays = own.map(async ({ call, state, says = '' }): Promise<readonly Stray[]> => {
    if (call === undefined || state === undefined) return []
    const found = await overview.entries({ call, kind: 'decision', limit: 1 })
    const [decision] = found.entries
    if (decision?.use === undefined) return []
    const before = decision.use.startsWith(`${object}.`) ? decision.state : undefined
    return [{ use: decision.use, to: state, call, says, ...(before === undefined ? {} : { from: before }) }]
  })
  return (await Promise.all(strays)).flat()
}
