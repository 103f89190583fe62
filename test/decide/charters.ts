import assert from 'node:assert/strict'
import type { Charter } from '../../src/charter/charter.ts'
import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'

/** Links a charter whose operations are all inline. Diagnostics of the checker are not asked for. */
export function charterFrom(text: string): Charter {
  const parsed = parseCharter([{ file: 'charter.yaml', text }])
  assert.ok(parsed.charter, JSON.stringify(parsed.diagnostics))
  const { charter, diagnostics } = linkCharter(parsed.charter, new Map())
  assert.deepEqual(diagnostics, [])
  return charter
}
