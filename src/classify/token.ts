import type { Finding } from './finding.ts'
import { type Mark, redact } from './redact.ts'

/** One token, and what it stands for. Holds the plain value: to be kept sealed. */
export interface TokenEntry {
  readonly token: string
  readonly class: string
  readonly plain: string
  /** The value was a number by itself. */
  readonly number?: true
}

/** The tokens of one run. Another run's tokens mean nothing here. */
export interface TokenBook {
  readonly byToken: Map<string, TokenEntry>
  readonly byPlain: Map<string, TokenEntry>
}

/** Draws what makes a token unguessable: at least 16 random hexadecimal digits, new each time. */
export type Draw = () => string

/** What a text has to look like where it goes to: `format` of its schema. */
export type FormatOf = (at: string) => string | undefined

/** The book that these entries add up to. */
export function tokenBook(entries: Iterable<TokenEntry> = []): TokenBook {
  const book: TokenBook = { byToken: new Map(), byPlain: new Map() }
  for (const entry of entries) addToken(book, entry)
  return book
}

/** Adds a token that was drawn before. */
export function addToken(book: TokenBook, entry: TokenEntry): void {
  book.byToken.set(entry.token, entry)
  book.byPlain.set(plainKey(entry.class, entry.plain, shapeOf(entry.token)), entry)
}

const plainKey = (name: string, plain: string, shape: string): string => `${shape} ${name} ${plain}`

/** What was asked for, and what has to be kept for `restoreTokens` to undo it. */
export interface Tokenised {
  readonly value: unknown
  readonly entries: readonly TokenEntry[]
}

/**
 * Replaces every finding by a token such as `⟦personal:3f9a…⟧`; the same value gets the same token throughout a run.
 *
 * Where the place asks for an e-mail address, a UUID, a link or a telephone number, the token looks like one that belongs to nobody.
 */
export function tokenise(
  value: unknown,
  findings: readonly Finding[],
  { book, draw, formatOf }: { book: TokenBook; draw: Draw; formatOf?: FormatOf },
): Tokenised {
  const entries: TokenEntry[] = []
  const mark: Mark = (finding, taken) => {
    const shape = shapeFor(formatOf?.(finding.at))
    const known = book.byPlain.get(plainKey(finding.class, taken, shape))
    if (known !== undefined && known.number === (finding.in === 'number' || undefined)) return known.token
    const token = shapes[shape](finding.class, draw())
    const entry: TokenEntry = {
      token,
      class: finding.class,
      plain: taken,
      ...(finding.in === 'number' ? { number: true } : {}),
    }
    addToken(book, entry)
    entries.push(entry)
    return token
  }
  return { value: redact(value, findings, mark), entries }
}

type Shape = 'plain' | 'email' | 'uuid' | 'uri' | 'phone'

const shapeFor = (format: string | undefined): Shape =>
  format === 'email' || format === 'idn-email'
    ? 'email'
    : format === 'uuid' || format === 'uri' || format === 'phone'
      ? format
      : 'plain'

/** Names under `.invalid` (RFC 6761) belong to nobody, nor do numbers of the country code 999. */
const shapes: Readonly<Record<Shape, (name: string, random: string) => string>> = {
  plain: (name, random) => `⟦${name}:${random}⟧`,
  email: (_, random) => `t-${random}@token.invalid`,
  uuid: (_, random) => uuidOf(random.padEnd(32, '0')),
  uri: (_, random) => `https://token.invalid/${random}`,
  phone: (_, random) =>
    `+999${BigInt(`0x${random.slice(0, 12)}`)
      .toString()
      .slice(-11)
      .padStart(11, '0')}`,
}

/** Version 8 of RFC 9562: its content is our own. */
const uuidOf = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`

const anyToken =
  /⟦[^⟦⟧:]{1,64}:[0-9a-f]{16,64}⟧|t-[0-9a-f]{16,64}@token\.invalid|https:\/\/token\.invalid\/[0-9a-f]{16,64}|[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}|\+999\d{11}/g

/** Where tokens that were drawn in a run stand in a text. */
export function tokensIn(text: string, book: TokenBook): readonly { readonly start: number; readonly end: number }[] {
  return [...text.matchAll(anyToken)].flatMap(({ 0: token, index: start }) =>
    book.byToken.has(token) ? [{ start, end: start + token.length }] : [],
  )
}

function shapeOf(token: string): Shape {
  if (token.startsWith('⟦')) return 'plain'
  if (token.startsWith('t-')) return 'email'
  if (token.startsWith('+')) return 'phone'
  return token.startsWith('https:') ? 'uri' : 'uuid'
}

/**
 * Puts back what tokens stand for, in texts, whole values and names of members. Tokens of classes the receiver may not see, and tokens
 * nobody drew in this run, stay as they are.
 *
 * @param may - Whether the receiver may see a class, at a place given as JSON Pointer tokens.
 */
export function restoreTokens(
  value: unknown,
  book: TokenBook,
  may: (name: string, at: readonly string[]) => boolean,
  at: readonly string[] = [],
): unknown {
  if (typeof value === 'string') return restoreText(value, book, (name) => may(name, at))
  if (Array.isArray(value))
    return value.map((each: unknown, index) => restoreTokens(each, book, may, [...at, String(index)]))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      String(restoreText(name, book, (each) => may(each, [...at, name]))),
      restoreTokens(member, book, may, [...at, name]),
    ]),
  )
}

function restoreText(text: string, book: TokenBook, may: (name: string) => boolean): unknown {
  const alone = book.byToken.get(text)
  if (alone !== undefined && may(alone.class)) return alone.number === true ? numberOf(alone.plain) : alone.plain
  return text.replaceAll(anyToken, (token) => {
    const entry = book.byToken.get(token)
    return entry !== undefined && may(entry.class) ? entry.plain : token
  })
}

/** A number that a double cannot hold stays text rather than becoming another number. */
function numberOf(plain: string): unknown {
  return String(Number(plain)) === plain ? Number(plain) : plain
}
