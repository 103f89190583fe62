import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openStage, proveAll } from '../../examples/shared/stage.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { readDescription } from '../../src/charter/source/read-description.ts'
import { readToolList } from '../../src/charter/source/tools.ts'
import type { Outcome } from '../../src/prove/finding.ts'
import { parseIdentities } from '../../src/prove/identity/parse-identities.ts'
import { analyse } from '../charter/fixture.ts'

/** One request to a small API; `who` is whoever the bearer token `token-NAME` names. */
export interface Asked {
  readonly who: string | undefined
  readonly method: string
  /** The path, cut at its slashes. */
  readonly path: readonly string[]
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, unknown>>
}

/** A body that is text is sent as it is. */
export type Answered = readonly [status: number, body?: unknown, headers?: Readonly<Record<string, string>>]

/** An API that fits into one function, the charter it should follow, and who takes part in the proof. */
export interface SmallApi {
  readonly charter: string
  /** The OpenAPI document of the source `shop`, where the charter does not describe it inline. */
  readonly description?: unknown
  /** The tools of the source `shop`, where it is an MCP server: then `answer` is asked at one address. */
  readonly tools?: readonly unknown[]
  /** The `identities` of the identities file; those of `people` are added. */
  readonly identities?: string
  /** What `identities` read from the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Who has the token `token-NAME`, by actor. */
  readonly people: Readonly<Record<string, string>>
  /** What their principals say beside the id, in YAML, by name. */
  readonly principals?: Readonly<Record<string, string>>
  /** Who asks for everything to be as it was at first, with `POST /reset`. */
  readonly resetBy?: string
  readonly answer: (asked: Asked) => Answered | Promise<Answered>
  readonly only?: readonly string[]
  readonly seed?: string
  /** What is done with the run while the API still answers. */
  readonly after?: (run: Awaited<ReturnType<typeof openStage>>, outcome: Outcome) => Promise<void>
}

/** Runs the API on loopback. */
export async function serveSmall(
  answer: SmallApi['answer'],
): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const who = /^Bearer token-(.+)$/.exec(request.headers.authorization ?? '')?.[1]
    const path = (request.url ?? '').split('/').slice(1)
    const { method = '', headers } = request
    const asked = { who, method, path, headers, body: text === '' ? {} : JSON.parse(text) }
    const [status, body, more] = await answer(asked)
    response
      .writeHead(status, { 'content-type': 'application/json', ...more })
      .end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}`, close }
}

/** Runs the API on loopback and proves it. */
export async function proveSmall(api: SmallApi): Promise<Outcome> {
  const { url, close } = await serveSmall(api.answer)
  try {
    return await proveAt(api, url)
  } finally {
    close()
  }
}

async function proveAt(api: SmallApi, url: string): Promise<Outcome> {
  const at = () => ({ file: 'shop.json', line: 1, column: 1 })
  const { description } =
    api.tools === undefined
      ? readDescription('shop', api.description, at)
      : readToolList('shop', { tools: api.tools }, at)
  const known =
    (api.description ?? api.tools) === undefined || description === undefined ? [] : [['shop', description] as const]
  const { charter, diagnostics } = analyse(api.charter, new Map(known))
  assert.ok(charter !== undefined && !hasErrors(diagnostics), JSON.stringify(diagnostics))
  const { identities, diagnostics: faults } = parseIdentities({ file: 'i.yaml', text: identitiesOf(api, url) })
  assert.ok(identities, JSON.stringify(faults))
  const tokens = Object.fromEntries(Object.keys(api.people).map((name) => [name.toUpperCase(), `token-${name}`]))
  const env = { ...tokens, ...api.env }
  const run = await openStage({ charter, identities } as Parameters<typeof openStage>[0], url, { env })
  try {
    const outcome = await proveAll(run, {
      ...(api.only === undefined ? {} : { only: api.only }),
      ...(api.seed === undefined ? {} : { seed: api.seed }),
    })
    await api.after?.(run, outcome)
    return outcome
  } finally {
    await run.close()
  }
}

function identitiesOf({ people, principals = {}, identities = '', resetBy }: SmallApi, url: string): string {
  const known = Object.entries(people).map(
    ([name, actor]) =>
      `  ${name}: { actor: ${actor}, principal: { id: ${name}${principals[name] ?? ''} }, headers: { Authorization: "Bearer \${env:${name.toUpperCase()}}" } }`,
  )
  const hooks = resetBy === undefined ? '' : `hooks: { reset: { request: POST /reset, as: ${resetBy} } }\n`
  return `\nlockstep-identities: 1\ntargets: { shop: "${url}" }\nidentities:\n${identities}${known.join('\n')}\n${hooks}`
}
