import type { Call, Charter, ObjectFact, Slot } from '../../src/charter/charter.ts'
import { readObject } from '../../src/charter/object-fact.ts'
import { decide } from '../../src/decide/decide.ts'
import type { Decision } from '../../src/decide/decision.ts'
import { neededFacts } from '../../src/decide/needed.ts'
import { factsFor } from '../../src/session/fold.ts'
import type { PastCall } from '../../src/session/past-call.ts'
import { type Message, readLines } from './data.ts'
import { suiteCharter } from './lockstep.ts'
import { printTable } from './table.ts'
import { openWorlds, type World } from './tau-world.ts'

type Args = Readonly<Record<string, unknown>>
type Domain = 'airline' | 'retail'

interface Gold {
  readonly id: string
  readonly domain: Domain
  readonly gold_defect: boolean | null
  readonly calls: readonly { readonly tool: string; readonly args: Args; readonly result: unknown }[]
}

interface Trajectory {
  readonly id: string
  readonly domain: Domain | 'telecom'
  readonly passed: boolean
  readonly messages: readonly Message[]
  readonly labels: {
    readonly gold_defect: boolean | null
    readonly violations:
      | readonly {
          readonly call: number
          readonly rule: string
          readonly class: string
          readonly rejected_by_tool: boolean
        }[]
      | null
  }
}

/** The policies say what time it is: 2024-05-15 15:00 EST. */
const now = Date.UTC(2024, 4, 15, 20)
const desk = { id: 'desk', kind: 'service', actors: ['desk'] } as const

/** One conversation: what was done before counts. */
class Conversation {
  readonly #charter: Charter
  readonly #world: World
  readonly #past: PastCall[] = []

  constructor(charter: Charter, world: World) {
    this.#charter = charter
    this.#world = world
  }

  decide(tool: string, args: Args): Decision {
    const call = this.#callOf(tool, args)
    const objects = this.#objectsOf(call)
    const facts = factsFor(this.#charter, call, objects, this.#past)
    return decide(this.#charter, { ...facts, pins: { [call.operation]: 'pinned' } }, call)
  }

  /** What was answered; an error changes nothing. */
  answered(tool: string, args: Args, result: unknown): void {
    if (typeof result === 'string' && /^error/i.test(result)) return
    const call = this.#callOf(tool, args)
    this.#past.push({ ...call, objects: this.#objectsOf(call) })
    this.#world.learn(tool, args, result)
  }

  #callOf(tool: string, args: Args): Call {
    const source = [...this.#charter.sources.keys()][0] ?? ''
    return { operation: `${source}.${tool}`, principal: desk, request: { body: args }, at: now, run: { id: 'run' } }
  }

  /** Looks at the objects a call needs; those that others name come after them. */
  #objectsOf(call: Call): Readonly<Record<Slot, ObjectFact | null>> {
    const objects: Record<Slot, ObjectFact | null> = {}
    for (;;) {
      const missing = neededFacts(this.#charter, call, objects).objects.filter(
        ({ slot, key }) => key !== undefined && !Object.hasOwn(objects, slot),
      )
      if (missing.length === 0) return objects
      for (const { slot, type, key = '' } of missing) objects[slot] = this.#look(type, key)
    }
  }

  #look(name: string, key: string): ObjectFact | null {
    const type = this.#charter.objects.get(name)
    const value = this.#world.look(name, key)
    return type === undefined || value === undefined ? null : readObject(type, value, { now })
  }
}

/** Decides the correct sequences and the recorded conversations of the customer desks. */
export async function reportTau(folder: string): Promise<string> {
  const charters = { airline: await suiteCharter('airline'), retail: await suiteCharter('retail') }
  const worlds = { airline: openWorlds(folder, 'airline'), retail: openWorlds(folder, 'retail') }
  const open = (domain: Domain): Conversation => new Conversation(charters[domain], worlds[domain]())
  return [goldReport(folder, open), trajectoryReport(folder, open)].join('\n\n')
}

function goldReport(folder: string, open: (domain: Domain) => Conversation): string {
  const rows: string[][] = []
  for (const domain of ['airline', 'retail'] as const) {
    let [sequences, calls, flagged] = [0, 0, 0]
    const why = new Map<string, number>()
    for (const gold of readLines<Gold>(folder, `tau/${domain}-gold.jsonl.gz`)) {
      const talk = open(domain)
      let wrong = false
      for (const { tool, args, result } of gold.calls) {
        const decision = talk.decide(tool, args)
        calls += 1
        if (decision.effect !== 'allow') {
          wrong = true
          for (const { says } of decision.reasons)
            countIn(
              why,
              `${gold.gold_defect === true ? '(label breaks the policy) ' : ''}${tool}: ${says.split(': ')[0]}`,
            )
        }
        talk.answered(tool, args, result)
      }
      sequences += 1
      if (wrong) flagged += 1
    }
    rows.push([
      domain,
      String(sequences),
      String(calls),
      String(flagged),
      [...why].map(([says, count]) => `${count} ${says}`).join('; '),
    ])
  }
  return printTable(['correct sequences', 'sequences', 'calls', 'flagged', 'why'], rows)
}

interface Score {
  runs: number
  violations: number
  caught: number
  missed: string[]
  /** Calls refused that no label marks and the tool accepted. */
  extra: Map<string, number>
  calls: number
}

function trajectoryReport(folder: string, open: (domain: Domain) => Conversation): string {
  const scores: Record<Domain, Score> = { airline: emptyScore(), retail: emptyScore() }
  for (const run of readLines<Trajectory>(folder, 'tau/trajectories.jsonl.gz')) {
    if (run.domain !== 'telecom') scoreTrajectory(run, open(run.domain), scores[run.domain])
  }
  const rows = Object.entries(scores).map(([domain, score]) => [
    domain,
    String(score.runs),
    `${score.caught} of ${score.violations}`,
    score.missed.join('; '),
    `${[...score.extra.values()].reduce((sum, each) => sum + each, 0)} of ${score.calls}`,
    [...score.extra].map(([says, count]) => `${count} ${says}`).join('; '),
  ])
  return printTable(
    ['conversations', 'runs', 'state violations caught', 'missed', 'refused without a label', 'why'],
    rows,
  )
}

function countIn(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function emptyScore(): Score {
  return { runs: 0, violations: 0, caught: 0, missed: [], extra: new Map(), calls: 0 }
}

function scoreTrajectory({ id, messages, labels }: Trajectory, talk: Conversation, score: Score): void {
  const answers = new Map(
    messages.flatMap((message) =>
      message.role === 'tool' && message.by !== 'user' ? [[message.call_id, message] as const] : [],
    ),
  )
  const state = (labels.violations ?? []).filter((each) => each.class === 'state')
  score.runs += 1
  for (const { id: callId, tool, args } of messages.flatMap((message) => message.calls ?? [])) {
    const answer = answers.get(callId)
    if (answer === undefined) continue
    const index = Number(callId.slice(1))
    const decision = talk.decide(tool, args)
    score.calls += 1
    const broken = new Set(
      state.filter((each) => each.call === index && !each.rejected_by_tool).map((each) => each.rule),
    )
    score.violations += broken.size
    if (decision.effect !== 'allow') score.caught += broken.size
    else for (const rule of broken) score.missed.push(`${id} ${callId} ${rule}`)
    const accepted = !/^error/i.test(answer.text) && !answer.error
    if (decision.effect !== 'allow' && accepted && !state.some((each) => each.call === index)) {
      for (const { says } of decision.reasons) countIn(score.extra, `${tool}: ${says.split(': ')[0]}`)
    }
    talk.answered(tool, args, parsed(answer.text))
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
