// A client signs in before a gateway as it does before a server; what the official scenarios find otherwise is what docs/mcp.md says, and no more.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkClient, passed, type Revision, type Verdicts } from './conformance.ts'

const scenarios: Readonly<Record<Revision, readonly string[]>> = {
  '2025-11-25': ['auth/metadata-default', 'auth/token-endpoint-auth-basic'],
  '2026-07-28': ['auth/metadata-default', 'auth/iss-supported'],
}
const client = fileURLToPath(new URL('./auth-client.ts', import.meta.url))
const page = readFileSync(new URL('../../../docs/mcp.md', import.meta.url), 'utf8')
/** Checks by the first column of the table. */
const explained = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id)

/** Checks that came out otherwise, however often. */
function otherwise(direct: Verdicts, through: Verdicts): ReadonlySet<string> {
  const idOf = (check: string): string => check.replace(/^.*: | #\d+$/g, '')
  return new Set([...direct].flatMap(([check, verdict]) => (through.get(check) === verdict ? [] : [idOf(check)])))
}

for (const revision of ['2025-11-25', '2026-07-28'] as const)
  test(`signing in, ${revision}`, async () => {
    const found = new Set<string>()
    for (const scenario of scenarios[revision]) {
      const run = (way: string): Promise<Verdicts> =>
        checkClient(`${process.execPath} ${client} ${way}`, scenario, revision)
      const [direct, through] = await Promise.all([run('direct'), run('gateway')])
      assert.equal(passed(direct), direct.size, `${scenario} did not pass directly`)
      assert.ok(direct.size > 12, scenario)
      for (const id of otherwise(direct, through)) found.add(id)
    }
    assert.deepEqual([...found].sort(), [...explained].sort())
  })
