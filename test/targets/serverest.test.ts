// A product that nobody here wrote: every finding must be one that was seen by hand, and none may be missed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverest } from '../../bench/targets/serverest/serverest.ts'
import { folderOf, foundIn, install, isInstalled, proveTarget } from '../../bench/targets/target.ts'

test('serverest has the flaws known by hand and no others', async () => {
  if (!isInstalled(serverest)) install(serverest)
  const running = await serverest.start(folderOf(serverest))
  try {
    assert.deepEqual(foundIn(proveTarget(serverest, running)), serverest.expected)
  } finally {
    await running.close()
  }
})
