import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type GuardConfig, loadGuard, type ReadyCharter } from '../../src/cli/guard/config.ts'

/** Reads the guard file of an example; throws when anything is wrong with it. */
export async function loadExampleGuard(name: string): Promise<GuardConfig & ReadyCharter> {
  const path = relative(process.cwd(), fileURLToPath(new URL(`../../examples/${name}/guard.yaml`, import.meta.url)))
  const { ready, diagnostics } = await loadGuard(path)
  if (ready === undefined) throw new Error(JSON.stringify(diagnostics, null, 2))
  return ready
}
