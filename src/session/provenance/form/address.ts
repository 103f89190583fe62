import topLevel from 'tlds' with { type: 'json' }
import validator from 'validator'
import type { TracedValue } from '../../../constraint/facts.ts'
import { decodings } from '../../../text/decode.ts'
import { plain } from '../../../text/plain.ts'
import { type Account, accountsIn, likelyAccountsIn, replaceAccounts, replaceWrittenAccounts } from './account.ts'
import { digitRunsIn, dressedRunsIn, phonesIn } from './phone.ts'
import { replaceWallets, walletsIn } from './wallet.ts'

// Every repetition is bounded: a text must not cost more than its length.
const host = String.raw`(?:[\p{L}\p{N}-]{1,63}\.){1,8}`
const octet = String.raw`(?:25[0-5]|2[0-4]\d|[01]?\d?\d)`
const apart = String.raw`(?<![\p{L}\p{N}@._-])`
/** What a link goes on with. */
export const inLink = String.raw`[^\s"'<>\])}]`
const inPath = `/${inLink}`
const fullName = String.raw`${host}\p{L}{2,24}`
export const mailPattern = String.raw`[\p{L}\p{N}._%+-]{1,64}@${fullName}`
const places = new RegExp(
  [
    mailPattern,
    String.raw`(?:[a-z][a-z0-9+.-]{1,20}:\/\/|www\.)${inLink}{1,2000}`,
    `${apart}${fullName}/${inLink}{1,2000}`,
    String.raw`(?<![\p{L}\p{N}.])(?=(?:\.?\d){8})(?:${octet}\.){3}${octet}(?!\d)(?:[:/]${inLink}{1,2000})?(?![.-]?\d)`,
  ].join('|'),
  'giu',
)
/** What Lockstep puts in the place of data: nothing can be sent to it. */
const tokens =
  /(?<![\p{L}\p{N}._%+-])(?:t-[0-9a-f]{16,64}@token\.invalid|https:\/\/token\.invalid\/[0-9a-f]{16,64}|\+999\d{11})(?![\p{L}\p{N}/?#&=%@-]|\.[\p{L}\p{N}])/gu
/** ISINs look like the beginning of an account. */
const securities = /(?<![\p{L}\p{N}])[A-Z]{2}[A-Z0-9]{9}\d(?![\p{L}\p{N}])/gu
/** A slash that begins no link: of `a/b`, not of `//`, `:/` or `\/\/`. */
const pathSlash = String.raw`(?<![:/]\\?)\/`
const inPathBefore = new RegExp(`${pathSlash}$`)
/** `m.in.`, `f.Kr.`: single letters and two with a dot behind each, which a country's ending would make a host. */
const abbreviated = String.raw`\.(?<=${apart}(?:\p{L}\.){1,3}\p{L}{2}\.)(?![\p{L}\p{N}])`
/** What may be the name of a host, or of a file, or two sentences without a blank. Behind a slash only where that may begin a link: `//`, `:/`. */
const bareNames = new RegExp(
  String.raw`(?<![\p{L}\p{N}@._-]|${pathSlash})${fullName}(?![\p{L}\p{N}@-])(?!${inPath}|${abbreviated})`,
  'gu',
)
/** What is the name of a host if it was told as one: with any sign before and behind, but for other paths of its links and other mailboxes of it. */
const anyNames = new RegExp(
  [
    String.raw`(?<![\p{L}\p{N}])(?=[\p{L}\p{N}][\p{L}\p{N}-]{0,62}\.)`,
    String.raw`(?:(?<=(?<!:)\/\/[^\s/@]{1,64}@)${fullName}|`,
    String.raw`(?<![\p{L}\p{N}][._-]{1,3}|[\p{L}\p{N}._%+-]@|[a-z][a-z0-9+.-]:\/\/)${fullName}(?!${inPath}))`,
    String.raw`(?![\p{L}\p{N}]|@[\p{L}\p{N}]|-[\p{L}\p{N}-]{0,62}\.\p{L})`,
  ].join(''),
  'giu',
)
const certainNames = new RegExp(
  String.raw`(?:@(?<=[\p{L}\p{N}._%+"-]@)|:\/\/(?:[^\s/@]{0,64}@)?)(${fullName})|${apart}(?:www\.)(${fullName})|${apart}(${fullName})${inPath}`,
  'giu',
)

/** Whatever is found has one of these. */
const mayHaveAddress = /[@\d]|:\/\/|\.[^\s.]|www\./i

/** What in a longer text can be sent to, called or opened: e-mail addresses, links, account and phone numbers, wallets. Each as it is written. */
export function addressesIn(text: string): readonly string[] {
  return found(text, phonesIn)
}

/** The same with every longer number, and with all that begins like an account: it may be one. */
export function likelyAddressesIn(text: string): readonly string[] {
  return found(text, (rest) => digitRunsIn(rest).map(({ run }) => run.trim()), true)
}

function found(text: string, numbersIn: (text: string) => readonly string[], isLikely = false): readonly string[] {
  if (!mayHaveAddress.test(text)) return []
  const names: string[] = []
  // Models write line breaks as escapes where they escape twice.
  const take = (address: string): string => {
    names.push(withoutEnd(address))
    return ' '
  }
  const plainly = withoutTokens(text.replace(/\\[nrt]/g, ' '))
  // In groups an account may look like a number of a network, or like a path.
  const alone = replaceAccounts(plainly, (account) =>
    isInAddress(plainly, account) ? plainly.slice(account.start, account.end) : take(account.written),
  )
  const others = alone.replace(places, take)
  const rest = /\d/.test(others)
    ? replaceWallets(
        replaceWrittenAccounts(
          replaceAccounts(others, ({ written }) => take(written)).replace(securities, (each) =>
            validator.isISIN(each) ? ' ' : each,
          ),
          take,
          isLikely,
        ),
        take,
      )
    : others
  const bare = (rest.match(bareNames) ?? []).filter(endsAsHost)
  return [...new Set([...names, ...bare, ...numbersIn(rest)])]
}

function withoutTokens(text: string): string {
  return /token\.invalid|\+999/.test(text) ? text.replace(tokens, ' ') : text
}

const openLink = new RegExp(String.raw`(?:\/\/|www\.|@|\.\p{L}{2,24}(?::\d{1,5})?\/)${inLink}*$`, 'iu')
const restOfHost =
  /^(?:[\p{L}\p{N}._%+-]{0,64}@|(?:-[\p{L}\p{N}-]{1,63})?(?:\.[\p{L}\p{N}-]{1,63}){0,8}\.\p{L}{2,24}(?!\p{L}))/u

/** What an address that was found is, for whoever is told of it. */
export function kindOf(address: string): NonNullable<TracedValue['part']> {
  if (/^[A-Z]{2}\d{2}[A-Z\d ]+$/i.test(address)) return 'account'
  if (walletsIn(address)[0] === address) return 'wallet'
  if (/:\/\/|^www\.|\p{L}\//u.test(address)) return 'link'
  if (address.includes('@')) return 'e-mail address'
  return /\p{L}/u.test(address) ? 'host' : 'number'
}

/** Whether what stands before an account, or behind it, may be of the same link or e-mail address. */
function isInAddress(text: string, { start, end }: Account): boolean {
  return openLink.test(text.slice(Math.max(0, start - 256), start)) || restOfHost.test(text.slice(end, end + 256))
}

const linkHead = /^(?:[a-z][a-z0-9+.-]{1,20}:)?(?:\/\/)?[^/?#]*/i
/** Where another address may begin in the path or query of a link. */
const innerStart = new RegExp(
  String.raw`[?&=#;,|]|(?<![a-z0-9+.-])(?=[a-z][a-z0-9+.-]{1,20}:\/\/)|(?<=(?<!:\/)\/)(?=${fullName}(?:[/?#:]|$))`,
  'giu',
)

/** What the path and the query of a link have in them: links to elsewhere, e-mail addresses, accounts by their check digits, wallets. */
export function addressesInside(link: string): readonly string[] {
  const inside = link.replace(linkHead, '')
  if (inside.length < 5 || !/[.@\d]/.test(inside)) return []
  const parts = inside.replace(innerStart, ' ')
  return [
    ...[...(parts.match(places) ?? []), ...walletsIn(parts)].map(withoutEnd),
    ...accountsIn(parts).map(({ written }) => written),
  ]
}

/** A link without what does not change whose it is. */
export function placeOf(address: string): string {
  const bare = address.replace(/^[a-z][a-z0-9+.-]{1,20}:\/\/(?:[^\s/?#]*@)?/i, '').replace(/[?#].*$/s, '')
  return bare.replace(/^www\./i, '').replace(/^([^/:]+?)\.?(?::\d{1,5})?(?=\/|$)/, '$1')
}

/** A text without some of the links, e-mail addresses and accounts in it. */
export function withoutAddresses(text: string, taken: ReadonlySet<string>): string {
  if (taken.size === 0) return text
  const without = (each: string): string => (taken.has(withoutEnd(each)) ? ' ' : each)
  const kept = ({ start, end, written }: Account): string => (taken.has(written) ? ' ' : text.slice(start, end))
  return replaceWrittenAccounts(replaceAccounts(text, kept).replace(places, without), without, true)
}

/** What ends names of hosts, reserved ones (RFC 2606, 6761) as well. */
const endings = new Set([...topLevel, 'example', 'invalid', 'local', 'onion', 'test'])
/** Of these, what ends names of files and abbreviations far more often. */
const otherEndings: ReadonlySet<string> = new Set(['md', 'mov', 'nr', 'py', 'rs', 'sh', 'zip'])
const abbreviation =
  /^(?:(?:acct?|art|cat|cust|inv|kd|mob|org|pos|ref|reg|ser|tel)\.(?:id|no)|(?:avda|ctra|plza)\.(?:de|la)|c\.so|p\.za|n\.ro)$/i

/** Whether a name ends as names of hosts do, and is none of files and abbreviations: `collect.shop`, not `manual.pdf`, `notes.md`, `org.nr`. */
function endsAsHost(name: string): boolean {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return endsHosts(ending) && !otherEndings.has(ending) && !abbreviation.test(name)
}

const beginnings = new Set([...endings].flatMap((each) => Array.from(each, (_, at) => each.slice(0, at + 1))))

/** Whether what names of hosts end with begins so. */
export function beginsEnding(letters: string): boolean {
  return beginnings.has(letters)
}

/** Whether names of hosts end so. */
export function endsHosts(letters: string): boolean {
  return endings.has(letters)
}

function withoutEnd(address: string): string {
  return address.replace(/[.,;:!?'"’”*_]{1,9}$/u, '')
}

/** What is an address only where it was seen as one: names as hosts have them, what begins like an account, and runs of digits. */
export function maybeAddressesIn(text: string): {
  readonly hosts: readonly string[]
  readonly accounts: readonly string[]
  readonly runs: readonly string[]
} {
  const bare = withoutTokens(text)
  return {
    hosts: /[^\s.]\.[^\s.]/.test(bare) ? namesIn(bare) : [],
    accounts: /[a-z]\d\d|\d{16}|\d{4}[ -]\d{2}/i.test(bare) ? likelyAccountsIn(bare) : [],
    runs: /\d/.test(bare) ? [...digitRunsIn(bare).map(({ run }) => run), ...dressedRunsIn(bare)] : [],
  }
}

/** In a path names of files stand, too. */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(anyNames)].flatMap(({ 0: found, index }) =>
    inPathBefore.test(text.slice(Math.max(0, index - 3), index)) && !endsAsHost(found) ? [] : found,
  )
}

/** The hosts that a text says are some: of its links and e-mail addresses. */
export function hostsIn(text: string): readonly string[] {
  if (!/[@.]/.test(text) || !/@|:\/\/|www\.|\.[^\s/.]+\//i.test(text)) return []
  const found = [...text.matchAll(certainNames)].map(([, linked, named, begun]) => linked ?? named ?? begun ?? '')
  return [...new Set(found.flatMap(hostNames))]
}

/** What a host is known by, in whatever letters: as it looks, and as it looks in small letters, where those look like others. */
export function hostNames(written: string): readonly string[] {
  const names = [written, written.toLowerCase()].map((each) => plain(each).replace(/^www\./, ''))
  return [...new Set(names)]
}

const stops = /\s{0,3}[[({]\s?(?:dot|punkt|point|punto|\.)\s?[\])}]\s{0,3}|\sdot\s|\s\.\s?(?=[\p{L}\p{N}])|。/gu
const ats = /\s{0,3}[[({]\s?(?:at|@)\s?[\])}]\s{0,3}|\s{0,3}@\s{0,3}/gu

/** Signs, letters of scripts other than Latin, and Latin ones that no language is written with: in full width, raised, small capitals. */
const otherSigns = /[^\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1effəªº\s -~–—‘’“”„‚«»‹›…€£°•]/u
const dress = /[[({]\s?(?:dot|punkt|point|punto|at|[.@])\s?[\])}]|\sdot\s|\s\.\s?\S|\s@|@\s|hxxp|h\*\*p/i
const escapes = /[%&\\]|xn--|[\u{e0020}-\u{e007e}]|(?:[0-9a-f]{2}[ :-]){3}|\d{16}/iu
/** No words of a language: a capital behind a small letter, a digit behind a letter. */
const mixed = /[a-z][A-Z]|[A-Za-z]\d/
const longRun = /[A-Za-z0-9+/_-]{12,}/g

/** Markup that parts no words, and signs that Markdown does not show. */
const inline =
  /<(?!\/?(?:p|br|hr|div|t[dhr]|table|[uod]l|li|d[td]|h[1-6]|pre|section|article|blockquote|title|option)\b)[^<>]{0,200}>|\[\/?[a-z]{1,12}\]|[*`~]{1,3}|(?<![\p{L}\p{N}])_{1,3}|_{1,3}(?![\p{L}\p{N}])|\\(?=[.@*_-])/giu
const markedName = new RegExp(String.raw`[\p{L}\p{N}@.-](?:${inline.source}){1,4}[\p{L}\p{N}@.-]`, 'iu')
/** `c o m`: at least six letters, each by itself. */
const spaced =
  /(?<![\p{L}\p{N}])[\p{L}\p{N}](?:(?:[ \t\u00a0]{1,2}|[ \t\u00a0]{0,2}[.@-][ \t\u00a0]{0,2})[\p{L}\p{N}](?![\p{L}\p{N}])){5,80}/gu

/** The text, and what a reader takes it for: decoded, and with the dress gone that keeps programs from seeing addresses: `hxxp`, `[.]`, `(at)`, signs of other scripts. */
export function readingsOf(text: string): ReadonlySet<string> {
  const readings = [text]
  for (let [deep, last] = [0, readings.slice()]; deep < 3; deep += 1) {
    last = last.flatMap((each) => (mayBeEncoded(each) ? decodings(each, 12) : []))
    readings.push(...last)
  }
  return new Set(readings.flatMap(nakedReadings))
}

/** The text without dress, and without the markup and the blanks that part the letters of a name. */
function nakedReadings(text: string): readonly string[] {
  const naked = otherSigns.test(text) || dress.test(text) ? undressed(text) : text
  const small = otherCapitals.test(text) ? [joinedReading(undressed(text.toLowerCase()))] : []
  return [text, naked, joinedReading(naked), ...small]
}

/** Capitals that may look like other Latin letters than their small ones. */
const otherCapitals = /(?!\p{Script=Latin})\p{Lu}\P{L}{0,4}(?!\p{Script=Latin})\p{Lu}/u

/** The text without the markup and the blanks that part the letters of a name. */
export function joinedReading(text: string): string {
  const isMarked = /[<[*_`~\\]/.test(text) && markedName.test(text)
  return (isMarked ? text.replace(inline, '') : text).replace(spaced, (letters) =>
    /[.@]/.test(letters) && /\p{L}/u.test(letters) ? letters.replace(/\s/g, '') : letters,
  )
}

function mayBeEncoded(text: string): boolean {
  return escapes.test(text) || (mixed.test(text) && (text.match(longRun) ?? []).some((run) => mixed.test(run)))
}

function undressed(text: string): string {
  return plain(text)
    .replace(stops, '.')
    .replace(ats, '@')
    .replace(/\bh(?:xx|\*\*|tt)p(s?)\s?:\s?\/\//g, 'http$1://')
}
