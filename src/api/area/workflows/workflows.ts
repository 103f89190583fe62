/** The workflows as drawings, and what their runs really did. */
import { z } from 'zod'
import { approvalsOf } from '../../../charter/approval.ts'
import type { Charter } from '../../../charter/charter.ts'
import { explainCharter } from '../../../explain/explanation.ts'
import { type DrawnWorkflow, workflowsOf } from '../../../explain/workflow.ts'
import { Problem } from '../../../gateway/control/problem.ts'
import type { OpenOverview } from '../../../overview/overview.ts'
import type { Summary } from '../../../overview/summary.ts'
import { type EndpointTable, type Mounted, mount } from '../../endpoint.ts'
import type { KnownFinding } from '../../findings/store.ts'
import { explainedUseSchema, sentenceSchema, shownUse } from '../lifecycles/lifecycles.ts'
import { beginOf, spanQuery } from '../lifecycles/span.ts'
import { workflowPicture, workflowPictureSchema } from './picture.ts'
import { workflowTraffic, workflowTrafficSchema } from './traffic.ts'

export const workflowEndpoints = {
  'GET /api/workflows': {
    id: 'listWorkflows',
    summary: 'The workflows',
    needs: 'view',
    answer: z.object({
      workflows: z.array(
        z.object({
          name: z.string(),
          mode: z.enum(['enforce', 'observe']),
          says: z.array(sentenceSchema),
          operations: z.array(z.string()),
        }),
      ),
    }),
  },
  'GET /api/workflows/{workflow}': {
    id: 'drawWorkflow',
    summary: 'One workflow laid out, with everything the charter says of it',
    needs: 'view',
    answer: z.object({
      workflow: z.string(),
      mode: z.enum(['enforce', 'observe']),
      says: z.array(sentenceSchema),
      picture: workflowPictureSchema,
      uses: z.array(explainedUseSchema),
      rules: z.array(sentenceSchema).meta({ description: 'Those that a line of the drawing comes from.' }),
      approvals: z.array(sentenceSchema).meta({ description: 'Those that a step of it may need.' }),
    }),
  },
  'GET /api/workflows/{workflow}/traffic': {
    id: 'followWorkflow',
    summary: 'What the runs of one workflow did, what they tried, and what was proven possible that nothing intends',
    needs: 'view',
    query: spanQuery,
    answer: workflowTrafficSchema,
  },
} as const satisfies EndpointTable

export interface WorkflowAreaOptions {
  readonly charter: () => Charter
  readonly overview: Pick<OpenOverview, 'counts' | 'entries' | 'session'>
  readonly findings: () => Promise<readonly KnownFinding[]>
  readonly now: () => number
}

/** So many of the latest calls are looked at for what came after what. */
const mostCalls = 500
/** Of the runs that tried something strange, so many are asked whose they are. */
const mostRuns = 100

export function workflowArea({ charter, overview, findings, now }: WorkflowAreaOptions): readonly Mounted[] {
  return mount(workflowEndpoints, {
    'GET /api/workflows': async () => {
      const inForce = charter()
      return { workflows: workflowsOf(inForce).map((drawn) => ({ ...listed(inForce, drawn), says: [...drawn.says] })) }
    },
    'GET /api/workflows/{workflow}': async ({ parameters }) => {
      const inForce = charter()
      return drawn(inForce, workflowOf(inForce, parameters.workflow))
    },
    'GET /api/workflows/{workflow}/traffic': async ({ parameters, query }) => {
      const drawing = workflowOf(charter(), parameters.workflow)
      const { workflow } = drawing
      const to = now()
      const from = beginOf(query, to)
      const [counts, latest, refused, strange, known] = await Promise.all([
        overview.counts({ from, to, kind: 'decision', workflow, by: ['operation', 'effect'] }),
        overview.entries({ workflow, from, limit: mostCalls }),
        overview.entries({ workflow, effect: 'deny', from, limit: mostCalls }),
        strangeTo(overview, drawing, from),
        findings(),
      ])
      const { width, height } = workflowPicture(drawing)
      return {
        from,
        ...workflowTraffic({
          workflow: drawing,
          width,
          height,
          counts,
          latest: latest.entries.filter(({ kind }) => kind === 'decision'),
          refused: refused.entries,
          strange,
          findings: known,
        }),
      }
    },
  })
}

/** What is no part of a workflow is on the record without it; whose it was, its run says. */
async function strangeTo(
  overview: WorkflowAreaOptions['overview'],
  { workflow, steps }: DrawnWorkflow,
  from: number,
): Promise<readonly Summary[]> {
  const own = new Set(steps.map(({ operation }) => operation))
  const { entries } = await overview.entries({ effect: 'deny', from, limit: mostCalls })
  const others = entries.filter(({ run, operation = '' }) => run !== undefined && !own.has(operation))
  const runs = [...new Set(others.map(({ run = '' }) => run))].slice(0, mostRuns)
  const sessions = await Promise.all(runs.map((run) => overview.session(run)))
  const ours = new Set(runs.filter((_, index) => sessions[index]?.workflow === workflow))
  return others.filter(({ run = '' }) => ours.has(run))
}

function workflowOf(charter: Charter, name: string): DrawnWorkflow {
  const found = workflowsOf(charter).find(({ workflow }) => workflow === name)
  if (found === undefined) throw new Problem(404, 'unknown', 'the charter has no workflow of that name')
  return found
}

function listed(charter: Charter, { workflow, steps }: DrawnWorkflow) {
  const mode = charter.workflows.get(workflow)?.mode ?? 'enforce'
  return { name: workflow, mode, operations: steps.map(({ operation }) => operation) }
}

function drawn(
  charter: Charter,
  drawing: DrawnWorkflow,
): z.input<(typeof workflowEndpoints)['GET /api/workflows/{workflow}']['answer']> {
  const { sections, approvals, rules } = explainCharter(charter)
  const { name, mode, operations } = listed(charter, drawing)
  const own = new Set(operations)
  const uses = [...own].flatMap((id) => charter.operations.get(id)?.uses ?? [])
  const needed = new Set(uses.flatMap(({ constraints }) => constraints.flatMap(approvalsOf)))
  const lines = new Set(drawing.orders.flatMap(({ constraints }) => constraints))
  return {
    workflow: name,
    mode,
    says: [...drawing.says],
    picture: workflowPicture(drawing),
    uses: sections.flatMap((section) => section.uses.filter(({ operation }) => own.has(operation)).map(shownUse)),
    rules: rules.filter(({ constraint }) => lines.has(constraint)),
    approvals: approvals.filter(({ constraint }) => needed.has(constraint.replace(/^approvals\./, ''))),
  }
}
