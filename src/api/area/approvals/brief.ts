/** Questions in a few lines, and whether somebody may answer them. */
import type { z } from 'zod'
import type { CallRequest, Principal } from '../../../charter/charter.ts'
import { whoWords } from '../../../constraint/words.ts'
import { became } from '../../../gateway/control/approvals.ts'
import type { Guard } from '../../../guard/guard.ts'
import type { Question } from '../../../guard/question.ts'
import type { HoldState } from '../../../guard/store.ts'
import { mayDo, type Viewer } from '../../viewer.ts'
import { type approvalEndpoints, tabs } from './endpoints.ts'
import { type Leaf, leavesOf } from './leaves.ts'

export type Brief = z.input<(typeof approvalEndpoints)['GET /api/approvals']['answer']>['questions'][number]
export type Tab = (typeof tabs)[number]

/** One argument of a call, and in which part of the request it stands. */
export interface Argument extends Leaf {
  readonly in: 'path' | 'query' | 'header' | 'body'
}

const statesOf: Readonly<Record<Tab, readonly HoldState[]>> = {
  waiting: ['pending'],
  approved: ['granted', 'executing', 'executed'],
  refused: ['refused'],
  over: ['expired', 'cancelled'],
}

export function tabOf(state: HoldState): Tab {
  return tabs.find((tab) => statesOf[tab].includes(state)) ?? 'over'
}

const parts = ['path', 'query', 'body', 'header'] as const

/** Every argument, in the order in which people read a request. */
export function argumentsIn(request: CallRequest): readonly Argument[] {
  return parts.flatMap((part) =>
    leavesOf(request[part])
      // A part with nothing in it.
      .filter(({ at, kind }) => at !== '' || kind !== 'other')
      .map((leaf) => ({ ...leaf, in: part })),
  )
}

/** More of them do not fit a line. */
const inLine = 8

export function briefOf(guard: Pick<Guard, 'approvals' | 'charter'>, question: Question, viewer: Viewer): Brief {
  const { reference, state, group, at, expires, call, use, approvals, answers, result } = question
  const { operation, principal, run, request } = call
  const whyNot = whyNotOf(guard, question, viewer)
  const withheld = isWithheldFrom(viewer)
  return {
    reference,
    state,
    group,
    asked: at,
    expires,
    operation,
    use,
    callers: [principal, ...(principal.chain ?? [])].map(shownPrincipal),
    arguments: argumentsIn(request)
      .slice(0, inLine)
      .map((each) => (withheld ? covered(each) : each)),
    withheld,
    approvals: approvals.map((each) => ({ ...each, given: givenTo(question, each.name).length })),
    answers: [...answers],
    may: state === 'pending' && whyNot === undefined,
    ...(run === undefined ? {} : { run: run.id }),
    ...(run?.workflow === undefined ? {} : { workflow: run.workflow }),
    ...(state !== 'pending' || whyNot === undefined ? {} : { whyNot }),
    ...(result === undefined ? {} : { result: became(result) }),
  }
}

/** Whether what a call carries is not for somebody: neither do they decide about such calls, nor read the record of them. */
export function isWithheldFrom(viewer: Viewer): boolean {
  return !mayDo(viewer, 'approve') && !mayDo(viewer, 'read')
}

/** The same without its value. What stands in the path names things, as the record does. */
export function covered<Valued extends Argument>(argument: Valued): Valued {
  return argument.in === 'path' ? argument : { ...argument, text: '•••' }
}

/** Who has given an approval so far. */
export function givenTo({ answers }: Question, approval: string): readonly string[] {
  return answers.flatMap((each) => (each.approval === approval && each.verdict === 'approve' ? [each.by] : []))
}

function shownPrincipal({ id, kind, tenant, roles }: Principal): Brief['callers'][number] {
  return {
    ...(id === undefined ? {} : { id }),
    ...(kind === undefined ? {} : { kind }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(roles === undefined ? {} : { roles: [...roles] }),
  }
}

/** Why somebody may not answer, told to themselves; undefined when they may. */
export function whyNotOf(
  { approvals, charter }: Pick<Guard, 'approvals' | 'charter'>,
  question: Question,
  viewer: Viewer,
): string | undefined {
  const { principal } = viewer
  if (!mayDo(viewer, 'approve')) return 'it takes the role of an approver, which you do not have'
  if (principal.kind === 'agent' || principal.chain !== undefined) return 'nobody approves through an agent'
  if (question.answers.some(({ by }) => by === principal.id)) return 'you have answered already: one person counts once'
  const problem = approvals.mayAnswer(question, principal)
  if (problem === undefined) return undefined
  const choices = question.approvals.flatMap(({ name }) => charter().approvals.get(name)?.choices ?? [])
  if (problem === 'given by somebody who may not') return `the charter leaves it to ${whoWords(choices)}`
  if (problem === 'given by somebody of another tenant') return 'it is not known to be of your tenant'
  return problem === 'given by somebody who asks for it'
    ? 'you ask for it yourself, or it is your own: somebody else decides'
    : problem
}
