import { printDiagnostics } from '../diagnostics.ts'
import type { Terminal } from '../terminal.ts'
import { type GuardConfig, loadGuard, type ReadyCharter } from './config.ts'

/** Reads a guard file and its charter; prints what is wrong with either, ends with `invalid`, and gives nothing when anything is. */
export async function loadOrRefuse(
  terminal: Terminal,
  file: string,
): Promise<(GuardConfig & ReadyCharter) | undefined> {
  const { ready, diagnostics, texts } = await loadGuard(file)
  if (ready !== undefined) return ready
  printDiagnostics(
    terminal,
    diagnostics.filter((each) => each.severity === 'error'),
    texts,
  )
  terminal.finish('invalid')
  return undefined
}
