// Everything the guard stands before, on one port: an API, tools, providers of models, an agent, whoever is notified. It writes down what
// each of them got, and tells everybody about the credentials it was given.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { chatWhole, messagesWhole } from '../gateway/llm/wire.ts'
import { listen } from '../transport/open.ts'
import { answerTo } from './tools.ts'
import { leak } from './trace.ts'

export interface Got {
  /** Who got it: the first step of the path. */
  readonly who: string
  readonly line: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface World {
  readonly url: string
  readonly got: Got[]
  close(): void
}

export function cardOf(url: string): object {
  return {
    name: 'helper',
    description: 'helps',
    version: '1',
    supportedInterfaces: [{ url: `${url}/helper`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
    capabilities: { streaming: true },
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [],
  }
}

export async function openWorld(): Promise<World> {
  const got: Got[] = []
  const orders = new Map<string, object>()
  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const [, who = ''] = (request.url ?? '').split('/')
      const at: Got = {
        who,
        line: `${request.method} ${request.url}`,
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      if (who !== '.well-known') got.push(at)
      if (at.line.endsWith('/crash')) request.socket.destroy()
      else answers[who]?.(at, response, orders)
    })
  })
  const url = `http://${await listen(server)}`
  answers['.well-known'] = (_, response) => json(response, 200, cardOf(url))
  return {
    url,
    got,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** All that looks like a credential in what was got. */
function credentialsIn({ headers, body }: Got): readonly string[] {
  const shown = [headers['x-api-key'], headers.authorization?.replace(/^\w+ /, '')]
  const [, argument] = /"token":"([^"]+)"/.exec(body) ?? []
  return [...shown, argument].flatMap((each) => (typeof each === 'string' ? [each] : []))
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

type Answer = (got: Got, response: ServerResponse, orders: Map<string, object>) => void

const answers: Record<string, Answer> = {
  hook: (_, response) => json(response, 200, {}),
  api: (got, response, orders) => {
    const told = credentialsIn(got).map(leak)
    const [, id = `o${orders.size + 1}`] = /orders\/(\w+)$/.exec(got.line) ?? []
    if (got.line.endsWith('/fail')) return json(response, 500, { told }, { 'x-debug': JSON.stringify(told) })
    if (!got.line.includes('/orders')) return json(response, 200, { told })
    const order = orders.get(id) ?? { id, state: 'open', ...(got.body === '' ? {} : JSON.parse(got.body)) }
    orders.set(id, order)
    json(response, 200, { ...order, told })
  },
  desk: (got, response) => {
    const answer = answerTo(JSON.parse(got.body), credentialsIn(got))
    if (answer === undefined) response.writeHead(202).end()
    else json(response, 200, answer)
  },
  gpt: (got, response) => {
    const told = JSON.stringify(credentialsIn(got).map(leak))
    if (got.body.includes('be broken')) return json(response, 400, { error: { message: told } })
    if (!got.body.includes('"stream":true')) return json(response, 200, chatWhole({ text: [told], calls: [] }))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const choices = [{ index: 0, delta: { content: told }, finish_reason: null }]
    const event = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices })}\n\n`
    for (const piece of event.match(/[\s\S]{1,7}/g) ?? []) response.write(piece)
    response.end('data: [DONE]\n\n')
  },
  claude: (got, response) => {
    const told = JSON.stringify(credentialsIn(got).map(leak))
    if (got.body.includes('be broken')) return json(response, 401, { error: { type: 'a', message: told } })
    json(response, 200, messagesWhole({ text: [told], calls: [] }))
  },
  helper: (got, response) => {
    const { id, method } = JSON.parse(got.body)
    const told = JSON.stringify(credentialsIn(got).map(leak))
    if (got.body.includes('be broken'))
      return json(response, 200, { jsonrpc: '2.0', id, error: { code: -32000, message: told } })
    const message = { messageId: `m-${got.line}-${Math.random()}`, role: 'ROLE_AGENT', parts: [{ text: told }] }
    const answer = { jsonrpc: '2.0', id, result: { message } }
    if (method !== 'SendStreamingMessage') return json(response, 200, answer)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${JSON.stringify(answer)}\n\n`)
  },
}
