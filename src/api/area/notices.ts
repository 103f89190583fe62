/** Whom the guard tells what happens, and whether that works. */
import { z } from 'zod'
import { Problem } from '../../gateway/control/problem.ts'
import type { Guard } from '../../guard/guard.ts'
import { type EndpointTable, type Mounted, mount } from '../endpoint.ts'
import type { TargetState } from '../notice/queue.ts'
import type { Teller } from '../notice/teller.ts'

const target = z.object({
  id: z.string(),
  by: z.enum(['webhook', 'mail', 'chat']),
  name: z.string(),
  kinds: z.array(z.string()).optional(),
  workflows: z.array(z.string()).optional(),
  waiting: z.number(),
  sent: z.number(),
  givenUp: z.number(),
  last: z.number().optional(),
  failing: z.object({ since: z.number(), why: z.string(), tried: z.number(), retryAt: z.number() }).optional(),
})

export const noticeEndpoints = {
  'GET /api/notices': {
    id: 'listNoticeTargets',
    summary: 'Who is told of what happens, and whether that works',
    needs: 'view',
    answer: z.object({
      targets: z.array(target),
      node: z.string().optional().meta({ description: 'Which node tells.' }),
    }),
  },
  'POST /api/notices/{id}/test': {
    id: 'testNoticeTarget',
    summary: 'Sends a message that says it is a test',
    needs: 'administer',
    answer: z.object({ why: z.string().optional().meta({ description: 'Why it did not arrive.' }) }),
  },
} as const satisfies EndpointTable

/** @param notices - Undefined when nobody is told of anything. */
export function noticeArea(notices: Teller | undefined, guard: Pick<Guard, 'note'>): readonly Mounted[] {
  return mount(noticeEndpoints, {
    'GET /api/notices': async () => {
      const { targets, node } = (await notices?.state()) ?? { targets: [] }
      return { targets: targets.map(shown), ...(node === undefined ? {} : { node }) }
    },
    'POST /api/notices/{id}/test': async ({ parameters: { id }, viewer }) => {
      const known = (await notices?.state())?.targets.find((each) => each.id === id)
      if (notices === undefined || known === undefined) throw new Problem(404, 'unknown', 'nobody is told by that name')
      const by = viewer.principal.id
      await guard.note({ kind: 'act', effect: 'notice-tested', of: `${known.by} ${known.name}`, principal: by })
      const result = await notices.test(id, by)
      return result?.failure === undefined ? {} : { why: result.failure.why }
    },
  })
}

function shown({ kinds, workflows, ...state }: TargetState): z.input<typeof target> {
  return {
    ...state,
    ...(kinds === undefined ? {} : { kinds: [...kinds] }),
    ...(workflows === undefined ? {} : { workflows: [...workflows] }),
  }
}
