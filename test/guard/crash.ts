// Nodes that are killed at random moments while clients send calls; what must hold of the API afterwards, whatever was lost.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { NodeTask } from './crash-node.ts'
import { Wallets } from './wallet.ts'

export interface CrashPlan {
  readonly nodes: number
  readonly kills: number
  /** Clients of all nodes together. */
  readonly clients: number
  readonly seed: number
  readonly store: NodeTask['store']
  readonly ledger: (node: string) => NodeTask['ledger']
}

export interface CrashReport {
  readonly effects: number
  /** The calls that took effect. */
  readonly calls: readonly string[]
  readonly kills: number
  /** Limits, single uses, seats and approvals used more than they may be. */
  readonly overruns: readonly string[]
  /** Money that was spent and not counted, or counted and not spent. */
  readonly drift: readonly string[]
  /** Calls that nobody could settle: said, and kept from doing harm. */
  readonly doubts: number
}

const limit = 100_000

/** Runs the plan to its end. Bounded by itself: about a second for each ten kills. */
export async function crash(plan: CrashPlan): Promise<CrashReport> {
  const api = new Wallets()
  api.latency = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 8))
  for (const index of [0, 1, 2]) api.add(`w${index}`, { owner: 'ann', state: 'open', limit: index === 0 ? 60 : limit })
  for (let index = 0; index < 5; index += 1) api.add(`s${index}`, { state: 'free' })
  const server = await serve(api)
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let kills = 0
  let started = 0
  const running = new Set<ChildProcess>()
  const start = (calls: number): Promise<ChildProcess> => {
    const node = `n${started}`
    started += 1
    const task: NodeTask = {
      api: address,
      node,
      clients: Math.ceil(plan.clients / plan.nodes),
      seed: plan.seed + started,
      store: plan.store,
      ledger: plan.ledger(node),
      calls,
    }
    return ready(spawnNode(task, running))
  }
  try {
    const nodes = await Promise.all(Array.from({ length: plan.nodes }, () => start(1_000_000)))
    while (kills < plan.kills) {
      await pause(50 + Math.random() * 500)
      const index = Math.floor(Math.random() * nodes.length)
      const victim = nodes[index]
      victim?.kill('SIGKILL')
      kills += 1
      nodes[index] = await start(1_000_000)
    }
    for (const node of nodes) node.kill('SIGKILL')
    const last = await start(20)
    const report = await lastLine(last)
    const calls = [...new Set(api.effects.map((each) => each.call))]
    return { effects: api.effects.length, calls, kills, ...compare(api, report) }
  } finally {
    for (const child of running) child.kill('SIGKILL')
    server.close()
    server.closeAllConnections()
  }
}

function serve(api: Wallets): Promise<ReturnType<typeof createServer>> {
  const keys = new Map<string, Promise<unknown>>()
  const server = createServer((request, response) => {
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const key = /^\/read\/(.+)$/.exec(request.url ?? '')?.[1]
    if (key !== undefined) {
      void api.read({ key }).then((found) => send(found === null ? 404 : 200, found))
      return
    }
    const asked = /^\/did\/(.+)$/.exec(request.url ?? '')?.[1]
    // Only once all that came before has had its effect, be it that this process stood still with it in its sockets.
    if (asked !== undefined)
      return void setTimeout(() => send(api.effects.some((each) => each.call === asked) ? 200 : 404, {}), 100)
    let text = ''
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    request.on('end', () => {
      const { operation, request: call, call: id } = JSON.parse(text)
      // The API keeps its own promise: one effect for each idempotency key.
      const name: unknown = call.header?.['Idempotency-Key']
      const run = (): Promise<unknown> => api.run(operation, call, id)
      const known = typeof name === 'string' ? (keys.get(name) ?? run()) : run()
      if (typeof name === 'string') keys.set(name, known)
      void known.then((outcome) => {
        const { answer } = outcome as { answer: { status: number; body: unknown } }
        send(answer.status, answer.body)
      })
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

function spawnNode(task: NodeTask, running: Set<ChildProcess>): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-node.ts'), JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

function ready(child: ChildProcess): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`a node ended with ${code}`)))
    child.stdout?.once('data', () => resolve(child))
  })
}

function lastLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let last = ''
    if (child.stdout === null) return resolve(last)
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      last = line
    })
    lines.on('close', () => resolve(last))
  })
}

/** What the last node believes beside what happened. */
function compare(api: Wallets, line: string): Pick<CrashReport, 'overruns' | 'drift' | 'doubts'> {
  assert.ok(line.startsWith('{'), `the last node said ${line || 'nothing'}`)
  const { doubts, counted, granted } = JSON.parse(line)
  const overruns = overrunsOf(api)
  const paid = api.effects.filter((each) => each.operation === 'api.payout').length
  if (paid > granted) overruns.push(`${paid} payouts with ${granted} approvals`)
  const drift = Object.entries<number>(counted).flatMap(([id, sum]) => {
    const spent = api.effects
      .filter((each) => each.operation === 'api.spend' && each.id === id)
      .reduce((total, each) => total + each.amount, 0)
    return spent === sum ? [] : [`${id}: spent ${spent}, counted ${sum}`]
  })
  return { overruns, drift, doubts: doubts.length }
}

function overrunsOf(api: Wallets): string[] {
  const overruns: string[] = []
  const sums = new Map<string, number>()
  const counts = new Map<string, number>()
  for (const { operation, id, amount } of api.effects) {
    const name = `${operation} ${id}`
    sums.set(name, (sums.get(name) ?? 0) + amount)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const spent = sums.get('api.spend w0') ?? 0
  if (spent > 60) overruns.push(`w0 spent ${spent} of 60`)
  for (const [name, count] of counts) {
    if (count > 1 && (name.startsWith('api.bonus') || name.startsWith('api.buy')))
      overruns.push(`${name}: ${count} times`)
  }
  const calls = api.effects.map((each) => each.call)
  if (new Set(calls).size !== calls.length) overruns.push('a call took effect twice')
  return overruns
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
