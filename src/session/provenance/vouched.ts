import type { Origin } from '../../constraint/facts.ts'
import { keysOf } from './form/form.ts'
import type { Memory } from './memory.ts'
import { byTrust } from './origin.ts'
import { saidInPrompt } from './prompt-text.ts'
import { findText } from './text-index.ts'

/** Everybody who may say so and says the value. */
export function goodOrigins(memory: Memory, text: string): readonly Origin[] {
  const said = saidInPrompt(memory.prompt, text)
  const found = said === undefined ? [] : [said]
  for (const key of keysOf(text)) {
    const known = memory.good.get(key)
    const how = known?.text === text ? 'same' : key.startsWith('text ') ? 'case' : 'form'
    for (const origin of known?.origins ?? [])
      if (!found.some((each) => isSame(each, origin))) found.push({ ...origin, how })
  }
  return found.sort(byTrust)
}

function isSame(left: Origin, right: Origin): boolean {
  return left.trust === right.trust && left.operation === right.operation && left.at === right.at
}

/** Whether somebody to rely on said it, be it as a piece of something. */
export function isVouchedPiece(memory: Memory, solid: string): boolean {
  if (memory.prompt.squashed.includes(solid)) return true
  return findText(memory.text, solid, ({ place }) => place.trusted) !== undefined
}
