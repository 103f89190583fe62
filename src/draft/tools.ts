import type { ApiDescription } from '../charter/source/description.ts'
import { argumentsOf, classifyTool, type Effect, type ToolClass } from '../integrity/classify-tool.ts'
import type { Tool } from '../integrity/tool.ts'
import { guess, saidValue, withoutReasons } from './claim.ts'
import { type Draft, draftCharter } from './draft.ts'
import { type Tie, tieTo } from './tie.ts'
import { trustedPlaces } from './tool-schema.ts'
import { kebab, wordsOf } from './words.ts'

/** What a draft of a charter for tools is made from. */
export interface ToolsInput {
  /** The name of the source, as `desk`. */
  readonly source: string
  readonly tools: readonly Tool[]
  /** How the charter will name the list: a path beside it. */
  readonly url: string
  /** The API that the tools call, where it is described too. */
  readonly api?: { readonly description: ApiDescription; readonly url: string } | undefined
  readonly today: string
}

/**
 * Drafts a charter from a list of tools: what each does, where its arguments may come from, what is asked about first, and a workflow of
 * all of them. With the description of the API behind them, tool and operation are tied together where they are alike.
 *
 * Guesses lean to the safe side: what is not clearly a read writes, and nothing of an answer is believed that people may have typed in.
 * Pure and deterministic.
 */
export function draftTools(input: ToolsInput): Draft {
  const { source, tools, api, today } = input
  const base = api === undefined ? undefined : draftCharter({ ...api, today })
  const drafted = tools.map((tool) => drafting(tool, input))
  const ties = new Map(
    drafted.flatMap(({ tool, tie }) => (tie === undefined ? [] : [[`${source}.${tool.name}`, tie] as const])),
  )
  const tied = tieTransitions(base?.['objects'], ties)
  const own = Object.fromEntries(
    drafted.map((each) => [`${source}.${each.tool.name}`, operationOf(each, tied, `${source}.${each.tool.name}`)]),
  )
  const asked = new Set(drafted.flatMap(({ is }) => [...approvalsOf(is), ...(confirms(is) ? ['confirm'] : [])]))
  const agent = kebab(`${source}-agent`)
  return {
    lockstep: 1,
    name: kebab(source),
    sources: [{ name: source, type: 'mcp', url: input.url }, ...sourcesOf(base)],
    actors: {
      ...membersOf(base?.['actors']),
      user: {},
      ...([...asked].some((name) => name.startsWith('large-')) ? { approver: {} } : {}),
      [agent]: { kind: 'agent', workflow: kebab(source), 'acts-for': guess('user', 'agents work for people') },
    },
    ...(Object.keys(tied.objects).length === 0 ? {} : { objects: tied.objects }),
    operations: { ...membersOf(base?.['operations']), ...own },
    ...approvalsMember({ ...membersOf(base?.['approvals']), ...approvals(asked) }),
    ...(base?.['invariants'] === undefined ? {} : { invariants: base['invariants'] }),
    workflows: {
      [kebab(source)]: {
        operations: tools.map(({ name }) => `${source}.${name}`),
        budget: guess([{ calls: 200, per: 'run' }], 'no task takes more calls'),
      },
    },
  }
}

const approvalsMember = (all: Record<string, unknown>): Record<string, unknown> =>
  Object.keys(all).length === 0 ? {} : { approvals: all }

interface Drafting {
  readonly tool: Tool
  readonly is: ToolClass
  readonly tie: Tie | undefined
}

function drafting(tool: Tool, { api }: ToolsInput): Drafting {
  const is = classifyTool(tool)
  return { tool, is, tie: api === undefined ? undefined : tieTo(tool, api.description, is.effect === 'reads') }
}

function operationOf({ tool, is, tie }: Drafting, tied: Tied, id: string): Record<string, unknown> {
  const moves = tied.moved.has(id)
  const read = tie === undefined ? undefined : readOf(tied.objects, tie, tool)
  const [why = ''] = is.why
  const reads = is.effect === 'reads'
  const trusted = trustedPlaces(tool)
  const approval = approvalsOf(is)
  const told =
    tie === undefined || moves || read !== undefined ? '' : `; it may be \`${tie.operation.id}\`: ${tie.because}`
  return {
    // Who may make a move stands with the move.
    ...(moves ? {} : { by: guess('user', reads ? `the user of the agent may read${told}` : `${why}${told}`) }),
    ...(reads ? { safe: guess(true, why.replace('reads: ', '')) } : {}),
    ...read,
    ...(trusted.length === 0 ? {} : { trusted: guess(trusted, 'these are named as what only systems write') }),
    ...(is.effects.includes('moves-money') && isTop(is.amount)
      ? { spends: guess(`request.${is.amount.slice(1)}`, 'of its name') }
      : {}),
    ...(approval.length === 0 ? {} : { approval: guess(approval.length === 1 ? approval[0] : approval, why) }),
    ...valuesOf(is),
    ...memoryOf(id, is),
  }
}

const isTop = (place: string | undefined): place is string => place !== undefined && /^\/[A-Za-z_]\w*$/.test(place)

/** What somebody has to say yes to first. */
function approvalsOf({ effects, amount }: ToolClass): string[] {
  if (effects.includes('moves-money')) return [isTop(amount) ? `large-${amount.slice(1)}`.replaceAll('_', '-') : 'sure']
  if (effects.includes('sends-out')) return ['sending-out']
  return effects.includes('deletes') || effects.includes('executes') ? ['sure'] : []
}

function approvals(asked: ReadonlySet<string>): Record<string, unknown> {
  const large = [...asked].filter((name) => name.startsWith('large-'))
  return {
    ...(asked.has('confirm') ? { confirm: { by: 'user', 'valid-for': '10m' } } : {}),
    ...Object.fromEntries(
      large.map((name) => [
        name,
        {
          'needed-when': guess(`request.${name.slice(6).replaceAll('-', '_')} > 100.0`, 'of the usual bound'),
          by: 'approver',
          not: 'requester',
          'valid-for': '15m',
        },
      ]),
    ),
    ...(asked.has('sending-out')
      ? { 'sending-out': { by: guess('user', 'whoever the agent works for knows the receiver'), 'valid-for': '15m' } }
      : {}),
    ...(asked.has('sure') ? { sure: { by: 'user', 'valid-for': '10m' } } : {}),
  }
}

/** Identity arguments of what acts come from the user or the system of record; amounts are asked about otherwise. */
function valuesOf({ effect, effects, identity, amount }: ToolClass): Record<string, unknown> {
  if (effect === 'reads') return {}
  const grave = isGrave(effects)
  const entries = identity.map((at) => [
    argument(at),
    guess(
      { from: ['prompt', 'trusted'], ...(grave ? {} : { else: 'confirm' }) },
      'it says whom or what the call is about',
    ),
  ])
  if (amount !== undefined && effects.includes('moves-money')) {
    entries.push([argument(amount), guess({ from: ['prompt', 'trusted'], else: 'confirm' }, 'it says how much')])
  }
  return entries.length === 0 ? {} : { values: Object.fromEntries(entries) }
}

const isGrave = (effects: readonly Effect[]): boolean =>
  effects.some((each) => each === 'moves-money' || each === 'sends-out' || each === 'executes')

/** Whether one of its arguments is asked about where it comes from elsewhere. */
const confirms = ({ effect, effects, identity, amount }: ToolClass): boolean =>
  effect !== 'reads' &&
  ((!isGrave(effects) && identity.length > 0) || (amount !== undefined && effects.includes('moves-money')))

const argument = (at: string): string => (/^\/[A-Za-z_][\w-]*$/.test(at) ? at.slice(1) : at)

const remembering: ReadonlySet<string> = new Set([
  'memory',
  'memories',
  'note',
  'notes',
  'remember',
  'recall',
  'entities',
  'observations',
  'knowledge',
])

function memoryOf(id: string, { effect }: ToolClass): Record<string, unknown> {
  const word = wordsOf(id).find((each) => remembering.has(each))
  if (word === undefined) return {}
  return { memory: guess(effect === 'reads' ? 'read' : 'write', `its name says \`${word}\``) }
}

/** Objects of the API, with the tools that move them. */
interface Tied {
  readonly objects: Readonly<Record<string, unknown>>
  readonly moved: ReadonlySet<string>
}

/** The object that a tool reads as the operation it is tied to does. */
function readOf(
  objects: Tied['objects'],
  { operation, because }: Tie,
  tool: Tool,
): Record<string, unknown> | undefined {
  const [name] =
    Object.entries(objects).find(([, object]) => saidValue(membersOf(object)['read']) === operation.id) ?? []
  const key = argumentsOf(tool).find(({ words }) => ['id', 'number', 'key'].includes(words.at(-1) ?? ''))
  if (name === undefined || key === undefined) return undefined
  return { object: guess(name, `it may call \`${operation.id}\`: ${because}`), key: `$request.body#${key.at}` }
}

/** Whether a move names no places in a request that the tool does not have: its arguments are all in the body. */
function canStandFor({ places }: Tie, transition: unknown): boolean {
  const named = [
    ...JSON.stringify(withoutReasons(transition)).matchAll(/\$request\.([a-z]+)(?:#([^"\\ ]*)|\.[^"\\ ]*)?/g),
  ]
  return named.every(([, part, place = '']) => part === 'body' && places.includes(place))
}

/** The moves of objects that tools make too. */
function tieTransitions(objects: unknown, ties: ReadonlyMap<string, Tie>): Tied {
  const moved = new Set<string>()
  const withTools = Object.entries(membersOf(objects)).map(([name, object]) => {
    const transitions = Object.entries(membersOf(membersOf(object)['transitions'])).map(([move, transition]) => {
      const members = membersOf(transition)
      const tools = [...ties].filter(([, tie]) => members['on'] === tie.operation.id && canStandFor(tie, transition))
      if (tools.length === 0) return [move, transition]
      for (const [tool] of tools) moved.add(tool)
      const because = `\`${tools.map(([tool]) => tool).join('`, `')}\` may call it: ${tools[0]?.[1].because ?? ''}`
      return [move, { ...members, on: guess([members['on'], ...tools.map(([tool]) => tool)], because) }]
    })
    return [
      name,
      transitions.length === 0 ? object : { ...membersOf(object), transitions: Object.fromEntries(transitions) },
    ]
  })
  return { objects: Object.fromEntries(withTools), moved }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}
}

function sourcesOf(draft: Draft | undefined): readonly unknown[] {
  const sources = draft?.['sources']
  return Array.isArray(sources) ? sources : []
}
