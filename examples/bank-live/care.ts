// The tools of the bank's customer care, as an MCP server: messages of customers, their transfers, and mail. It checks nothing itself.
import { createServer } from 'node:http'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

/** What a customer wrote about one of their transfers. */
export interface Case {
  readonly id: string
  readonly status: 'open' | 'answered'
  readonly transfer_id: string
  readonly email: string
  /** Anybody's word. */
  readonly message: string
}

/** A running customer care. */
export interface Care {
  readonly url: string
  /** Takes in a message; the answer is the id of its case. */
  write(message: Omit<Case, 'id' | 'status'>): string
  /** Where mails went. */
  readonly sent: readonly string[]
  close(): Promise<void>
}

/** Asks the bank as customer care does; throws what it says when it refuses. */
export type AskBank = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<unknown>

/** A tool refused, or what it is about does not exist. */
export class ToolFailed extends Error {}

/** Cases are kept as long as anybody could be at work on them. */
const mostCases = 50

/** Starts it on a free port of 127.0.0.1. */
export async function openCare(ask: AskBank): Promise<Care> {
  const cases = new Map<string, Case>()
  const sent: string[] = []
  let written = 0
  const handler = createMcpHandler(() => careServer({ cases, sent, ask }))
  const serve = toNodeHandler(handler)
  const server = createServer((request, response) => void serve(request as NodeIncomingMessageLike, response))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a TCP address was expected')
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    write(message) {
      written += 1
      const id = `case-${written}`
      cases.set(id, { id, status: 'open', ...message })
      for (const old of [...cases.keys()].slice(0, -mostCases)) cases.delete(old)
      return id
    },
    sent,
    close: async () => {
      await handler.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Room {
  readonly cases: Map<string, Case>
  readonly sent: string[]
  readonly ask: AskBank
}

const id = z.string().min(1)

function careServer({ cases, sent, ask }: Room): McpServer {
  const server = new McpServer({ name: 'care', version: '1.0.0' })
  const tool = <Shape extends z.ZodRawShape>(
    name: string,
    [title, description]: readonly [string, string],
    shape: Shape,
    run: (given: z.output<z.ZodObject<Shape>>) => unknown,
  ): void => {
    const inputSchema: z.ZodObject = z.object(shape)
    const annotations = { readOnlyHint: /^(?:list|get)_/.test(name), openWorldHint: name === 'send_mail' }
    server.registerTool(name, { title, description, inputSchema, annotations }, (given) =>
      answer(async () => run(z.object(shape).parse(given))),
    )
  }
  tool('list_cases', ['List cases', 'All open cases.'], {}, () => ({
    cases: [...cases.values()].map(({ id, status }) => ({ id, status })),
  }))
  tool('get_case', ['Look at a case', 'What a customer wrote, and about which transfer.'], { case_id: id }, (given) => {
    const found = cases.get(given.case_id)
    if (found === undefined) throw new ToolFailed(`there is no ${given.case_id}`)
    return found
  })
  tool('get_transfer', ['Look at a transfer', 'One transfer.'], { transfer_id: id }, ({ transfer_id }) =>
    ask('GET', `/transfers/${transfer_id}`),
  )
  tool(
    'give_back',
    ['Give money back', 'Gives the amount, in whole or in part, back to whoever sent the transfer.'],
    { transfer_id: id, amount: z.number() },
    ({ transfer_id, amount }) => ask('POST', `/transfers/${transfer_id}/reversals`, { amount }),
  )
  tool('send_mail', ['Send a mail', 'Sends a mail.'], { to: z.string(), text: z.string() }, ({ to }) => {
    sent.push(to)
    return { sent: true }
  })
  return server
}

type Answer = {
  content: [{ type: 'text'; text: string }]
  structuredContent?: Record<string, unknown>
  isError?: true
}

async function answer(run: () => Promise<unknown>): Promise<Answer> {
  try {
    const text = JSON.stringify(await run())
    return { content: [{ type: 'text', text }], structuredContent: JSON.parse(text) }
  } catch (error) {
    if (!(error instanceof ToolFailed)) throw error
    return { content: [{ type: 'text', text: error.message }], isError: true }
  }
}
