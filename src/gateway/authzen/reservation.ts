/** Calls that were let through for an enforcement point, until it says what became of them: at whichever node, also after a restart. */
import { z } from 'zod'
import type { Outcome, Release, Ruling } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'

type Going = Extract<Ruling, { kind: 'go' }>

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

/** Reservations, each for the credential that asked. */
export class Reservations {
  readonly #guard: Guard
  readonly #forMs: number

  constructor(guard: Guard, forMs: number) {
    this.#guard = guard
    this.#forMs = forMs
  }

  /**
   * Keeps a call; when nothing is heard of it in time, its outcome is unknown.
   *
   * @returns how long that is, in milliseconds.
   * @throws {StoreError} when it cannot be kept.
   */
  async keep(ruling: Going, by: string): Promise<number> {
    await ruling.suspend({ holder: holderOf(by), forMs: this.#forMs })
    return this.#forMs
  }

  /** Settles a call by what its enforcement point says; undefined when there is none of it to settle. @throws {StoreError} */
  async settle(call: string, by: string, told: ToldOutcome): Promise<Release | undefined> {
    const resumed = await this.#guard.resume(call, holderOf(by))
    return resumed === undefined || resumed.settled ? undefined : resumed.settle(outcomeOf(told))
  }
}

function holderOf(by: string): string {
  return JSON.stringify(['enforcement point', by])
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
