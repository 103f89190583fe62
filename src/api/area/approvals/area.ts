/** Shows questions, and takes answers to them. */
import { Problem } from '../../../gateway/control/problem.ts'
import type { Guard } from '../../../guard/guard.ts'
import type { Question } from '../../../guard/question.ts'
import type { Standing } from '../../../guard/standing-grants.ts'
import { type Asked, type Mounted, mount } from '../../endpoint.ts'
import type { Viewer } from '../../viewer.ts'
import { briefOf, type Tab, tabOf } from './brief.ts'
import { type Detail, detailOf } from './detail.ts'
import { approvalEndpoints, tabs } from './endpoints.ts'

export interface ApprovalAreaOptions {
  readonly guard: Pick<Guard, 'approvals' | 'charter' | 'runs'>
  /** Of the charter in force. */
  readonly version: () => string
  readonly now: () => number
}

const every = ['pending', 'granted', 'refused', 'expired', 'cancelled', 'executing', 'executed'] as const
const statuses = { unknown: 404, closed: 409, expired: 410, 'not-entitled': 403, already: 409, changed: 409 } as const

export function approvalArea(options: ApprovalAreaOptions): readonly Mounted[] {
  const { guard } = options
  const { approvals } = guard
  return mount(approvalEndpoints, {
    'GET /api/approvals': async ({ query, viewer }) => {
      const all = await approvals.list(every)
      const inTab = (tab: Tab): readonly Question[] => all.filter(({ state }) => tabOf(state) === tab)
      const count = Object.fromEntries(tabs.map((tab) => [tab, inTab(tab).length])) as Record<Tab, number>
      const questions = [...inTab(query.state)].sort(query.state === 'waiting' ? byTimeLeft : byNewest)
      return { counts: count, questions: questions.map((each) => briefOf(guard, each, viewer)) }
    },
    'GET /api/approvals/{reference}': ({ parameters, viewer }) => show(options, parameters.reference, viewer),
    'POST /api/approvals/{reference}': async ({ parameters, body, viewer }) => {
      const { verdict, digest: shown, why } = body
      const { reference } = parameters
      const result = await approvals.answer(reference, personOf(viewer), { verdict, shown, why })
      if (!result.ok) throw new Problem(statuses[result.code], result.code, result.why)
      return { state: result.state, sendsItself: result.sentBy === 'guard' }
    },
    'GET /api/standing': async () => ({ standing: (await approvals.standing()).map(shownStanding) }),
    'POST /api/standing': async (asked) => ({ grant: await stand(options, asked) }),
    'DELETE /api/standing/{grant}': async ({ parameters, viewer }) => {
      const was = await approvals.withdraw(parameters.grant, viewer.principal.id, 'at the console')
      if (!was) throw new Problem(404, 'unknown', 'there is no such standing approval, or it is over')
    },
  })
}

type Standings = Asked<'POST /api/standing', (typeof approvalEndpoints)['POST /api/standing']>

async function stand({ guard, now }: ApprovalAreaOptions, { body, viewer }: Standings): Promise<string> {
  const { approval, why, forMs, operation, uses, principal, object, atMost } = body
  const bound = {
    operation,
    uses,
    expires: now() + forMs,
    ...(principal === undefined ? {} : { principal }),
    ...(object === undefined ? {} : { object }),
    ...(atMost === undefined ? {} : { atMost }),
  }
  const given = await guard.approvals.stand(approval, personOf(viewer), bound, why)
  if ('problem' in given) throw new Problem(403, 'not-entitled', given.problem)
  return given.grant
}

/** SECURITY: nobody approves through an agent, whoever it acts for. */
function personOf({ principal }: Viewer): Viewer['principal'] {
  if (principal.kind === 'agent' || principal.chain !== undefined)
    throw new Problem(403, 'needs-person', 'this needs a person: an agent speaks for nobody')
  return principal
}

async function show({ guard, version }: ApprovalAreaOptions, reference: string, viewer: Viewer): Promise<Detail> {
  const question = await guard.approvals.get(reference)
  if (question === undefined) throw new Problem(404, 'unknown', 'there is no such question, or it was long ago')
  const approved = await guard.approvals.list(['granted', 'executing', 'executed'])
  const earlier = approved.filter((each) => each.reference !== reference && isAlike(each, question))
  const seen = await guard.approvals.see(question)
  return detailOf({ guard, version: version(), question, seen, earlier, viewer })
}

/** The same caller for the same operation, and before. */
function isAlike(earlier: Question, { call, at }: Question): boolean {
  return earlier.at < at && earlier.call.operation === call.operation && earlier.call.principal.id === call.principal.id
}

function byTimeLeft(left: Question, right: Question): number {
  return left.expires - right.expires || (left.reference < right.reference ? -1 : 1)
}

function byNewest(left: Question, right: Question): number {
  return right.at - left.at || (left.reference < right.reference ? 1 : -1)
}

function shownStanding({ grant, approval, by, at, bound, used }: Standing): {
  readonly grant: string
  readonly approval: string
  readonly by: string
  readonly at: number
  readonly used: number
} & Standing['bound'] {
  return { grant, approval, by: by.id ?? '', at, used, ...bound }
}
