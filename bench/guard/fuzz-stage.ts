// A guard whose every request at the API is held against the ruling that let it through.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHttpGateway } from '../../src/gateway/http/gateway.ts'
import { compileRoutes } from '../../src/gateway/http/route.ts'
import { httpTruth } from '../../src/gateway/http/truth.ts'
import type { Incoming } from '../../src/guard/call.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import type { Identifier } from '../../src/identity/identity.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { parseLosslessJson, printLosslessJson } from '../../src/wire/lossless-json.ts'
import { notesCharter } from '../../test/gateway/http/api.ts'
import { selfSigned } from '../../test/transport/certificate.ts'
import { listen } from '../../test/transport/open.ts'

export interface FuzzStage {
  readonly port: number
  readonly tlsPort: number
  readonly counts: { allowed: number; reached: number }
  /** Requests at the API that no ruling let through as they are. */
  readonly undecided: string[]
  close(): Promise<void>
}

const host = '127.0.0.1'
/** So many names are remembered; a request that comes later than that counts as undecided. */
const mostNames = 50_000

export async function openStage(): Promise<FuzzStage> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-fuzz-'))
  const charter = notesCharter()
  const routes = compileRoutes(charter)
  const counts = { allowed: 0, reached: 0 }
  const undecided: string[] = []
  const rulings = new Map<string, Incoming[]>()

  const arrived = (name: string, method: string, url: string, body: Buffer): void => {
    counts.reached += 1
    const waiting = rulings.get(name) ?? []
    const path = url.split('?')[0] ?? ''
    const found = routes.find(method, path) ?? undefined
    const index = waiting.findIndex(
      (each) => each.operation === found?.route.shape.id && sameBody(each, body) && samePath(each, found.parameters),
    )
    if (index < 0) undecided.push(`${name} ${method} ${url}`)
    else waiting.splice(index, 1)
  }

  const api = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('error', () => undefined)
    const name = nameIn(incoming.headers['x-fuzz'])
    const key = /\/v1\/(?:notes|boxes)\/([^/?]+)/.exec(incoming.url ?? '')?.[1] ?? 'n1'
    response.setHeader('content-type', 'application/json')
    if (/^[\w., -]+$/.test(name)) response.setHeader('x-fuzz', name)
    incoming.on('end', () => {
      // The guard's own looks say nothing of where they come from.
      if (incoming.headers.via !== undefined)
        arrived(name, incoming.method ?? '', incoming.url ?? '', Buffer.concat(chunks))
      response.end(JSON.stringify({ id: decodeURIComponent(key), owner: 'bob', text: 'hello' }))
    })
  })
  api.on('upgrade', (incoming, socket) => {
    socket.on('error', () => undefined)
    arrived(nameIn(incoming.headers['x-fuzz']), 'GET', incoming.url ?? '', Buffer.alloc(0))
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  })
  const url = `http://${await listen(api)}`
  const upstreams = { api: { url } }
  const store = openSqliteStore(join(folder, 'state.db'))
  const truth = httpTruth({ charter: () => charter, upstreams, readers: { api: [() => ({ 'x-user': 'ann' })] } })
  const guard = await createGuard(charter, { version: '1', store, truth, journal: { append: async () => undefined } })
  const watched = watching(guard, (incoming) => {
    counts.allowed += 1
    const name = String(incoming.principal.claims?.['fuzz'] ?? '')
    const known = rulings.get(name)
    if (known === undefined) rulings.set(name, [incoming])
    else known.push(incoming)
    const [oldest] = rulings.keys()
    if (rulings.size > mostNames && oldest !== undefined) rulings.delete(oldest)
  })
  const shared = { guard: watched, identifier: naming, upstreams }
  const gateway = await openHttpGateway({ ...shared, hosts: ['notes.test'], listen: { host, port: 0 } })
  const secure = await openHttpGateway({ ...shared, listen: { host, port: 0, tls: selfSigned() } })
  return {
    port: gateway.address.port,
    tlsPort: secure.address.port,
    counts,
    undecided,
    close: async () => {
      await Promise.all([gateway.close(2000), secure.close(2000)])
      await guard.close()
      await truth.close()
      await store.close()
      api.closeAllConnections()
      api.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Everybody is whom `X-User` names; what `X-Fuzz` says goes along to the ruling. */
const naming: Identifier = {
  identify: async ({ headers }) => {
    const user = headers['x-user']
    const claims = { fuzz: nameIn(headers['x-fuzz']) }
    return { ok: true, principal: typeof user === 'string' ? { id: user, roles: [user], claims } : { claims } }
  },
  close: async () => undefined,
}

function nameIn(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : (header?.join(', ') ?? '-')
}

function sameBody({ request: { body } }: Incoming, bytes: Buffer): boolean {
  if (body === undefined || !/^\s*[{[]/.test(bytes.toString('latin1'))) return true
  return printLosslessJson(body) === printLosslessJson(parseLosslessJson(bytes.toString('utf8')))
}

function samePath({ request: { path } }: Incoming, parameters: Readonly<Record<string, string>>): boolean {
  return JSON.stringify(Object.values(path ?? {}).map(String)) === JSON.stringify(Object.values(parameters))
}

/** A guard that tells of each call it lets through. */
function watching(guard: Guard, onGo: (incoming: Incoming) => void): Guard {
  return {
    begin: async (incoming) => {
      const ruling = await guard.begin(incoming)
      if (ruling.kind === 'go') onGo(incoming)
      return ruling
    },
    call: (...all) => guard.call(...all),
    evaluate: (incoming) => guard.evaluate(incoming),
    note: (noted) => guard.note(noted),
    resume: (...all) => guard.resume(...all),
    said: (...all) => guard.said(...all),
    heard: (...all) => guard.heard(...all),
    reload: (...all) => guard.reload(...all),
    charter: guard.charter,
    switches: guard.switches,
    approvals: guard.approvals,
    doubts: guard.doubts,
    replays: guard.replays,
    keeping: guard.keeping,
    runs: guard.runs,
    tools: guard.tools,
    close: () => guard.close(),
  }
}
