// The desk as a program: `--stdio` speaks MCP on standard input and output, otherwise HTTP on 127.0.0.1.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { makeDeskServer } from './mcp.ts'
import { openDesk } from './records.ts'
import { openShop } from './shop.ts'
import { askShop, start } from './start.ts'

if (process.argv.includes('--stdio')) {
  const desk = openDesk()
  const shop = await openShop(desk)
  serveStdio(() => makeDeskServer({ desk, shop: askShop(shop) }))
} else {
  const folder = new URL('.lockstep/', import.meta.url)
  const running = await start({ port: Number(process.env.PORT ?? 0), shopPort: Number(process.env.SHOP_PORT ?? 0) })
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const [name, token] of Object.entries(running.shop.tokens))
    writeFileSync(new URL(`${name}.token`, folder), token, { mode: 0o600 })
  process.stdout.write(`desk on ${running.url}, shop on ${running.shop.url}, tokens in ${fileURLToPath(folder)}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => running.close())
}
