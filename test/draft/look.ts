import type { ApiDescription } from '../../src/charter/source/description.ts'
import type { Evidence } from '../../src/draft/evidence.ts'
import { type ProbeInput, type Prober, probe } from '../../src/draft/probe.ts'
import { openTransport } from '../../src/prove/transport/transport.ts'

interface Looked {
  readonly evidence: Evidence
  /** `METHOD path` of everything sent. */
  readonly sent: readonly string[]
}

/** Probes a running API as the holders of bearer tokens; ids and roles are what `/me` says. */
export async function look(
  { url, tokens }: { url: string; tokens: Readonly<Record<string, string>> },
  description: ApiDescription,
  { names, writes = 'none' }: { names: readonly string[]; writes?: ProbeInput['writes'] },
): Promise<Looked> {
  const sent: string[] = []
  const transport = openTransport({
    allowHosts: [new URL(url).host],
    maxRequests: 1000,
    maxDurationMs: 20_000,
    paceMs: 0,
    timeoutMs: 5000,
    maxBodyBytes: 1_000_000,
    now: Date.now,
    sleep: async () => {},
  })
  const sendWith =
    (headers: Readonly<Record<string, string>>): Prober['send'] =>
    (request) => {
      sent.push(`${request.method} ${new URL(request.url).pathname}`)
      return transport.send({ ...request, headers: { ...request.headers, ...headers } })
    }
  const people: Prober[] = []
  for (const name of names) {
    const send = sendWith({ authorization: `Bearer ${tokens[name]}` })
    const { response } = await send({ method: 'GET', url: `${url}/me`, headers: {} })
    const me = Object(response?.json)
    people.push({
      name,
      actors: [me.roles ?? me.role].flat(),
      id: String(me.id),
      tenant: me.tenant ?? me.shop ?? undefined,
      send,
    })
  }
  let count = 0
  const fresh = (): string => `t${count++}`
  const anonymous = sendWith({})
  try {
    const input = { description, server: url, people, anonymous, writes, random: () => 0.5, fresh }
    return { evidence: await probe(input), sent }
  } finally {
    await transport.close()
  }
}
