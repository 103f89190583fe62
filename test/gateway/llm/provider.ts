// A provider of models that says what the test tells it to, in the exact wire formats.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { listen } from '../../transport/open.ts'

/** What the provider does with one request. */
export type Script = (response: ServerResponse, seen: SeenRequest) => void | Promise<void>

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly raw: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface ScriptedProvider {
  readonly url: string
  readonly seen: SeenRequest[]
  /** Requests whose connection was closed before their answer ended. */
  readonly aborted: Promise<void>
  script: Script
  close(): Promise<void>
}

export async function openProvider(): Promise<ScriptedProvider> {
  const seen: SeenRequest[] = []
  let leave: () => void = () => undefined
  const aborted = new Promise<void>((resolve) => {
    leave = resolve
  })
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('close', () => {
      if (!response.writableEnded) leave()
    })
    await once(request, 'end')
    const { method = '', url: path = '', headers } = request
    const raw = Buffer.concat(chunks).toString('utf8')
    const arrived = { method, path, headers, raw, body: raw === '' ? {} : JSON.parse(raw) }
    seen.push(arrived)
    await provider.script(response, arrived)
  })
  const url = `http://${await listen(server)}`
  const provider: ScriptedProvider = {
    url,
    seen,
    aborted,
    script: (response) => {
      response.writeHead(500).end()
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return provider
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Script {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_1', ...headers })
    response.end(JSON.stringify(body))
  }
}

/** Streams text in pieces of so many bytes; without a size, at once. */
export function stream(text: string, size?: number): Script {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'set-cookie': '__cf_bm=1' })
    const bytes = Buffer.from(text)
    if (size === undefined) response.write(bytes)
    else
      for (let at = 0; at < bytes.length; at += size) {
        response.write(bytes.subarray(at, at + size))
        if (at % (size * 16) === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    response.end()
  }
}
