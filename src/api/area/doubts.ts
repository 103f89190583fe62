/** Calls of which nobody knows whether they took effect, and saying so. */
import { z } from 'zod'
import { Problem } from '../../gateway/control/problem.ts'
import { detailIn } from '../../guard/busy.ts'
import type { Guard } from '../../guard/guard.ts'
import type { StoredCall } from '../../guard/store.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { type EndpointTable, type Mounted, mount } from '../endpoint.ts'
import { mayDo } from '../viewer.ts'

const doubt = z.object({
  call: z.string(),
  operation: z.string(),
  principal: z.string().optional(),
  at: z.number(),
  node: z.string(),
  objects: z.array(z.string()).meta({ description: 'What it keeps from being used until it is settled.' }),
  request: z
    .string()
    .optional()
    .meta({ description: 'What was sent, without its headers, as JSON; for those who may read it.' }),
})

export const doubtEndpoints = {
  'GET /api/doubts': {
    id: 'listDoubts',
    summary: 'Calls of unknown outcome',
    needs: 'view',
    answer: z.object({ doubts: z.array(doubt) }),
  },
  'POST /api/doubts/{call}': {
    id: 'settleDoubt',
    summary: 'Says what became of a call: it took effect, or it did not',
    needs: 'operate',
    body: z.strictObject({
      effect: z.enum(['effective', 'released']),
      why: z
        .string()
        .max(1000)
        .refine((given) => given.trim() !== '', 'must not be empty'),
    }),
  },
} as const satisfies EndpointTable

const mostText = 4000

export function doubtArea({ doubts }: Pick<Guard, 'doubts'>): readonly Mounted[] {
  return mount(doubtEndpoints, {
    'GET /api/doubts': async ({ viewer }) => {
      const mayRead = mayDo(viewer, 'read')
      return { doubts: (await doubts.list()).map((each) => shown(each, mayRead)) }
    },
    'POST /api/doubts/{call}': async ({ parameters, body: { effect, why }, viewer }) => {
      const done = await doubts.settle(parameters.call, effect, viewer.principal.id, why)
      if (!done) throw new Problem(404, 'unknown', 'this call is not in doubt: it may have been settled meanwhile')
    },
  })
}

function shown(stored: StoredCall, mayRead: boolean): z.input<typeof doubt> {
  const { id, operation, at, node } = stored
  const detail = detailIn(stored)
  const principal = stored.principal ?? detail?.call.principal.id
  const objects = Object.values(detail?.objects ?? {}).flatMap((fact) =>
    fact === null ? [] : [`${fact.type}/${fact.key}`],
  )
  return {
    call: id,
    operation,
    at,
    node,
    objects,
    ...(principal === undefined ? {} : { principal }),
    ...(detail === undefined || !mayRead ? {} : { request: printed(detail.call.request) }),
  }
}

/** SECURITY: headers may carry credentials. */
function printed({
  path,
  query,
  body,
}: {
  readonly path?: unknown
  readonly query?: unknown
  readonly body?: unknown
}): string {
  const isThere = (value: unknown): boolean =>
    value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  const given = Object.entries({ path, query, body }).filter(([, value]) => isThere(value))
  const text = printLosslessJson(Object.fromEntries(given))
  return text.length > mostText ? `${text.slice(0, mostText)}…` : text
}
