import type { Origin } from '../../constraint/facts.ts'
import { squash } from '../../text/plain.ts'
import { hostName } from './form/address.ts'
import { tailsIn } from './form/phone.ts'
import type { Memory } from './memory.ts'
import { saysHost } from './prompt-text.ts'
import { readAll } from './unread.ts'
import { goodOrigins, isVouchedPiece } from './vouched.ts'

/** A host or a number that answers have told for one. */
export function suspectSeen(memory: Memory, name: string): readonly Origin[] {
  const isHost = /\p{L}/u.test(name)
  return seenAs(memory, name, isHost ? [`host ${hostName(name)}`] : tailsIn(name).map((tail) => `phone ${tail}`))
}

/** The same of a host without its hyphens. */
export function suspectSpelled(memory: Memory, name: string): readonly Origin[] {
  return seenAs(memory, name, [`host ${name}`, `spelled ${name}`])
}

/** Whether answers have told a host, hyphens aside. */
export function isSpelled(memory: Memory, name: string): boolean {
  const { words, unread } = memory
  if (unread.values.length > 0) readAll(memory)
  return words.has(`spelled ${name}`)
}

export function seenAs(memory: Memory, name: string, keys: readonly string[]): readonly Origin[] {
  const key = keys.find((each) => memory.words.has(each))
  const seen = key === undefined ? undefined : memory.words.get(key)
  if (key === undefined || seen === undefined || goodOrigins(memory, name).length > 0) return []
  // With its area or without, the number is the same.
  const isSaid = key.startsWith('host ')
    ? saysHost(memory.prompt, name)
    : isVouchedPiece(memory, squash(key.slice(key.indexOf(' '))))
  return isSaid ? [] : [{ ...seen, trust: 'untrusted', how: 'part' }]
}
