import { type LoadedCharter, type LoadOptions, loadCharter } from '../charter/load.ts'
import { labelsOf } from '../classify/of-charter.ts'

/** Loads a charter, and reports labels of data classes that cannot be used: nothing would be found by them. */
export async function loadLabelled(file: string, options: LoadOptions = {}): Promise<LoadedCharter> {
  const loaded = await loadCharter(file, options)
  if (loaded.charter === undefined) return loaded
  return { ...loaded, diagnostics: [...loaded.diagnostics, ...labelsOf(loaded.charter).diagnostics] }
}
