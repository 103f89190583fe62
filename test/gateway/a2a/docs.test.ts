// docs/a2a.md: its guard file serves an agent, and its operations are those a card makes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { agentMethods } from '../../../src/charter/source/card.ts'
import { guardFileSchema } from '../../../src/cli/guard/schema.ts'
import { openSecrets } from '../../../src/cli/guard/secrets.ts'
import { serveA2aSection } from '../../../src/cli/guard/serve-a2a.ts'
import { cardOf, charterWith, openStage } from './stage.ts'

const text = readFileSync(new URL('../../../docs/a2a.md', import.meta.url), 'utf8')
const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block)

test('the charter it shows links, and every method is named', () => {
  const charter = charterWith(cardOf('http://agent.example'), blocks[0])
  assert.deepEqual([...charter.operations.keys()], ['helper.SendMessage', 'helper.GetTask'])
  for (const name of Object.keys(agentMethods)) assert.ok(text.includes(`\`${name}\``), name)
})

test('the guard file it shows serves the card at its own names only', async () => {
  const file = guardFileSchema.parse(parse(blocks[1] ?? ''))
  assert.ok(file.a2a)
  const stage = await openStage()
  const identifier = { identify: () => Promise.reject(new Error('not asked')), close: async () => undefined }
  const secrets = openSecrets({ HELPER_TOKEN: 't' }, '.')
  const config = { folder: '.', file: { ...file, a2a: { ...file.a2a, port: 0 } } }
  try {
    const told = { guard: stage.guard, identifier, tell: () => undefined }
    const gateway = await serveA2aSection(config, { ...told, secrets })
    assert.ok(gateway)
    const card = `${gateway.address.url}/helper/.well-known/agent-card.json`
    assert.equal((await fetch(card)).status, 200)
    await gateway.close(0)
    await assert.rejects(serveA2aSection(config, { ...told, secrets: openSecrets({}, '.') }), /HELPER_TOKEN/)
  } finally {
    await stage.close()
  }
})
