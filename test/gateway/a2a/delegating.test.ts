// Work that is passed on: the next agent's token is of the same run, one agent longer, and for it alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../../../src/charter/charter.ts'
import { delegating } from '../../../src/gateway/a2a/delegating.ts'
import { createGuard } from '../../../src/guard/guard.ts'
import { makeRunTokens } from '../../../src/identity/run-token.ts'
import { keysIn, newKeyText } from '../../../src/identity/token-keys.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { Lines } from '../../guard/wallet.ts'
import { cardOf, charterText, charterWith } from './stage.ts'

const text = charterText.replace('stray:', 'worker: { kind: agent, workflow: planning, acts-for: [planner] }\n  stray:')
const planner: Principal = {
  id: 'planner',
  kind: 'agent',
  roles: ['planner'],
  chain: [{ id: 'ann', kind: 'user', roles: ['clerk'] }],
}

test('a run is passed on to an agent that may act for the caller, and to no other', async () => {
  const store = openSqliteStore(':memory:')
  const guard = await createGuard(charterWith(cardOf('http://a'), text), { version: 'v1', journal: new Lines(), store })
  const tokens = makeRunTokens('https://guard.example', await keysIn(newKeyText()), Date.now)
  const audience = 'https://helper.example'
  const agents = {
    helper: { name: 'worker', audience, headers: { 'x-team': 'a' } },
    other: { name: 'stray', audience },
  }
  const hook = delegating({ guard, tokens, agents, lifetimeMs: 60_000 })
  try {
    const given = await guard.runs.start(planner, { tools: ['helper.SendMessage'] })
    assert.ok(given.ok)
    const asked = { operation: 'helper.SendMessage', principal: planner, call: 'c', run: given.handle }
    const headers = await hook({ ...asked, source: 'helper' })
    assert.equal(headers?.['x-team'], 'a')
    const token = headers?.['authorization']?.replace('Bearer ', '') ?? ''
    const { claims, handle } = await tokens.verify(token, 'at+jwt')
    assert.deepEqual([claims.aud, claims.sub, handle.id], [audience, 'ann', given.handle.id])
    assert.deepEqual([handle.acting, handle.tools], [['worker', 'planner'], ['helper.SendMessage']])
    await assert.rejects(async () => hook({ ...asked, source: 'other' }))
    assert.equal(await hook({ ...asked, source: 'nobody' }), undefined)
    assert.equal(await hook({ ...asked, source: 'helper', run: undefined }), undefined)
    await guard.runs.end(given.handle.id, 'revoked', { id: 'ops' })
    await assert.rejects(async () => hook({ ...asked, source: 'helper' }), /over|revoked|ended/)
  } finally {
    await guard.close()
    await store.close()
  }
})
