/** Where data goes by a call, and whether that is a place a charter means. */
import type { Destination } from '../charter/agent.ts'
import { parsePointer, printPointer } from '../charter/pointer.ts'
import type { ClassSeen } from './facts.ts'

/** A call as far as it matters where it goes. */
export interface Going {
  readonly operation: string
  readonly body: unknown
}

/**
 * Whether data seen in a call goes to a destination by it.
 *
 * With a place and a value (`desk.send_email#/to=*@example.com`) all values at that place have to fit, and those of the copies beside it: one
 * recipient that is not meant makes all of it go astray. With a place alone, the data has to stand there or below.
 */
export function leadsTo(to: Destination, seen: ClassSeen, { operation, body }: Going): boolean {
  if (to.kind === 'model') return seen.to !== undefined && matches(to.glob, seen.to.name)
  if (to.kind !== 'operation') return matches(to.glob, seen[to.kind] ?? '') && seen[to.kind] !== undefined
  if (seen.to !== undefined || !matches(to.glob, operation)) return false
  if (to.at === undefined) return true
  if (to.value === undefined) return isAtOrBelow(to.at, parsePointer(seen.at))
  const { value } = to
  const found = valuesAt(body, to.at)
  if (found.length === 0) return false
  return [...found, ...copiesBeside(body, to.at)].every((each) => typeof each === 'string' && isMeant(value, each))
}

const recipients = /^(?:to|b?cc)(?:[_-]?(?:recipients?|address(?:es)?|e?mails?))?$/i

/** Who else gets what goes to a place of recipients: mails have open and blind copies, however their members are spelled. */
function copiesBeside(body: unknown, at: readonly string[]): readonly unknown[] {
  const index = at.findLastIndex((step) => recipients.test(step))
  if (index < 0) return []
  return valuesAt(body, at.slice(0, index)).flatMap((mail) =>
    typeof mail !== 'object' || mail === null
      ? []
      : Object.entries(mail).flatMap(([name, value]) =>
          name !== at[index] && recipients.test(name) ? leavesOf(value) : [],
        ),
  )
}

/** What stands in a value, at any depth; nothing where it is empty. */
function leavesOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null || value === '') return []
  return typeof value === 'object' ? Object.values(value).flatMap(leavesOf) : [value]
}

function isAtOrBelow(pattern: readonly string[], at: readonly string[] | undefined): boolean {
  if (at === undefined || at.length < pattern.length) return false
  return pattern.every((step, index) => step === '*' || step === at[index])
}

function valuesAt(value: unknown, [step, ...rest]: readonly string[]): readonly unknown[] {
  if (step === undefined) return Array.isArray(value) ? value : [value]
  if (typeof value !== 'object' || value === null) return []
  if (step === '*') return Object.values(value).flatMap((each: unknown) => valuesAt(each, rest))
  return Object.hasOwn(value, step) ? valuesAt(Reflect.get(value, step), rest) : []
}

/**
 * Whether a text names nothing but what is meant. Of several in one text, or of a list of addresses, each has to be; in a link, `*` in the
 * host stands for a part of the host only, and a host that hides behind a user name is none.
 */
export function isMeant(glob: string, text: string): boolean {
  if (glob.includes('://')) return isMeantLink(glob, text)
  if (!glob.includes('@')) return matches(glob, text) && partsOf(glob, text).every((each) => matches(glob, each))
  const addresses = text.split(/[\s,;<>|\uff0c\uff1b\uff5c\u3001]+/u).filter((each) => each.includes('@'))
  return (
    addresses.length > 0 && addresses.every((each) => isAddress(each) && matches(glob, each.replace(/^mailto:/i, '')))
  )
}

/** With another sign between them, two addresses would be one that ends as the second does. */
const isAddress = (text: string): boolean => text.indexOf('@') === text.lastIndexOf('@')

/** What stands between several in one text, also in full width. */
const between = [/\s/u, /[,\uff0c\u3001]/, /[;\uff1b]/, /[|\uff5c]/]

/** What a text names, if it may be several. A sign that the glob itself has is part of each. */
function partsOf(glob: string, text: string): readonly string[] {
  if (!glob.includes('*') || /^\*+$/.test(glob)) return [text]
  return between
    .filter((sign) => !sign.test(glob))
    .reduce<readonly string[]>((parts, sign) => parts.flatMap((each) => each.split(sign)), [text])
    .filter((each) => each !== '')
}

/** Behind what may stand between two. */
const anotherLink = /[,;|<>][a-z][a-z0-9+.-]*:\/\//i

const link = /^([a-z*][a-z0-9+.*-]*):\/\/([^/?#\\]*)(.*)$/is

function isMeantLink(glob: string, text: string): boolean {
  const [, scheme = '', host = '', rest = ''] = link.exec(glob) ?? []
  // Browsers and libraries differ on what these mean, so nothing can be meant by them.
  if (/[\s\\]|\p{Cc}/u.test(text) || anotherLink.test(text)) return false
  const [, otherScheme, otherHost = '', otherRest = ''] = link.exec(text) ?? []
  if (otherScheme === undefined || otherHost.includes('@')) return false
  return matches(scheme, otherScheme) && matches(host, otherHost) && (rest === '' || matches(rest, otherRest))
}

/** `*` stands for anything. Case does not count. */
export function matches(glob: string, text: string): boolean {
  const parts = glob.toLowerCase().split('*')
  const lower = text.toLowerCase()
  const [first = '', last = ''] = [parts[0], parts.at(-1)]
  if (parts.length === 1) return lower === first
  if (!lower.startsWith(first) || !lower.endsWith(last) || lower.length < first.length + last.length) return false
  let from = first.length
  for (const part of parts.slice(1, -1)) {
    const at = lower.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return from <= lower.length - last.length
}

/** A destination as it is written. */
export function printDestination(to: Destination): string {
  if (to.kind !== 'operation') return `${to.kind}:${to.glob}`
  if (to.at === undefined) return to.glob
  return `${to.glob}#${printPointer(to.at)}${to.value === undefined ? '' : `=${to.value}`}`
}
