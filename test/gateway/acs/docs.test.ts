// docs/acs.md: its guard file is one, its hooks are those we have.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { openAcs } from '../../../src/cli/guard/acs.ts'
import { guardFileSchema } from '../../../src/cli/guard/schema.ts'
import { openSecrets } from '../../../src/cli/guard/secrets.ts'
import { hooks } from '../../../src/gateway/acs/hooks.ts'
import { openStage } from './stage.ts'

const text = readFileSync(new URL('../../../docs/acs.md', import.meta.url), 'utf8')

test('the guard file it shows opens, with a key that is long enough', async () => {
  const [, block = ''] = /```yaml\n([\s\S]*?)```/.exec(text) ?? []
  const file = guardFileSchema.parse(parse(block))
  const stage = await openStage()
  try {
    const keyed = (key: string): Promise<unknown> =>
      openAcs(file, stage.guard, openSecrets({ ACS_HMAC_SECRET: key }, '.'))
    assert.ok(await keyed('k'.repeat(32)))
    await assert.rejects(keyed('short'), /32 bytes/)
    await assert.rejects(keyed(''), /missing/)
  } finally {
    await stage.close()
  }
})

test('every hook has its line', () => {
  const [, table = ''] = /## What each hook does\n([\s\S]*?)\nA call whose/.exec(text) ?? []
  for (const method of hooks.keys()) {
    const name = method.replace('steps/', '').replace(/^agbom\/.*/, 'agbom/')
    assert.ok(table.includes(`\`${name}`), name)
  }
})
