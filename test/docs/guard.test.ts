// docs/guard.md and docs/simulate.md against the parser, the command line, and a real bank.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { isFlawName } from '../../examples/bank-payments/flaws.ts'
import { start } from '../../examples/bank-payments/start.ts'
import { parseYaml } from '../../src/charter/parse.ts'
import { guardFileSchema } from '../../src/cli/guard/schema.ts'
import { makeProgram } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { run, startGuard } from '../cli/guard-stage.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const text = readFileSync(join(root, 'docs/guard.md'), 'utf8')
const simulate = readFileSync(join(root, 'docs/simulate.md'), 'utf8')
const files = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)

test('every guard file in it is right', () => {
  assert.equal(files.length, 2)
  for (const block of files)
    assert.deepEqual(parseYaml({ file: 'docs/guard.md', text: block }, guardFileSchema).diagnostics, [])
  const flaws = /FLAWS=(\S+)/.exec(text)?.[1]?.split(',') ?? []
  assert.deepEqual(
    flaws.filter((each) => !isFlawName(each)),
    [],
  )
})

test('they name no option that is not there', () => {
  const program = makeProgram(openTerminal({ write: () => {} }, { write: () => {} }, {}))
  const optionsOf = (command: Command): string[] => [
    ...command.options.map(({ long }) => long ?? ''),
    ...command.commands.flatMap(optionsOf),
  ]
  const known = new Set(optionsOf(program))
  const named = [...`${text}${simulate}`.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag)
  assert.deepEqual(
    named.filter((flag) => !known.has(flag)),
    [],
  )
})

test('the five minutes are as told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'five-minutes-'))
  const bank = await start({ flaws: (/FLAWS=(\S+)/.exec(text)?.[1]?.split(',') ?? []).filter(isFlawName) })
  try {
    for (const name of ['charter.yaml', 'openapi.yaml'])
      cpSync(join(root, 'examples/bank-payments', name), join(folder, name))
    const file = join(folder, 'guard.yaml')
    writeFileSync(file, `${files[0]?.replace('http://127.0.0.1:8080', bank.url)}listen: { port: 0 }\n`)
    const guard = await startGuard(file)
    const ask = (url: string, path: string, body?: string): Promise<Response> =>
      fetch(`${url}${path}`, {
        headers: { authorization: `Bearer ${bank.tokens['alice']}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { method: 'POST', body }),
      })
    const accounts = await ask(guard.url, '/accounts')
    const id = /"id":"([^"]*)/.exec(await accounts.text())?.[1]
    const deposit = /-d '(.*?)'/.exec(text)?.[1] ?? ''
    assert.equal((await ask(bank.url, `/accounts/${id}/deposits`, deposit)).status, 201)
    const refused = await ask(guard.url, `/accounts/${id}/deposits`, deposit)
    assert.equal(refused.status, 403)
    assert.match(await refused.text(), /only a clerk may do it/)
    assert.equal(await guard.stop(), 0)
    const { out } = await run(['ledger', 'search', file, '--kind', 'decision'])
    assert.match(out, /modify {2}bank\.listAccounts[\s\S]*deny {2}bank\.depositMoney/)
    assert.match((await run(['ledger', 'verify', file])).out, /as it was recorded/)
  } finally {
    await bank.close()
    rmSync(folder, { recursive: true })
  }
})
