/** Where programs hand in reports, and fetch what is accepted. */
import { z } from 'zod'
import { nameOf } from '../../gateway/control/caller.ts'
import { Problem } from '../../gateway/control/problem.ts'
import { type Asked, type Route, readBody } from '../../gateway/control/route.ts'
import { printAccepted } from './accept-file.ts'
import { maxReportBytes } from './receive.ts'
import type { FindingStore } from './store.ts'

const short = z.string().min(1).max(300)

/** What is sent with a report. */
export const publishedSchema = z.strictObject({
  report: z.unknown(),
  target: short.optional(),
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .optional(),
  version: z
    .string()
    .regex(/^[0-9a-f]{16,64}$/)
    .optional(),
})

/** The routes under `/v1/findings`. @param store - Opened when the first one asks. */
export function findingRoutes(store: () => Promise<FindingStore>): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/findings',
      needs: 'report',
      maxBytes: maxReportBytes,
      handle: async (asked) => {
        const { report, target, commit, version } = readBody(publishedSchema, asked)
        const origin = {
          by: whoOf(asked),
          ...(target === undefined ? {} : { target }),
          ...(commit === undefined ? {} : { commit }),
          ...(version === undefined ? {} : { version }),
        }
        const { run, isNew } = await (await store()).receive(report, origin)
        return { status: isNew ? 201 : 200, body: { run: run.id, findings: run.findings.length, new: isNew } }
      },
    },
    {
      method: 'GET',
      path: '/v1/findings/accepted',
      needs: 'report',
      handle: async () => ({
        status: 200,
        text: printAccepted(await (await store()).list()),
        type: 'application/yaml',
      }),
    },
  ]
}

function whoOf({ caller }: Asked): string {
  if (caller === undefined) throw new Problem(401, 'unauthenticated', 'a credential is needed')
  return nameOf(caller)
}
