/** Attempts to sign in that were refused: counted, and put on the record, so that a flood of them fills neither the record nor the way of others. */
import type { IncomingMessage } from 'node:http'
import type { Guard } from '../../guard/guard.ts'
import type { Way } from '../viewer.ts'

/** Whom attempts are counted for: a browser that signed in before, or an address. */
export interface Trying {
  readonly key: string
  /** Somebody signed in with this browser before: what strangers do does not count against it. */
  readonly known: boolean
}

export interface Refusals {
  /** Whether attempts that cost something are not looked at for now. */
  tooMany(who: Trying): boolean
  /** Puts it on the record; of too many, only how many more there were, once a minute. @returns false then. */
  refused(who: Trying, how: Way, why: string): Promise<boolean>
  /** Seconds until attempts are looked at again. */
  retryAfter(): number
  /** What was only counted goes on the record. */
  close(): Promise<void>
}

/** How many a minute are looked at and recorded one by one. */
const most = { ofOne: 10, ofStrangers: 100 }
const minuteMs = 60_000

export function makeRefusals(
  guard: Pick<Guard, 'note'>,
  now: () => number,
  onError: (error: unknown) => void,
): Refusals {
  let began = now()
  let strangers = 0
  let unrecorded = 0
  let timer: NodeJS.Timeout | undefined
  // Strangers beyond their number are not entered, so it has no more entries than those and the browsers that are known.
  const counts = new Map<string, number>()
  const turn = (): void => {
    if (now() - began < minuteMs) return
    began = now()
    strangers = 0
    counts.clear()
  }
  const tooMany = ({ key, known }: Trying): boolean => {
    turn()
    return (counts.get(key) ?? 0) >= most.ofOne || (!known && strangers >= most.ofStrangers)
  }
  const flush = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const more = unrecorded
    unrecorded = 0
    if (more > 0)
      await guard.note({
        kind: 'control-sign-in-refused',
        why: `${more} more attempts, too many to be told one by one`,
      })
  }
  return {
    tooMany,
    async refused(who, how, why) {
      if (tooMany(who)) {
        unrecorded += 1
        timer ??= setTimeout(() => void flush().catch(onError), minuteMs).unref()
        return false
      }
      counts.set(who.key, (counts.get(who.key) ?? 0) + 1)
      if (!who.known) strangers += 1
      await guard.note({ kind: 'control-sign-in-refused', why, how })
      return true
    },
    retryAfter: () => Math.max(1, Math.ceil((began + minuteMs - now()) / 1000)),
    close: flush,
  }
}

/** The address a request comes from; of IPv6 the part that names a network, as a host has all addresses of one. */
export function addressOf({ socket }: Pick<IncomingMessage, 'socket'>): string {
  const address = socket.remoteAddress ?? ''
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1]
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? []
  const [left, right] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - (left?.length ?? 0) - (right?.length ?? 0))
  const groups = [...(left ?? []), ...Array.from({ length: zeros }, () => '0'), ...(right ?? [])]
  return groups.slice(0, 4).join(':')
}
