// A product that nobody here wrote, where it is installed: every finding must be one that was seen by hand, and none may be missed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverest } from '../../bench/targets/serverest/serverest.ts'
import { folderOf, foundIn, isInstalled, proveTarget } from '../../bench/targets/target.ts'

const skip = isInstalled(serverest) ? false : 'npm run bench -- targets serverest installs it'

test('serverest has the flaws known by hand and no others', { skip }, async () => {
  const running = await serverest.start(folderOf(serverest))
  try {
    assert.deepEqual(foundIn(proveTarget(serverest, running)), serverest.expected)
  } finally {
    await running.close()
  }
})
