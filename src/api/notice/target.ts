/** Whom to tell, and how a message goes there. */
import type { Notice, NoticeKind } from './notice.ts'

/** What is sent at once: one notice, or several together. */
export interface Message {
  /** The same each time it is tried: who gets it twice can tell. */
  readonly id: string
  /** When it was made, in milliseconds since 1970. */
  readonly at: number
  readonly notices: readonly [Notice, ...Notice[]]
  /** Whose record it is from. */
  readonly from: string
  /** The address of a place in the console; undefined while nobody knows where that is. */
  readonly link: (path: string) => string | undefined
}

/** Why a message did not arrive; nothing in it is a secret. */
export interface Failure {
  readonly why: string
  /** The other side will not take this message, however often it is tried. */
  readonly final: boolean
}

/** Sends one message; undefined when it arrived. Never throws. */
export type Way = (message: Message, signal: AbortSignal) => Promise<Failure | undefined>

export interface Target {
  /** Stays the same as long as it is written down in the same way. */
  readonly id: string
  readonly by: 'webhook' | 'mail' | 'chat'
  /** What it is called: without secrets. */
  readonly name: string
  /** All when absent. */
  readonly kinds?: readonly NoticeKind[]
  /** Only what belongs to one of these, or to none. */
  readonly workflows?: readonly string[]
  readonly send: Way
}

export function isForPeople({ by }: Target): boolean {
  return by !== 'webhook'
}

/** In one line, for subjects and heads: nothing in it can end the line. */
export function titleOf({ notices: [first, ...others] }: Message): string {
  const line = first.says.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, 160)
  return others.length === 0 ? line : `${others.length + 1} messages: ${countsOf([first, ...others])}`
}

function countsOf(notices: readonly Notice[]): string {
  const counts = new Map<string, number>()
  for (const { kind } of notices) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')
}

/** Of many, so many are written out. */
export const mostLines = 30
