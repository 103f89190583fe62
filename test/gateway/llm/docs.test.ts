// docs/models.md against the parsers and the gateway.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { linkCharter } from '../../../src/charter/link.ts'
import { parseCharter, parseYaml } from '../../../src/charter/parse.ts'
import { guardFileSchema } from '../../../src/cli/guard/schema.ts'
import { json } from './provider.ts'
import { openStage } from './stage.ts'
import { chatWhole } from './wire.ts'

const text = readFileSync(new URL('../../../docs/models.md', import.meta.url), 'utf8')
const [charterBlock = '', guardBlock = ''] = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block]) => block)

test('its charter is one', () => {
  const desk = `  - { name: desk, type: inline, operations: { get_order: { method: GET, path: /o }, send_email: { method: POST, path: /m } } }`
  const rest = `
lockstep: 1
name: models
actors: { clerk: {}, refund-bot: { kind: agent, workflow: refunds, acts-for: [clerk] } }
${charterBlock.replace('operations:\n', `${desk}\noperations:\n  desk.get_order: { by: clerk }\n  desk.send_email: { by: clerk }\n`)}`
  const { charter, diagnostics } = parseCharter([{ file: 'docs/models.md', text: rest }])
  assert.deepEqual(diagnostics, [])
  const linked = linkCharter(charter ?? assert.fail(), new Map())
  assert.deepEqual(
    linked.diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  )
})

test('its guard file is one', () => {
  const whole = `lockstep-guard: 1\nidentity: []\n${guardBlock}`
  const { diagnostics } = parseYaml({ file: 'docs/models.md', text: whole }, guardFileSchema)
  assert.deepEqual(
    diagnostics.filter(({ message }) => !message.includes('identity')),
    [],
  )
})

test('it names every member of the call that charters see, and every header that goes on', async () => {
  const stage = await openStage({ source: { region: 'eu' } })
  stage.provider.script = json(chatWhole({ text: ['Hi'], calls: [] }))
  await stage.openai.chat.completions.create({ model: 'gpt-5', messages: [{ role: 'user', content: 'Hi' }] })
  const table = text.slice(text.indexOf('| member |'), text.indexOf('**Tools that the provider'))
  const named = new Set([...table.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name))
  const { body } = stage.last('decision').request
  assert.deepEqual(
    Object.keys(body as object).filter((name) => !named.has(name)),
    [],
  )
  const usual = ['host', 'connection', 'content-length', 'accept-encoding', 'via', 'authorization']
  for (const name of Object.keys(stage.provider.seen[0]?.headers ?? {}))
    assert.ok(usual.includes(name) || text.includes(`\`${name}\``), name)
  await stage.close()
})
