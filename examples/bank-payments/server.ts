import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isFlawName } from './flaws.ts'
import { start } from './start.ts'

const folder = new URL('.lockstep/', import.meta.url)
const flaws = (process.env.FLAWS ?? '').split(',').filter((name) => name !== '')
const unknown = flaws.filter((name) => !isFlawName(name))
if (unknown.length > 0) {
  process.stderr.write(`no such flaw: ${unknown.join(', ')} (see flaws.ts)\n`)
  process.exit(1)
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true, mode: 0o700 })
const bank = await start({
  flaws: flaws.filter(isFlawName),
  port: Number(process.env.PORT ?? 0),
  file: fileURLToPath(new URL('bank.sqlite', folder)),
  ...(process.env.TEST_HOOKS === '1' && { testHooks: true }),
})
for (const [name, token] of Object.entries(bank.tokens)) {
  writeFileSync(new URL(`${name}.token`, folder), token, { mode: 0o600 })
}
process.stdout.write(`bank-payments on ${bank.url}, tokens in ${fileURLToPath(folder)}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => bank.close())
