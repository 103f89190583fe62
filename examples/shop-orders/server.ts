import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isFlawName } from './flaws.ts'
import { start } from './start.ts'

const names = (process.env['FLAWS'] ?? '').split(',').filter((name) => name !== '')
const unknown = names.filter((name) => !isFlawName(name))
if (unknown.length > 0) throw new TypeError(`no such flaw: ${unknown.join(', ')}; flaws.ts lists them`)

const shop = await start({
  flaws: names.filter(isFlawName),
  port: Number(process.env['PORT'] ?? 0),
  testHooks: process.env['TEST_HOOKS'] === '1',
})

const folder = join(import.meta.dirname, '.lockstep')
mkdirSync(folder, { recursive: true, mode: 0o700 })
for (const [user, token] of Object.entries(shop.tokens)) writeFileSync(join(folder, user), token, { mode: 0o600 })

process.stdout.write(`${shop.url}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void shop.close())
