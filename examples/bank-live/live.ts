// The flawed bank at work, with guard and console: its people, its partner, and the agent of its customer care.
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Serving } from '../../src/cli/guard/serve.ts'
import type { FlawName } from '../bank-payments/flaws.ts'
import { type RunningBank, start as startBank } from '../bank-payments/start.ts'
import { type Served, serveFile } from '../shared/serve.ts'
import { openCare, ToolFailed } from './care.ts'
import { writeGuardFile } from './guard.ts'
import { callers, People } from './people.ts'
import { playFirst, playOn, type Stage } from './traffic.ts'

export interface LiveOptions {
  readonly flaws: readonly FlawName[]
  /** Where it is kept. What was there goes away. */
  readonly folder: string
  /** 0 takes any free port. */
  readonly consolePort?: number
  /** What was proven of it: the text of a `findings.json`. */
  readonly findings?: string
  /** Between scenes; without it, nothing happens after the first day. */
  readonly paceMs?: number
  readonly fail?: (why: string) => void
}

/** A bank that runs. */
export interface Live extends Served {
  readonly bank: RunningBank
  /** The guard file it runs by. */
  readonly file: string
  readonly people: People
  close(): Promise<void>
}

/** Starts it, and plays a first day, which leaves something to approve. */
export async function openLive(options: LiveOptions): Promise<Live> {
  const { folder, flaws, consolePort = 0, findings, paceMs, fail = () => undefined } = options
  const bank = await startBank({ flaws, testHooks: true, named: true })
  const care = await openCare(asClerk(bank))
  const agentKey = randomBytes(24).toString('base64url')
  const places = {
    folder,
    bank: bank.url,
    care: care.url,
    consolePort,
    ...(findings === undefined ? {} : { findings }),
  }
  const file = await writeGuardFile(places, { tokens: bank.tokens, agentKey })
  const served = await serveFile(file, { fail })
  const { serving, gateway, control, mcp } = served
  const stop = new AbortController()
  const people = new People(callers(gateway, bank.tokens))
  const desk = { control, tools: mcp, key: agentKey, clerk: bank.tokens['dana'] ?? '' }
  const decided = untilDecided(serving, stop.signal)
  const stage: Stage = { people, care, desk: { ...desk, decided }, signal: stop.signal, fail }
  await playFirst(stage)
  const playing = paceMs === undefined ? Promise.resolve() : playOn(stage, paceMs)
  return {
    ...served,
    bank,
    file,
    people,
    close: async () => {
      stop.abort()
      await playing
      await serving.close(0)
      await care.close()
      await bank.close()
    },
  }
}

function untilDecided({ core }: Serving, signal: AbortSignal): Stage['desk']['decided'] {
  return async (reference) => {
    while ((await core.guard.approvals.get(reference))?.state === 'pending') await pause(500, undefined, { signal })
  }
}

/** Customer care has an account of its own at the bank. */
function asClerk({ url, tokens }: RunningBank): Parameters<typeof openCare>[0] {
  return async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${tokens['dana']}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const said: unknown = await response.json()
    if (!response.ok) throw new ToolFailed(`the bank refused: ${response.status}`)
    return said
  }
}
