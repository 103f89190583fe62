/** The same work through the control API of a guard that runs elsewhere. */
import { z } from 'zod'
import { holdStates } from '../../gateway/control/approvals.ts'
import type { Standing } from '../../guard/standing-grants.ts'
import { type Answer, callControl, fine, problemIn } from './control-client.ts'
import type { Office, Waiting } from './office.ts'
import { remoteRuns } from './run-office.ts'

const standingPath = '/v1/standing-approvals'

const becameSchema = z.object({
  kind: z.enum(['answered', 'refused', 'not-sent', 'unknown']),
  call: z.string(),
  status: z.number().optional(),
  code: z.string().optional(),
})
const waitingSchema = z.object({
  reference: z.string(),
  group: z.string(),
  operation: z.string(),
  expires: z.string(),
  state: z.enum(holdStates),
  result: becameSchema.optional(),
  principal: z.object({
    id: z.string().optional(),
    'acts-for': z.array(z.object({ id: z.string().optional() })).optional(),
  }),
  request: z.unknown(),
  objects: z.record(
    z.string(),
    z.object({ type: z.string(), key: z.string(), state: z.string().optional() }).nullable(),
  ),
  approvals: z.array(z.object({ name: z.string(), quorum: z.number(), says: z.string() })),
  'why-not': z.string().optional(),
})
const askedSchema = waitingSchema.extend({ digest: z.string() })
const answeredSchema = z.object({ state: z.string(), 'sent-by': z.literal('guard').optional() })
const switchSchema = z.object({
  of: z.enum(['principal', 'agent', 'workflow', 'operation', 'tenant', 'object', 'run']),
  name: z.string(),
  by: z.string(),
  why: z.string(),
  at: z.string().transform((text) => Date.parse(text)),
})
const standingSchema = z
  .object({
    grant: z.string(),
    approval: z.string(),
    by: z.string(),
    at: z.string(),
    operation: z.string(),
    principal: z.string().optional(),
    object: z.string().optional(),
    'at-most': z.number().optional(),
    uses: z.number(),
    used: z.number(),
    expires: z.string(),
  })
  .transform(
    ({ grant, approval, by, at, used, operation, principal, object, 'at-most': atMost, uses, expires }): Standing => ({
      grant,
      approval,
      by: { id: by },
      at: Date.parse(at),
      used,
      bound: {
        operation,
        uses,
        expires: Date.parse(expires),
        ...(principal === undefined ? {} : { principal }),
        ...(object === undefined ? {} : { object }),
        ...(atMost === undefined ? {} : { atMost }),
      },
    }),
  )
const doubtsSchema = z.object({
  doubts: z.array(
    z.object({
      call: z.string(),
      operation: z.string(),
      principal: z.string().optional(),
      at: z.string(),
      request: z.unknown(),
    }),
  ),
})

const toolsSchema = z.object({
  tools: z.array(
    z
      .object({
        source: z.string(),
        tool: z.string(),
        kind: z.enum(['new', 'changed', 'suspicious']),
        held: z.boolean(),
        pin: z.string(),
        changes: z.array(z.object({ at: z.string(), before: z.string().optional(), now: z.string().optional() })),
        findings: z.array(
          z.object({ code: z.string(), severity: z.string(), at: z.string(), excerpt: z.string(), says: z.string() }),
        ),
        now: z.unknown(),
        at: z.string().transform((text) => Date.parse(text)),
      })
      .transform(({ changes, ...tool }) => ({
        ...tool,
        changes: changes.map(({ at, before, now }) => ({
          at,
          ...(before === undefined ? {} : { before }),
          ...(now === undefined ? {} : { now }),
        })),
      })),
  ),
})

/**
 * Work through a control API, as whoever the token belongs to.
 *
 * @throws when it cannot be reached or refuses; the message has its reason and never the token.
 */
export function remoteOffice(url: string, token: string): Office {
  const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
    callControl({ url, token }, method, path, body)
  return {
    questions: async (states) =>
      z
        .object({ approvals: z.array(waitingSchema) })
        .parse(fine(await ask('GET', `/v1/approvals?state=${states.join(',')}`)))
        .approvals.map(waitingOf),
    question: async (reference) => {
      const answer = await ask('GET', approvalPath(reference))
      if (answer.status === 404) return undefined
      const { digest, ...question } = askedSchema.parse(fine(answer))
      return { ...waitingOf(question), digest }
    },
    answer: async (reference, { verdict, shown, why }) => {
      const answer = await ask('POST', approvalPath(reference), { verdict, digest: shown, why })
      if (answer.status === 401 || answer.status >= 500) throw new Error(problemIn(answer))
      if (answer.status >= 300) return { ok: false, why: problemIn(answer) }
      const { state, 'sent-by': sentBy } = answeredSchema.parse(answer.body)
      return { ok: true, state, ...(sentBy === undefined ? {} : { sentBy }) }
    },
    standing: async () =>
      z.object({ 'standing-approvals': z.array(standingSchema) }).parse(fine(await ask('GET', standingPath)))[
        'standing-approvals'
      ],
    stand: async (approval, { atMost, expires, ...bound }) => {
      const most = atMost === undefined ? {} : { 'at-most': atMost }
      const body = { approval, ...bound, ...most, expires: new Date(expires).toISOString() }
      const answer = await ask('POST', standingPath, body)
      if (answer.status === 403) return { problem: problemIn(answer) }
      return z.object({ grant: z.string() }).parse(fine(answer))
    },
    withdraw: async (grant) => {
      const answer = await ask('DELETE', `${standingPath}/${encodeURIComponent(grant)}`)
      if (answer.status === 404) return false
      fine(answer)
      return true
    },
    switches: async () =>
      z.object({ switches: z.array(switchSchema) }).parse(fine(await ask('GET', '/v1/switches'))).switches,
    off: async (of, name, why) => void fine(await ask('PUT', switchPath(of, name), { why })),
    on: async (of, name, why) => {
      const answer = await ask('DELETE', `${switchPath(of, name)}?why=${encodeURIComponent(why)}`)
      if (answer.status === 404) return false
      fine(answer)
      return true
    },
    doubts: async () =>
      doubtsSchema
        .parse(fine(await ask('GET', '/v1/doubts')))
        .doubts.map((each) => ({ ...each, principal: each.principal ?? null })),
    settle: async (call, effect, why) => {
      const answer = await ask('POST', `/v1/doubts/${encodeURIComponent(call)}`, { effect, why })
      if (answer.status === 404) return false
      fine(answer)
      return true
    },
    tools: async () => toolsSchema.parse(fine(await ask('GET', '/v1/tools'))).tools,
    runs: remoteRuns(ask, fine),
  }
}

function waitingOf({
  principal,
  objects,
  result,
  'why-not': whyNot,
  ...each
}: z.output<typeof waitingSchema>): Waiting {
  return {
    ...each,
    principal: principal.id ?? null,
    actsFor: (principal['acts-for'] ?? []).flatMap(({ id }) => id ?? []),
    objects: Object.values(objects).flatMap((fact) =>
      fact === null ? [] : [`${fact.type}/${fact.key}${fact.state === undefined ? '' : ` (${fact.state})`}`],
    ),
    ...(result === undefined ? {} : { result }),
    ...(whyNot === undefined ? {} : { whyNot }),
  }
}

function approvalPath(reference: string): string {
  return `/v1/approvals/${encodeURIComponent(reference)}`
}

function switchPath(of: string, name: string): string {
  return `/v1/switches/${of}/${encodeURIComponent(name)}`
}
