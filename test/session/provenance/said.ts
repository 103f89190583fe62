// Prompts, what counts as the user's own word in them, and what does not.
import assert from 'node:assert/strict'
import { emptyMemory, remember } from '../../../src/session/provenance/memory.ts'
import { trace } from '../../../src/session/provenance/trace.ts'

export type Said = readonly (readonly [prompt: string, is: readonly unknown[], isNot?: readonly unknown[]])[]

export function assertSaid([prompt, is, isNot = []]: Said[number]): void {
  const memory = remember(emptyMemory(), { kind: 'prompt', text: prompt })
  const trusts = (values: readonly unknown[]) =>
    values.map((each) => [each, trace(memory, each)[0]?.trust === 'prompt'])
  assert.deepEqual(
    trusts(is),
    is.map((each) => [each, true]),
  )
  assert.deepEqual(
    trusts(isNot),
    isNot.map((each) => [each, false]),
  )
}
