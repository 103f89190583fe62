import type { Origin } from '../../constraint/facts.ts'
import { squash } from '../../text/plain.ts'
import { keysOf } from './form/form.ts'
import type { Memory, Place } from './memory.ts'
import { byTrust } from './origin.ts'
import { saidInPrompt } from './prompt-text.ts'
import { type Found, findText } from './text-index.ts'

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
  const isAlike = left.trust === right.trust && left.approval === right.approval
  return isAlike && left.operation === right.operation && left.at === right.at
}

/** Whether somebody to rely on said it, be it as a piece of something. */
export function isVouchedPiece(memory: Memory, solid: string): boolean {
  if (memory.prompt.squashed.includes(solid)) return true
  return findText(memory.text, solid, ({ place }) => place.trusted) !== undefined
}

/** Where somebody says it that nobody relies on. */
export function findByOthers(memory: Memory, solid: string): Found<Place> | undefined {
  return findText(memory.text, solid, ({ place }) => !place.trusted)
}

/** A telephone number or an account without its country, of which somebody to rely on says the rest too, and nobody else. */
export function shortenedNumber(memory: Memory, written: string): Origin | undefined {
  if (!/^\(?\d[\d\s()./-]{7,}$/.test(written)) return undefined
  const digits = written.replace(/\D/g, '')
  for (const solid of [digits, digits.replace(/^0(?=[1-9])/, '')].map(squash)) {
    if (solid.length < 8 || findByOthers(memory, solid) !== undefined) continue
    const trusted = findText(memory.text, solid, ({ place }) => place.trusted)
    if (memory.prompt.squashed.includes(solid)) return { trust: 'prompt', how: 'part' }
    if (trusted !== undefined) return { ...trusted.place.origin, trust: 'trusted', how: 'part' }
  }
  return undefined
}
