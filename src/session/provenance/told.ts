import type { Origin } from '../../constraint/facts.ts'
import { squash } from '../../text/plain.ts'
import { accountOf } from './form/account.ts'
import { hostNames } from './form/address.ts'
import { dialled, tailsIn } from './form/phone.ts'
import type { Memory } from './memory.ts'
import { isEndorsed } from './origin.ts'
import { saysHost } from './prompt-text.ts'
import { readAll } from './unread.ts'
import { findByOthers, goodOrigins, isVouchedPiece } from './vouched.ts'

/** A host or a number that answers have told for one. */
export function suspectSeen(memory: Memory, name: string): readonly Origin[] {
  const isHost = /\p{L}/u.test(name)
  return seenAs(
    memory,
    name,
    isHost ? hostNames(name).map((host) => `host ${host}`) : tailsIn(name).map((tail) => `phone ${tail}`),
  )
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
  const good = goodOrigins(memory, name)
  if (key === undefined || seen === undefined || !good.every(isEndorsed)) return []
  // With its area or without, the number is the same.
  const isSaid = key.startsWith('host ')
    ? saysHost(memory.prompt, name)
    : isVouchedPiece(memory, squash(key.slice(key.indexOf(' '))))
  return isSaid ? [] : [{ ...seen, trust: 'untrusted', how: 'part' }, ...good]
}

/** A telephone number or an account of which others told all but the country. */
export function suspectNational(memory: Memory, text: string): Origin | undefined {
  const account = accountOf(text)
  const isAbroad = account === undefined && /^\s*(?:\+|00)[\d\s()./-]{8,}$/.test(text)
  const rests = account === undefined ? [1, 2, 3].map((code) => dialled(text).slice(code)) : [account.slice(4)]
  for (const solid of account === undefined && !isAbroad ? [] : rests.map(squash)) {
    const found = solid.length < 8 || isVouchedPiece(memory, solid) ? undefined : findByOthers(memory, solid)
    if (found !== undefined) return { ...found.place.origin, trust: 'untrusted', how: 'part' }
  }
  return undefined
}
