/** How an MCP server describes its tools now, beside the approved list. What was approved stands in for a control: no call is made. */
import type { ConstraintId, Use } from '../../../charter/charter.ts'
import { verdictOf } from '../../../integrity/finding.ts'
import { comparePins } from '../../../integrity/pin.ts'
import { scanTool } from '../../../integrity/scan.ts'
import { memberOf, type Tool, toolsIn } from '../../../integrity/tool.ts'
import { toolList } from '../../../wire/to-http.ts'
import type { Proof, Sent, Verdict } from '../../finding.ts'
import { useById } from '../../plan/graph.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import type { Exchange, HttpRequest } from '../../transport/exchange.ts'
import { inShort, type Lab } from '../lab.ts'
import type { Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'
import { tryTo } from '../ways.ts'

const mostPages = 50

/** What came of comparing a tool with what was approved. */
interface Judged {
  readonly abuse: AbuseCase
  readonly verdict: Verdict
  readonly why: string
  readonly trial?: Trial
  readonly repeated: Proof['repeated']
}

/** Compares a tool with the approved one; a difference counts where it is there every time the server is asked. */
export async function judgeDescription(
  lab: Lab,
  use: Use,
  { id, repeats }: { readonly id: ConstraintId; readonly repeats: number },
): Promise<Judged> {
  const abuse = describedCase(lab, use, id)
  const trial = await tryTo(() => describedTrial(lab, abuse))
  const once = { succeeded: 1, of: 1 }
  if (trial instanceof Unreached) return { abuse, verdict: 'not-reached', why: trial.message, repeated: once }
  if (!trial.effect) return { abuse, verdict: 'held', why: trial.why, trial, repeated: once }
  let succeeded = 1
  for (let again = 0; again < repeats; again++) {
    const next = await tryTo(() => describedTrial(lab, abuse))
    if (!(next instanceof Unreached) && next.effect) succeeded++
  }
  const repeated = { succeeded, of: repeats + 1 }
  if (succeeded < repeated.of)
    return { abuse, verdict: 'not-reached', why: `${trial.why}, but not every time`, trial, repeated }
  const finding = trial.poisoned ? 'tool-poisoned' : 'tool-changed'
  return { abuse: { ...abuse, finding }, verdict: 'proven', why: trial.why, trial, repeated }
}

/** An agent asks, where there is one: it is agents who read descriptions. */
function describedCase(lab: Lab, use: Use, constraint: ConstraintId): AbuseCase {
  const { members } = lab.stage
  const asking = members.find(({ principal }) => principal.kind === 'agent') ?? members.find(({ pool }) => !pool)
  const as = asking?.name ?? 'nobody'
  const seat = asking === undefined ? { fresh: false } : { identity: as, fresh: false }
  const step = { use: use.id, as, refs: {}, wishes: [], purpose: 'act', extra: [] } as const
  const scenario = { cast: { [as]: seat }, vars: {}, steps: [step] }
  const tactic = { kind: 'described' } as const
  const id = `${use.id}|${constraint}|described`
  return { id, use: use.id, constraint, tactic, control: scenario, abuse: scenario, finding: 'tool-changed' }
}

/** Asks the server for its tools once. Throws `Unreached` where it gives no list, or does not list the tool. */
export async function describedTrial(lab: Lab, abuse: AbuseCase): Promise<Trial & { readonly poisoned: boolean }> {
  const use = useById(lab.charter, abuse.use)
  const shape = lab.charter.operations.get(use?.operation ?? '')?.shape
  const source = lab.charter.sources.get(shape?.source ?? '')
  const server = lab.servers.get(shape?.source ?? '')
  if (use === undefined || shape?.method !== 'TOOL' || source === undefined || server === undefined)
    throw new Unreached('what describes it is no MCP server that can be asked')
  const as = abuse.abuse.steps.at(-1)?.as ?? 'nobody'
  const { tools, pages } = await listedBy(lab, { as, server })
  const now = tools.filter(({ name }) => name === shape.name)
  const exchange = pages.find((each) => toolsIn(each.response?.json).some(({ name }) => name === shape.name))
  const [live] = now
  if (live === undefined || exchange === undefined) throw new Unreached('the server does not list it now')
  const approved = toolsIn(source.description.document).find(({ name }) => name === shape.name)
  const changes = now.length > 1 ? [twice(live)] : changesOf(approved, live)
  const evidence = poisonIn(live, tools)
  const sent: Sent = { use: use.id, operation: use.operation, as, purpose: 'abuse', exchange, captures: [] }
  return {
    effect: changes.length > 0 || evidence.length > 0,
    poisoned: evidence.length > 0,
    why: wordsFor(live, changes, evidence),
    changes,
    disclosed: [],
    sent: [sent],
    state: '-',
  }
}

async function listedBy(
  lab: Lab,
  { as, server }: { readonly as: string; readonly server: string },
): Promise<{ readonly tools: readonly Tool[]; readonly pages: readonly Exchange[] }> {
  const signed = as === 'nobody' ? undefined : await lab.signIn(as)
  const ask = (request: HttpRequest): Promise<Exchange> =>
    signed === undefined ? lab.send(request) : signed.send(request)
  const pages: Exchange[] = []
  let cursor: string | undefined
  do {
    const exchange = await ask(toolList(server, cursor))
    const { response } = exchange
    if (response === undefined || response.status !== 200 || memberOf(response.json, 'tools') === undefined)
      throw new Unreached(`the server gave no list of its tools: ${inShort(exchange)}`)
    pages.push(exchange)
    const next = memberOf(response.json, 'nextCursor')
    cursor = typeof next === 'string' ? next : undefined
  } while (cursor !== undefined && pages.length < mostPages)
  return { tools: pages.flatMap(({ response }) => toolsIn(response?.json)), pages }
}

function twice({ name }: Tool): Trial['changes'][number] {
  return { label: `tool ${name}`, pointer: 'count', before: 1, after: 2 }
}

/** Differences in what is pinned, written out so that a person sees what is hidden. */
function changesOf(approved: Tool | undefined, live: Tool): Trial['changes'] {
  const [changed] = approved === undefined ? [] : comparePins([approved], [live]).changed
  return (changed?.differences ?? []).map((line) => {
    const [place = '', how = ''] = cut(line, ': ')
    const [before, after] = cut(how, ' → ')
    const change = after === undefined ? { before: undefined, after: how } : { before, after }
    return { label: `tool ${live.name}`, pointer: `/${place}`, ...change }
  })
}

function cut(text: string, at: string): readonly [string, string?] {
  const index = text.indexOf(at)
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + at.length)]
}

/** What stands in the description that makes it worth holding; nothing where it is merely to be looked at. */
function poisonIn(live: Tool, tools: readonly Tool[]): readonly string[] {
  const others = tools.filter((each) => each.name !== live.name)
  const found = scanTool(
    live,
    others.map((tool) => ({ tool, server: '', same: true })),
  )
  if (verdictOf(found) !== 'hold') return []
  return found
    .filter(({ severity }) => severity !== 'low')
    .map(({ at, says, excerpt }) => `(\`${at}\`) ${says}: ${excerpt}`)
}

function wordsFor({ name }: Tool, changes: Trial['changes'], evidence: readonly string[]): string {
  if (changes.length === 0 && evidence.length === 0) return 'described as it was approved'
  const [first] = changes
  const place = first?.pointer === 'count' ? 'it stands there twice' : `${first?.pointer.slice(1)} differs`
  const said = first === undefined ? [] : [`the server describes \`${name}\` otherwise than was approved: ${place}`]
  const poison = evidence.slice(0, 2).map((each) => `in the description of \`${name}\` ${each}`)
  return [...said, ...poison].join('; ')
}
