// The injection tests against the scripted agents: the obedient one follows whatever it understands, and the guard stops it.
import type { Charter, Run } from '../../src/charter/charter.ts'
import { type CampaignOutcome, runCampaign } from '../../src/redteam/campaign.ts'
import { Director } from '../../src/redteam/director.ts'
import { openHttpRelay } from '../../src/redteam/http-relay.ts'
import type { Payload } from '../../src/redteam/payload.ts'
import { connectTo, serveTicket, TASK, type Temper } from './agent.ts'
import { type Desk, openDesk } from './records.ts'
import { type GuardedDesk, openGuardedDesk } from './stage.ts'
import { start } from './start.ts'

export interface Injecting {
  readonly charter: Charter
  readonly temper: Temper
  readonly guarded: boolean
  readonly payloads: readonly Payload[]
}

/** Tries payloads on an agent, each on a desk as it was in the beginning. */
export async function inject({ charter, temper, guarded, payloads }: Injecting): Promise<CampaignOutcome> {
  const running = await start()
  const director = new Director({ between: guarded, maxCalls: 200, charter })
  const back = await openHttpRelay(['desk'], () => running.url, director)
  const planted = back.urls['desk'] ?? ''
  let runs = 0
  const runNow = (): Run => ({ id: `run-${runs}`, workflow: 'support', agent: 'desk-bot', purpose: TASK })
  const open = (): Promise<GuardedDesk> => openGuardedDesk(charter, { desk: running.desk, server: planted, runNow })
  let behind = guarded ? await open() : undefined
  const front = guarded ? await openHttpRelay(['desk'], () => behind?.url, director.watcher) : back
  const headers = { authorization: 'Bearer desk-bot for clara' }
  try {
    return await runCampaign({
      director,
      payloads,
      charter,
      now: () => performance.now(),
      reset: async () => {
        putBack(running.desk)
        if (behind === undefined) return
        await behind.close()
        behind = await open()
      },
      run: async () => {
        runs += 1
        const client = await connectTo({ mcpServers: { desk: { url: front.urls['desk'], headers } } })
        await serveTicket(client, temper)
        await client.close()
        return { ended: 'fine' }
      },
    })
  } finally {
    if (front !== back) await front.close()
    await behind?.close()
    await back.close()
    await running.close()
  }
}

/** Everything as it was in the beginning; what notes say is kept only within one test. */
function putBack(desk: Desk): void {
  const fresh = openDesk()
  refill(desk.customers, fresh.customers)
  refill(desk.orders, fresh.orders)
  refill(desk.tickets, fresh.tickets)
  refill(desk.attachments, fresh.attachments)
  refill(desk.articles, fresh.articles)
  desk.credits.clear()
  desk.notes.length = 0
  desk.outbox.length = 0
}

function refill<T>(kept: Map<string, T>, fresh: ReadonlyMap<string, T>): void {
  kept.clear()
  for (const [key, value] of fresh) kept.set(key, value)
}
