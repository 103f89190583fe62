/** Calls that were let through for an enforcement point, until it says what became of them. */
import { z } from 'zod'
import type { Outcome, Release, Ruling } from '../../guard/call.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'

type Going = Extract<Ruling, { kind: 'go' }>

interface Reserved {
  readonly ruling: Going
  readonly by: string
  readonly timer: NodeJS.Timeout
}

/** What became of a call, as an enforcement point says it. */
export const outcomeSchema: z.ZodType<ToldOutcome> = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('answered'),
    status: z.int().min(100).max(599),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
  }),
  z.strictObject({ outcome: z.enum(['not-sent', 'unknown']), why: z.string().max(1000).optional() }),
])

export type ToldOutcome =
  | {
      readonly outcome: 'answered'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>> | undefined
      readonly body?: unknown
    }
  | { readonly outcome: 'not-sent' | 'unknown'; readonly why?: string | undefined }

/** Reservations of this node. An outcome must be told to the node that gave the call. */
export class Reservations {
  readonly #open = new Map<string, Reserved>()
  readonly #forMs: number

  constructor(forMs: number) {
    this.#forMs = forMs
  }

  /** Keeps a call; when nothing is heard of it in time, its outcome is unknown. @returns how long that is, in milliseconds. */
  keep(ruling: Going, by: string): number {
    const timer = setTimeout(() => void this.#expire(ruling.call), this.#forMs)
    timer.unref()
    this.#open.set(ruling.call, { ruling, by, timer })
    return this.#forMs
  }

  /** Settles a call by what its enforcement point says; undefined when there is none of it to settle. */
  async settle(call: string, by: string, told: ToldOutcome): Promise<Release | undefined> {
    const reserved = this.#open.get(call)
    if (reserved === undefined || reserved.by !== by) return undefined
    this.#open.delete(call)
    clearTimeout(reserved.timer)
    return reserved.ruling.settle(outcomeOf(told))
  }

  /** What is still open is of unknown outcome. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((call) => this.#expire(call)))
  }

  async #expire(call: string): Promise<void> {
    const reserved = this.#open.get(call)
    this.#open.delete(call)
    clearTimeout(reserved?.timer)
    // A call that cannot be settled now stays reserved, and is in doubt once this node is gone.
    await reserved?.ruling.settle({ kind: 'unknown', why: 'nobody said what became of it' }).catch(() => undefined)
  }
}

function outcomeOf(told: ToldOutcome): Outcome {
  if (told.outcome !== 'answered') return { kind: told.outcome, why: told.why ?? 'as the enforcement point says' }
  const { status, headers, body } = told
  return {
    kind: 'answered',
    answer: {
      status,
      ...(headers === undefined ? {} : { headers: lowerNames(headers) }),
      ...(body === undefined ? {} : { body, text: printLosslessJson(body) }),
    },
  }
}

function lowerNames(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
