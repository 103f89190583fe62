/** Everything about one question that whoever decides wants to know. */
import type { z } from 'zod'
import type { Charter, ConstraintId, ObjectFact, Use } from '../../../charter/charter.ts'
import { removePointer } from '../../../charter/pointer.ts'
import { entitledTo } from '../../../constraint/choice.ts'
import { originWords } from '../../../constraint/values.ts'
import { whoWords } from '../../../constraint/words.ts'
import { describeApproval } from '../../../explain/approval-words.ts'
import type { Guard } from '../../../guard/guard.ts'
import type { Question } from '../../../guard/question.ts'
import type { Seen } from '../../../guard/shown.ts'
import { parseLosslessJson, printLosslessJson } from '../../../wire/lossless-json.ts'
import { toHttp } from '../../../wire/to-http.ts'
import type { Viewer } from '../../viewer.ts'
import { type Argument, argumentsIn, briefOf, covered, givenTo, whyNotOf } from './brief.ts'
import type { approvalEndpoints } from './endpoints.ts'
import { leavesOf } from './leaves.ts'
import { compareWithUsual } from './usual.ts'

export type Detail = z.input<(typeof approvalEndpoints)['GET /api/approvals/{reference}']['answer']>

/** What a detail is made of. */
export interface Shown {
  readonly guard: Pick<Guard, 'approvals' | 'charter' | 'runs'>
  /** Of the charter in force. */
  readonly version: string
  readonly question: Question
  readonly seen: Seen
  /** Questions of the same kind that were approved. */
  readonly earlier: readonly Question[]
  readonly viewer: Viewer
}

export async function detailOf(shown: Shown): Promise<Detail> {
  const { guard, question, seen, earlier, viewer, version } = shown
  const { call, charter: asked, reasons = [], sentBy, state } = question
  const charter = guard.charter()
  const use = useOf(charter, question)
  const shape = charter.operations.get(call.operation)?.shape
  const workflow = charter.workflows.get(call.run?.workflow ?? '')
  const charterChanged = asked !== version
  const brief = briefOf(guard, question, viewer)
  const { withheld } = brief
  const whyNot = whyNotHere(shown, charterChanged)
  const values = argumentsIn(call.request).map((each) => argumentOf(each, question, earlier))
  return {
    ...brief,
    digest: seen.digest,
    sent: sentTo(withheld, sentAs(charter, question, use)),
    ...(shape?.summary === undefined ? {} : { summary: shape.summary }),
    ...(use === undefined || use.from.length + use.to.length === 0
      ? {}
      : { moves: { from: [...use.from], to: [...use.to] } }),
    ...(await taskOf(guard, question, withheld)),
    owners: Object.entries(workflow?.owners ?? {}).map(([of, name]) => ({ of, name })),
    arguments: withheld ? values.map(({ usual: _, ...each }) => covered(each)) : values,
    objects: objectsOf(charter, shown).map((each) =>
      withheld ? { ...each, fields: [], hidden: each.fields.length } : each,
    ),
    reasons: reasons.map(({ constraint, says }) => ({ constraint, says })),
    approvals: approvalsOf(charter, question),
    charterChanged,
    outdated: seen.outdated,
    earlier: earlier.length,
    sendsItself: sentBy === 'guard',
    may: state === 'pending' && whyNot === undefined,
    ...(state !== 'pending' || whyNot === undefined ? {} : { whyNot }),
  }
}

function whyNotHere({ guard, question, viewer }: Shown, charterChanged: boolean): string | undefined {
  if (charterChanged) return 'the charter has changed since it was asked: the call has to be made again'
  return whyNotOf(guard, question, viewer)
}

function useOf(charter: Charter, { call, use }: Question): Use | undefined {
  const uses = charter.operations.get(call.operation)?.uses
  return uses?.find((each) => each.id === use) ?? uses?.[0]
}

const nowhere = 'http://api'

/** Exactly what will run. */
function sentAs(charter: Charter, { call }: Question, use: Use | undefined): Detail['sent'] {
  const shape = charter.operations.get(call.operation)?.shape
  if (use === undefined || shape === undefined) return { kind: 'http', method: '', target: call.operation }
  if (shape.method === 'TOOL')
    return { kind: 'tool', method: 'tools/call', target: shape.name, body: indented(call.request.body ?? {}) }
  const { method, url, body } = toHttp(charter, use, call.request, nowhere)
  const text = body === undefined ? undefined : (parseLosslessJson(body) ?? body)
  return {
    kind: 'http',
    method,
    target: url.slice(nowhere.length),
    ...(text === undefined ? {} : { body: typeof text === 'string' ? text : indented(text) }),
  }
}

/** Without what it carries. */
function sentTo(withheld: boolean, { kind, method, target, body }: Detail['sent']): Detail['sent'] {
  if (withheld) return { kind, method, target: target.replace(/\?.*/, '') }
  return { kind, method, target, ...(body === undefined ? {} : { body }) }
}

function indented(value: unknown, indent = ''): string {
  const inner = `${indent}  `
  if (Array.isArray(value) && value.length > 0)
    return `[\n${value.map((each) => inner + indented(each, inner)).join(',\n')}\n${indent}]`
  const members = typeof value === 'object' && value !== null && isPlain(value) ? Object.entries(value) : []
  if (members.length === 0) return printLosslessJson(value)
  const lines = members.map(([name, each]) => `${inner}${JSON.stringify(name)}: ${indented(each, inner)}`)
  return `{\n${lines.join(',\n')}\n${indent}}`
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

async function taskOf(
  { runs }: Pick<Guard, 'runs'>,
  { call }: Question,
  withheld: boolean,
): Promise<Pick<Detail, 'task'>> {
  const { run } = call
  if (run === undefined) return {}
  const known = await runs.get(run.id)
  const agent = run.agent ?? known?.agent
  const purpose = run.purpose ?? known?.purpose
  return {
    task: {
      id: run.id,
      ...(agent === undefined ? {} : { agent }),
      ...(purpose === undefined || withheld ? {} : { purpose }),
      ...(known === undefined ? {} : { began: known.at, state: known.state }),
    },
  }
}

function argumentOf(
  argument: Argument,
  { origins = [], classes = [] }: Question,
  earlier: readonly Question[],
): Detail['arguments'][number] {
  const { in: part, at } = argument
  const known = origins.find((each) => each.in === part && each.at === at)
  const usual = compareWithUsual(
    argument,
    earlier.map(({ call }) => argumentsIn(call.request)),
  )
  const place = part === 'body' ? at : `$${part}${at}`
  return {
    ...argument,
    classes: [...new Set(classes.flatMap((each) => (each.at === place ? [each.class] : [])))],
    ...(known === undefined ? {} : { origin: originOf(known) }),
    ...(usual === undefined ? {} : { usual }),
  }
}

function originOf({
  at,
  origins,
}: NonNullable<Question['origins']>[number]): NonNullable<Detail['arguments'][number]['origin']> {
  const [best] = origins
  const says = originWords({ at, origins }).replace(`\`${at}\` `, '')
  if (best === undefined) return { trust: 'untold', says: 'where it came from cannot be told' }
  return {
    trust: best.trust,
    says,
    ...(best.operation === undefined ? {} : { operation: best.operation }),
    ...(best.at === undefined ? {} : { at: best.at }),
    ...(best.call === undefined ? {} : { call: best.call }),
  }
}

function objectsOf(charter: Charter, { question, seen, viewer }: Shown): Detail['objects'] {
  const slots = [...new Set([...Object.keys(question.objects), ...Object.keys(seen.present)])]
  return slots.flatMap((slot) => {
    const [asked, now] = [question.objects[slot], seen.present[slot]]
    const fact = now ?? asked
    if (fact === undefined || fact === null) return []
    const hidden = hiddenFrom(charter, fact, viewer)
    const [before, after] = [asked, now].map((each) => visible(each, hidden))
    const ats = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])]
    const volatile = new Set(leavesOf(onlyVolatile(charter, fact)).map(({ at }) => at))
    return [
      {
        slot,
        name: `${fact.type}/${fact.key}`,
        ...(asked?.state === undefined && now?.state === undefined
          ? {}
          : { state: compared('', asked?.state, now?.state, now !== undefined) }),
        fields: ats.map((at) => {
          const field = compared(at, before?.get(at), after?.get(at), now !== undefined && asked !== undefined)
          return volatile.has(at) ? { ...field, changed: false } : field
        }),
        hidden: hidden.length,
        seen: now !== undefined,
      },
    ]
  })
}

function compared(
  at: string,
  asked: string | undefined,
  now: string | undefined,
  known: boolean,
): Detail['objects'][number]['fields'][number] {
  return {
    at,
    changed: known && asked !== now,
    ...(asked === undefined ? {} : { asked }),
    ...(now === undefined ? {} : { now }),
  }
}

function visible(
  fact: ObjectFact | null | undefined,
  hidden: ReturnType<typeof hiddenFrom>,
): ReadonlyMap<string, string> | undefined {
  if (fact === undefined || fact === null) return undefined
  const value = hidden.reduce((rest, at) => removePointer(rest, at), fact.value)
  return new Map(leavesOf(value).map(({ at, text }) => [at, text]))
}

/** The fields of an object that the charter does not show to somebody. What cannot be told is not shown. */
function hiddenFrom(charter: Charter, fact: ObjectFact, { principal }: Viewer): readonly (readonly string[])[] {
  const found = new Map<ConstraintId, readonly string[]>()
  for (const operation of charter.operations.values())
    for (const use of operation.uses)
      for (const each of use.constraints)
        if (
          each.kind === 'seen-by' &&
          each.object === fact.type &&
          entitledTo(charter, each.choices, { principal, fact }) !== 'yes'
        )
          found.set(each.id, each.field.at)
  return [...new Map([...found.values()].map((at) => [at.join('/'), at])).values()]
}

/** What of an object changes by itself. */
function onlyVolatile(charter: Charter, { type, value }: ObjectFact): unknown {
  const volatile = charter.objects.get(type)?.volatile ?? []
  const rest = new Set(leavesOf(volatile.reduce(removePointer, value)).map(({ at }) => at))
  return Object.fromEntries(
    leavesOf(value)
      .filter(({ at }) => !rest.has(at))
      .map(({ at, text }) => [at.slice(1), text]),
  )
}

function approvalsOf(charter: Charter, question: Question): Detail['approvals'] {
  return question.approvals.map(({ name, quorum, says }) => {
    const approval = charter.approvals.get(name)
    const by = [...givenTo(question, name)]
    const { standing } = approval ?? {}
    return {
      name,
      quorum,
      says: approval === undefined ? says : describeApproval(approval),
      given: by.length,
      by,
      who: approval === undefined ? 'nobody' : whoWords(approval.choices),
      ...(standing === undefined
        ? {}
        : {
            standing: {
              longestMs: standing.validForMs,
              uses: standing.uses,
              ...(standing.amount === undefined ? {} : { amount: standing.amount.source }),
            },
          }),
    }
  })
}
