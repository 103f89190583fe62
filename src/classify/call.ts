/** What a guard needs of data classes for one call: what it carries, what is learnt of its answer, and what is taken out of both. */
import type { CallRequest, OperationId } from '../charter/charter.ts'
import { classesIn } from './classes.ts'
import type { Finding } from './finding.ts'
import type { Labels } from './labels.ts'
import { isNumber, leavesOf, numberText } from './leaf.ts'
import { type ClassEntry, type ClassMemory, rememberClass } from './memory.ts'
import { classesOf, noteSent } from './recall.ts'
import { redactAll } from './redact.ts'
import { type TokenBook, type TokenEntry, tokenise, tokensIn } from './token.ts'

/** Parts of a request in the order in which they are looked at; pointers of findings begin with the part, but for the body's. */
const parts = ['path', 'query', 'header', 'beside'] as const

/** What lets the caller in is for the guard, not for where the call goes. */
const letsIn = /^(?:authorization|proxy-authorization|cookie|x-api-key|dpop|lockstep-.*)$/i

/** A part of a request as far as it is looked at. */
function partOf(request: CallRequest, part: (typeof parts)[number]): Readonly<Record<string, unknown>> | undefined {
  const members = request[part]
  if (members === undefined || part !== 'header') return members
  return Object.fromEntries(Object.entries(members).filter(([name]) => !letsIn.test(name)))
}

/** A call as far as its data matters. */
export interface ClassedCall {
  readonly operation: OperationId
  readonly request: CallRequest
}

/** Everything classed that the arguments of a call carry: by the labels, and by what the run has seen. `at` is in the body; else it begins with `$path`, `$query`, `$header` or `$beside`. */
export function classesOfCall(
  labels: Labels,
  { operation, request }: ClassedCall,
  memory?: ClassMemory,
): readonly Finding[] {
  const found = (value: unknown, within: string): Finding[] => {
    const findings = [
      ...classesIn(labels, within === '$beside' ? { query: request.beside?.query } : value, {
        operation,
        side: 'arguments',
      }),
      ...(memory === undefined ? [] : classesOf(memory, value, `${operation}${within}`)),
    ]
    return within === '' ? findings : findings.map((each) => ({ ...each, at: `${within}${each.at}` }))
  }
  return [
    ...found(request.body, ''),
    ...parts.flatMap((part) => {
      const members = partOf(request, part)
      return members === undefined ? [] : found(members, `$${part}`)
    }),
  ]
}

/** What the memory has to take in as a call is sent. Changes nothing itself. */
export function noteCall(memory: ClassMemory, { operation, request }: ClassedCall): readonly ClassEntry[] {
  return [
    ...noteSent(memory, request.body, operation),
    ...parts.flatMap((part) => noteSent(memory, partOf(request, part), `${operation}$${part}`)),
  ]
}

/** Something of a class, as it was written where later runs read it. */
export interface Noted extends Pick<Finding, 'class' | 'by'> {
  readonly text: string
}

/** What the arguments of a call carry of classes, for a memory that outlives its run: in the shape in which it was written. */
export function notedIn(labels: Labels, call: ClassedCall, memory?: ClassMemory): readonly Noted[] {
  const whole = flattened(call.request)
  const noted = new Map<string, Noted>()
  for (const found of classesOfCall(labels, call, memory)) {
    const text = found.in === 'name' ? '' : textAt(whole, flatPlace(found).at).slice(found.start, found.end)
    if (text !== '') noted.set(`${found.class} ${text}`, { class: found.class, by: found.by, text })
  }
  return [...noted.values()]
}

/**
 * Remembers everything classed that an answer shows. @returns what has to be kept, and what was found.
 *
 * @param noted - What earlier runs wrote where this answer is from: the answer is of a class where it shows that.
 */
export function learnAnswer(
  memory: ClassMemory,
  labels: Labels,
  { operation, body }: { readonly operation: OperationId; readonly body: unknown },
  noted: readonly Noted[] = [],
): { readonly entries: readonly ClassEntry[]; readonly findings: readonly Finding[] } {
  const findings = classesIn(labels, body, { operation, side: 'answer' })
  const entries = rememberFound(memory, body, findings)
  const shown = noted.length === 0 ? '' : textsOf(body)
  const known = noted.filter(({ text }) => shown.includes(text.toLowerCase()))
  return {
    entries: [...entries, ...known.flatMap((each) => rememberClass(memory, each.text, each.class, each.by))],
    findings,
  }
}

/**
 * Remembers what of classes stands in words of the user. @returns what has to be kept.
 *
 * But for mail addresses: of those the local part alone counts, and who has a mail written calls whom it goes to by their name.
 */
export function learnWords(memory: ClassMemory, labels: Labels, texts: readonly string[]): readonly ClassEntry[] {
  const findings = classesIn({ ...labels, places: [] }, texts, { operation: '', side: 'answer' })
  return rememberFound(
    memory,
    texts,
    findings.filter(({ by }) => by !== 'email'),
  )
}

function rememberFound(memory: ClassMemory, body: unknown, findings: readonly Finding[]): readonly ClassEntry[] {
  const texts = new Map<string, string>()
  return findings.flatMap((finding) => {
    if (finding.in === 'name' || finding.how !== 'plain') return []
    const text = texts.get(finding.at) ?? textAt(body, finding.at)
    texts.set(finding.at, text)
    return rememberClass(memory, text.slice(finding.start, finding.end), finding.class, finding.by)
  })
}

function textsOf(value: unknown): string {
  return leavesOf(value)
    .map(({ text }) => text.toLowerCase())
    .join('\n')
}

function textAt(value: unknown, at: string): string {
  let current = value
  for (const step of at.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    current = typeof current === 'object' && current !== null ? Reflect.get(current, name) : undefined
  }
  return typeof current === 'string' ? current : isNumber(current) ? numberText(current) : ''
}

/** What must be covered in the arguments, as decisions owe it. */
export interface Cover {
  readonly at: string
  readonly class: string
  readonly with: 'redact' | 'token'
}

/** What a cover needs. */
export interface Covering {
  readonly find: (request: CallRequest) => readonly Finding[]
  readonly covers: readonly Cover[]
  readonly tokens: Parameters<typeof tokenise>[2]
}

/**
 * The request with everything covered that a decision says has to be.
 *
 * What is to be redacted is redacted until nothing of it is found any more. A token is put where the value stands as it is; where it
 * stands in a disguise, there is no telling what a token would stand for, and it is redacted.
 */
export function coverRequest(
  request: CallRequest,
  { find, covers, tokens }: Covering,
): { readonly request: CallRequest; readonly entries: readonly TokenEntry[] } {
  const owed = (finding: Finding): Cover | undefined =>
    covers.find((each) => each.at === finding.at && each.class === finding.class)
  const plain = find(request).filter((each) => owed(each)?.with === 'token' && each.how === 'plain')
  const withTokens = tokenise(flattened(request), plain.map(flatPlace), tokens)
  const rest = (value: unknown): Finding[] =>
    find(unflattened(request, value))
      .filter((each) => covers.some((cover) => cover.class === each.class && startsAt(each.at, cover.at)))
      .map(flatPlace)
      .filter(isNoToken(value, tokens.book))
  return { request: unflattened(request, redactAll(withTokens.value, rest)), entries: withTokens.entries }
}

/** Redaction may rename a member on the way to a place. */
const startsAt = (at: string, cover: string): boolean => at === cover || at.startsWith(`${cover}/`)

/** All parts of a request as one value. */
const flattened = (request: CallRequest): unknown => ({ ...request })

const flatPlace = (finding: Finding): Finding => ({
  ...finding,
  at: finding.at.startsWith('$') ? `/${finding.at.slice(1)}` : `/body${finding.at}`,
})

function unflattened(request: CallRequest, value: unknown): CallRequest {
  return typeof value === 'object' && value !== null ? { ...request, ...value } : request
}

/** A label says of whatever stands at its place that it is of a class, and so of a token that was put there; and what is drawn at random looks like a key. */
function isNoToken(value: unknown, book: TokenBook): (finding: Finding) => boolean {
  return ({ at, start, end, in: within }) => {
    if (book.byToken.size === 0 || within === 'name') return true
    return !tokensIn(textAt(value, at), book).some((each) => each.start <= start && end <= each.end)
  }
}

/** Which of the findings in a request are in more than tokens of its run. */
export function besideTokens(request: CallRequest, findings: readonly Finding[], book: TokenBook): readonly Finding[] {
  const isOther = isNoToken(flattened(request), book)
  return findings.filter((each) => isOther(flatPlace(each)))
}

/** Takes classes out of an answer; of those in `tokens`, puts tokens in their place. */
export function withholdClasses(
  body: unknown,
  find: (body: unknown) => readonly Finding[],
  { classes, tokens: tokened }: { readonly classes: readonly string[]; readonly tokens: readonly string[] },
  tokens: Parameters<typeof tokenise>[2],
): { readonly body: unknown; readonly entries: readonly TokenEntry[] } {
  const held = (value: unknown): Finding[] => find(value).filter((each) => classes.includes(each.class))
  const marked = held(body).filter((each) => tokened.includes(each.class) && each.how === 'plain')
  const { value, entries } = tokenise(body, marked, tokens)
  return { body: redactAll(value, (each) => held(each).filter(isNoToken(each, tokens.book))), entries }
}
