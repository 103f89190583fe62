// Starts the desk: the shop, and the MCP server over HTTP.
import { createServer } from 'node:http'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { type Changed, makeDeskServer } from './mcp.ts'
import { type Desk, openDesk } from './records.ts'
import { openShop, type RunningShop } from './shop.ts'
import { NotFound, type Office } from './tools.ts'

export interface DeskOptions {
  readonly desk?: Desk
  readonly changed?: Changed
  readonly port?: number
  readonly shopPort?: number
}

/** A running desk: where its MCP server and its shop are, and what it did. */
export interface RunningDesk {
  readonly url: string
  readonly shop: RunningShop
  readonly desk: Desk
  close(): Promise<void>
}

/** Starts a freshly seeded desk on 127.0.0.1. */
export async function start(options: DeskOptions = {}): Promise<RunningDesk> {
  const desk = options.desk ?? openDesk()
  const shop = await openShop(desk, options.shopPort)
  const office: Office = { desk, shop: askShop(shop) }
  const handler = createMcpHandler(() => makeDeskServer(office, options.changed))
  const serve = toNodeHandler(handler)
  const server = createServer((request, response) => void serve(request as NodeIncomingMessageLike, response))
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve),
  )
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a TCP address was expected')
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    shop,
    desk,
    close: async () => {
      await handler.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await shop.close()
    },
  }
}

/** How the desk asks the shop, with a token of its own. */
export function askShop({ url, tokens }: Pick<RunningShop, 'url' | 'tokens'>): Office['shop'] {
  return async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${tokens['desk']}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const said: unknown = await response.json()
    if (response.ok) return said
    throw new NotFound(`the shop refused: ${response.status}`)
  }
}
