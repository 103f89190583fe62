// The official client finds the same server through the gateway as without it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkClient, differences, passed, type Revision, type Verdicts } from './conformance.ts'

/**
 * Those in which a client signs in are in auth-conformance.test.ts: there, the server of the scenario is the resource that tokens are for, and
 * behind a gateway it is not.
 */
const forClients: Readonly<Record<Revision, readonly string[]>> = {
  '2025-11-25': ['initialize', 'tools_call', 'elicitation-sep1034-client-defaults', 'sse-retry'],
  '2026-07-28': [
    'tools_call',
    'request-metadata',
    'sep-2322-client-request-state',
    'http-standard-headers',
    'http-custom-headers',
    'http-invalid-tool-headers',
    'json-schema-ref-no-deref',
    'json-schema-2020-12-preservation',
  ],
}

for (const revision of ['2025-11-25', '2026-07-28'] as const) {
  test(`client scenarios of ${revision}`, async () => {
    const client = fileURLToPath(new URL('./client.ts', import.meta.url))
    for (const scenario of forClients[revision]) {
      const run = (way: string): Promise<Verdicts> =>
        checkClient(`${process.execPath} ${client} ${way}`, scenario, revision)
      const [direct, through] = await Promise.all([run('direct'), run('gateway')])
      assert.ok(passed(direct) > 0, `${scenario} passed nothing directly`)
      assert.deepEqual(differences(direct, through), [], scenario)
    }
  })
}
