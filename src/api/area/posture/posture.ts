/** Whether anything is open that should not be: everything the first page shows, in one answer. */
import { z } from 'zod'
import { groupBy } from '../../../charter/group-by.ts'
import type { Guard } from '../../../guard/guard.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { OpenOverview } from '../../../overview/overview.ts'
import type { Count, Reached } from '../../../overview/query.ts'
import { type EndpointTable, type Mounted, mount } from '../../endpoint.ts'
import type { KnownFinding } from '../../findings/store.ts'
import { standingAt } from '../findings/at-guard.ts'
import { type Ranked, rank } from './risk.ts'
import { verdictOf } from './verdict.ts'

const moment = z.number().meta({ description: 'Milliseconds since 1970.' })

const ranked = z.object({
  name: z.string(),
  calls: z.number(),
  refused: z.number(),
  asked: z.number(),
  last: moment,
  level: z.enum(['high', 'some', 'none']),
  risks: z.array(z.object({ says: z.string(), of: z.array(z.string()) })),
})

const waiting = z.object({ n: z.number(), oldest: moment.optional() })

export const postureEndpoints = {
  'GET /api/posture': {
    id: 'getPosture',
    summary: 'What needs somebody, what happens now, who is risky, and how the record is',
    needs: 'view',
    answer: z.object({
      at: moment,
      verdict: z.object({
        says: z.string(),
        needs: z.array(z.object({ says: z.string(), severity: z.enum(['high', 'middle']), to: z.string() })),
      }),
      hour: z.object({
        from: moment,
        allowed: z.number(),
        refused: z.number(),
        asked: z.number(),
        effects: z
          .array(z.object({ effect: z.string(), n: z.number() }))
          .meta({ description: 'Each as it was decided; what was only observed passed.' }),
        minutes: z.array(z.object({ at: moment, allowed: z.number(), refused: z.number(), asked: z.number() })),
      }),
      approvals: waiting,
      doubts: waiting,
      switches: z.number(),
      agents: z.array(ranked).meta({ description: 'The riskiest, since the record began.' }),
      workflows: z.array(ranked.extend({ mode: z.enum(['enforce', 'observe']) })),
      day: z.object({
        from: moment,
        toolsHeld: z.number(),
        toolsNoted: z.number(),
        charterRefused: z.object({ at: moment, says: z.string() }).optional(),
        astray: z.number().meta({ description: 'At most 100 are counted.' }),
        undescribed: z.object({ passed: z.number(), refused: z.number() }),
      }),
      ledger: z.object({
        size: z.number(),
        covered: z.number(),
        behind: z.number().meta({ description: 'Entries this page does not tell of yet.' }),
        failing: z.string().optional(),
        places: z.array(
          z.object({ place: z.string(), size: z.number(), at: moment.optional(), failing: z.string().optional() }),
        ),
      }),
    }),
  },
} as const satisfies EndpointTable

type Posture = z.input<(typeof postureEndpoints)['GET /api/posture']['answer']>

export interface PostureAreaOptions {
  readonly guard: Pick<Guard, 'approvals' | 'doubts' | 'switches' | 'tools' | 'charter'>
  readonly overview: Pick<OpenOverview, 'counts' | 'entries' | 'tallies' | 'reached'>
  readonly ledger: Pick<Ledger, 'status'>
  /** What was proven, and what became of it. */
  readonly findings: () => Promise<
    readonly Pick<KnownFinding, 'state' | 'severity' | 'operation' | 'use' | 'constraint'>[]
  >
  readonly now: () => number
}

/** However many look at it, it is made once a second at most. */
const freshMs = 1000
const hourMs = 3_600_000
const minuteMs = 60_000
const mostShown = 8

export function postureArea(options: PostureAreaOptions): readonly Mounted[] {
  let made: { readonly at: number; readonly posture: Promise<Posture> } | undefined
  return mount(postureEndpoints, {
    'GET /api/posture': async () => {
      const at = options.now()
      if (made === undefined || at - made.at >= freshMs) made = { at, posture: makePosture(options, at) }
      return made.posture
    },
  })
}

async function makePosture(options: PostureAreaOptions, at: number): Promise<Posture> {
  const { guard, overview } = options
  const [hour, day, questions, doubts, agents, workflows, reached, findings] = await Promise.all([
    hourOf(overview, at),
    dayOf(options, at),
    guard.approvals.list(),
    guard.doubts.list(),
    overview.tallies('agent'),
    overview.tallies('workflow'),
    overview.reached(),
    options.findings(),
  ])
  const open = findings.filter(({ state }) => state === 'open' || state === 'came-back')
  const charter = guard.charter()
  const guarded = open.filter((each) => standingAt(charter, each) === 'refuses')
  const severe = guarded.filter(({ severity }) => severity === 'critical' || severity === 'high').length
  const ledger = ledgerOf(options, reached)
  const verdict = verdictOf({
    severe,
    slight: guarded.length - severe,
    unguarded: open.length - guarded.length,
    observed: hour.effects.find(({ effect }) => effect === 'would-deny')?.n ?? 0,
    refused: hour.refused,
    calls: hour.allowed + hour.refused + hour.asked,
    approvals: questions.length,
    doubts: doubts.length,
    toolsHeld: day.toolsHeld,
    toolsNoted: day.toolsNoted,
    charterRefused: day.charterRefused !== undefined,
    astray: day.astray,
    undescribed: day.undescribed.passed,
    ledgerFailing: ledger.failing !== undefined,
    placesFailing: ledger.places.filter(({ failing }) => failing !== undefined).length,
  })
  return {
    at,
    verdict: { says: verdict.says, needs: [...verdict.needs] },
    hour,
    approvals: waitingSince(questions.map(({ call }) => call.at)),
    doubts: waitingSince(doubts.map((each) => each.at)),
    switches: guard.switches.list().length,
    agents: rank(charter, agents).slice(0, mostShown).map(shown),
    workflows: rank(charter, workflows)
      .slice(0, mostShown)
      .map((each) => ({ ...shown(each), mode: charter.workflows.get(each.name)?.mode ?? 'enforce' })),
    day,
    ledger,
  }
}

function waitingSince(moments: readonly number[]): Posture['approvals'] {
  return { n: moments.length, ...(moments.length === 0 ? {} : { oldest: Math.min(...moments) }) }
}

function shown({ risks, ...others }: Ranked): Posture['agents'][number] {
  return { ...others, risks: risks.map(({ says, of }) => ({ says, of: [...of] })) }
}

type Effects = Omit<Posture['hour'], 'from' | 'minutes' | 'effects'>

function addedUp(counts: readonly Pick<Count, 'effect' | 'n'>[]): Effects {
  const sum = { allowed: 0, refused: 0, asked: 0 }
  for (const { effect, n } of counts) {
    if (effect === 'deny') sum.refused += n
    else if (effect === 'ask' || effect === 'defer') sum.asked += n
    else sum.allowed += n
  }
  return sum
}

/** The last sixty minutes, the one that is not over included. */
async function hourOf(overview: PostureAreaOptions['overview'], at: number): Promise<Posture['hour']> {
  const to = Math.floor(at / minuteMs) * minuteMs + minuteMs
  const from = to - hourMs
  const counts = await overview.counts({ from, to, stepMs: minuteMs, kind: 'decision', by: ['effect'] })
  const minutes = Array.from({ length: hourMs / minuteMs }, (_, index) => {
    const minute = from + index * minuteMs
    return { at: minute, ...addedUp(counts.filter((each) => each.at === minute)) }
  })
  const effects = [...groupBy(counts, ({ effect }) => effect)].map(([effect, own]) => ({
    effect,
    n: own.reduce((sum, { n }) => sum + n, 0),
  }))
  return { from, ...addedUp(counts), effects, minutes }
}

async function dayOf({ guard, overview }: PostureAreaOptions, at: number): Promise<Posture['day']> {
  const from = at - 24 * hourMs
  const [counts, tools, charters, astray] = await Promise.all([
    overview.counts({ from, to: at + minuteMs, kind: 'decision', by: ['operation', 'effect'] }),
    guard.tools.list(),
    overview.entries({ kind: 'charter', limit: 1 }),
    overview.entries({ rule: 'astray', kind: 'outcome', from, limit: 100 }),
  ])
  const { allowed: passed, refused } = addedUp(counts.filter(({ operation }) => operation === 'undescribed'))
  const [charter] = charters.entries
  return {
    from,
    toolsHeld: tools.filter(({ held }) => held).length,
    toolsNoted: tools.filter(({ held }) => !held).length,
    astray: astray.entries.length,
    undescribed: { passed, refused },
    ...(charter?.effect === 'refused' ? { charterRefused: { at: charter.at, says: charter.says ?? '' } } : {}),
  }
}

function ledgerOf({ ledger }: PostureAreaOptions, { size, behind }: Reached): Posture['ledger'] {
  const { covered, failing, places } = ledger.status()
  return {
    size: size + behind,
    covered,
    behind,
    ...(failing === undefined ? {} : { failing }),
    places: places.map(({ place, size, at, failing }) => ({
      place,
      size,
      ...(at === undefined ? {} : { at }),
      ...(failing === undefined ? {} : { failing: failing.message }),
    })),
  }
}
