/** What operators and approvers do, whether on the store itself or through a control API. */

import { type Became, became } from '../../gateway/control/approvals.ts'
import type { Said } from '../../guard/approvals.ts'
import { detailIn } from '../../guard/busy.ts'
import type { SeenTool } from '../../guard/noted-tools.ts'
import type { Question } from '../../guard/question.ts'
import type { Bound } from '../../guard/standing.ts'
import type { Standing } from '../../guard/standing-grants.ts'
import type { HoldState, StoredCall, Switch } from '../../guard/store.ts'
import type { Core } from './core.ts'
import { locally, operatorName, type Person, personOf } from './person.ts'
import { localRuns, type RunOffice } from './run-office.ts'

/** A call that waits for somebody, exactly as it will run. */
export interface Waiting {
  readonly reference: string
  readonly group: string
  readonly operation: string
  readonly principal: string | null
  /** Of an agent: those it acts for, nearest first. */
  readonly actsFor: readonly string[]
  readonly request: unknown
  readonly objects: readonly string[]
  readonly approvals: readonly { readonly name: string; readonly quorum: number; readonly says: string }[]
  readonly expires: string
  readonly state: HoldState
  /** What became of it, where the guard sent it itself. */
  readonly result?: Became
  /** Why who asks may not answer it. */
  readonly whyNot?: string
}

/** One that somebody is to answer. */
export interface Asked extends Waiting {
  /** Of everything about it, as it is now; an approval names it. */
  readonly digest: string
}

/** A call of unknown outcome. */
export interface Doubtful {
  readonly call: string
  readonly operation: string
  readonly principal: string | null
  readonly at: string
  readonly request: unknown
}

export type Counted =
  | { readonly ok: true; readonly state: string; readonly sentBy?: 'guard' }
  | { readonly ok: false; readonly why: string }

/** Somebody at work on one guard. */
export interface Office {
  /** Calls that wait, or that waited and are in one of these states now. */
  questions(states: readonly HoldState[]): Promise<readonly Waiting[]>
  /** @returns undefined when there is no such question. */
  question(reference: string): Promise<Asked | undefined>
  answer(reference: string, said: Said): Promise<Counted>
  standing(): Promise<readonly Standing[]>
  stand(approval: string, bound: Bound): Promise<{ readonly grant: string } | { readonly problem: string }>
  /** @returns false when there is no such grant. */
  withdraw(grant: string): Promise<boolean>
  switches(): Promise<readonly Switch[]>
  off(of: Switch['of'], name: string, why: string): Promise<void>
  /** @returns false when it was not switched off. */
  on(of: Switch['of'], name: string, why: string): Promise<boolean>
  doubts(): Promise<readonly Doubtful[]>
  /** @returns false when it is not in doubt. */
  settle(call: string, effect: 'effective' | 'released', why: string): Promise<boolean>
  /** Tools of MCP servers that somebody should look at. */
  tools(): Promise<readonly SeenTool[]>
  readonly runs: RunOffice
}

/** Work on the store itself: whoever may write its files is believed, and the record says so. */
export function localOffice({ guard }: Core, person: Person): Office {
  const by = operatorName(person)
  const approver = personOf(person)
  return {
    questions: async (states) =>
      (await guard.approvals.list(states)).map((each) => waitingOf(each, guard.approvals.mayAnswer(each, approver))),
    async question(reference) {
      const question = await guard.approvals.get(reference)
      if (question === undefined) return undefined
      const { digest } = await guard.approvals.see(question)
      return { ...waitingOf(question, guard.approvals.mayAnswer(question, approver)), digest }
    },
    answer: (reference, said) => guard.approvals.answer(reference, approver, { ...said, why: locally(said.why) }),
    standing: () => guard.approvals.standing(),
    stand: (approval, bound) => guard.approvals.stand(approval, approver, bound, locally(undefined)),
    withdraw: (grant) => guard.approvals.withdraw(grant, by, locally(undefined)),
    switches: async () => guard.switches.list(),
    off: (of, name, why) => guard.switches.off({ of, name, by, why: locally(why), at: Date.now() }),
    on: (of, name, why) => guard.switches.on(of, name, by, locally(why), Date.now()),
    doubts: async () => (await guard.doubts.list()).map(doubtOf),
    settle: (call, effect, why) => guard.doubts.settle(call, effect, by, locally(why)),
    tools: () => guard.tools.list(),
    runs: localRuns(guard.runs, person),
  }
}

function waitingOf(question: Question, whyNot: string | undefined): Waiting {
  const { reference, group, call, objects, approvals, expires, state, result } = question
  return {
    reference,
    group,
    operation: call.operation,
    principal: call.principal.id ?? null,
    actsFor: (call.principal.chain ?? []).flatMap(({ id }) => id ?? []),
    request: call.request,
    objects: Object.values(objects).flatMap((fact) =>
      fact === null ? [] : [`${fact.type}/${fact.key}${fact.state === undefined ? '' : ` (${fact.state})`}`],
    ),
    approvals: approvals.map(({ name, quorum, says }) => ({ name, quorum, says })),
    expires: new Date(expires).toISOString(),
    state,
    ...(result === undefined ? {} : { result: became(result) }),
    ...(whyNot === undefined ? {} : { whyNot }),
  }
}

function doubtOf(stored: StoredCall): Doubtful {
  const detail = detailIn(stored)
  return {
    call: stored.id,
    operation: stored.operation,
    principal: stored.principal ?? detail?.call.principal.id ?? null,
    at: new Date(stored.at).toISOString(),
    request: detail?.call.request ?? null,
  }
}
