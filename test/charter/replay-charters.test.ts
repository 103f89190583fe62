// The charters that recorded agents are decided by are as right as any other.
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { loadCharter } from '../../src/charter/load.ts'

for (const file of globSync('bench/replay/charters/*.charter.yaml')) {
  test(basename(file), async () => {
    const { charter, diagnostics } = await loadCharter(file)
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === 'error'),
      [],
    )
    assert.deepEqual(charter?.uncovered, [])
  })
}
