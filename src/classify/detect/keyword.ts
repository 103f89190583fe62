import { RE2JS } from 're2js'
import type { Detector, Hit } from './hit.ts'

/** A value known by its form, looked for only near one of its keywords. */
export interface KeywordRule {
  readonly id: string
  /** Literals, in any case, one of which stands in or near the value. */
  readonly near: readonly string[]
  /** In RE2's syntax; the first group is the value where there is one, else the whole. */
  readonly pattern: string
  /** Something that has to come soon behind the keyword; native, and so simple that it cannot backtrack. */
  readonly soon?: RegExp
  /** Least bits of entropy for each character of the value. */
  readonly entropy?: number
}

/** How much of the text around a keyword is looked at: together at most 1 KB. */
const before = 200
const after = 800
const soonWithin = 40
/** How far a value that began in there may go on. */
const longestRest = 8192

/**
 * A detector of many rules: one pass over the text for all keywords, then only the rules whose keyword was met, on the text around.
 *
 * Linear in the length of the text: literals only in the first step, RE2 in the second. Rules are compiled when first needed.
 */
export function keywordDetector(name: string, rules: readonly KeywordRule[]): Detector {
  const byKeyword = new Map<string, KeywordRule[]>()
  for (const rule of rules) {
    for (const literal of rule.near.map((each) => each.toLowerCase())) {
      byKeyword.set(literal, [...(byKeyword.get(literal) ?? []), rule])
    }
  }
  const literals = [...byKeyword.keys()].sort((a, b) => b.length - a.length)
  if (literals.length === 0) return { name, find: () => [] }
  const any = new RegExp(literals.map(escaped).join('|'), 'gi')
  const mentions = mentionTest(literals)
  const compiled = new Map<KeywordRule, RE2JS>()
  return {
    name,
    find: (text) => {
      if (!mentions(text)) return []
      const windows = new Map<KeywordRule, Span[]>()
      for (const match of text.matchAll(any)) {
        for (const rule of rulesOf(byKeyword, match[0])) {
          const behind = match.index + match[0].length
          if (rule.soon !== undefined && !rule.soon.test(text.slice(behind, behind + soonWithin))) continue
          windows.set(rule, extended(windows.get(rule) ?? [], match.index, text.length))
        }
      }
      return [...windows].flatMap(([rule, spans]) => {
        const pattern = compiled.get(rule) ?? RE2JS.compile(rule.pattern)
        compiled.set(rule, pattern)
        return spans.flatMap((span) => matchesOf(rule, pattern, text, span))
      })
    },
  }
}

/**
 * Whether a text may have one of the literals, in any case: much faster than the expression that says where. Looked up by the first three
 * characters, of which five bits each are the same in upper and lower case.
 */
function mentionTest(literals: readonly string[]): (text: string) => boolean {
  if (literals.some((literal) => !/^[ -~]{2}(?:[ -~]|$)/.test(literal))) return () => true
  const begins = new Map<number, string[]>()
  for (const literal of literals) {
    const [first, second, third] = [literal.charCodeAt(0), literal.charCodeAt(1), literal.charCodeAt(2)]
    for (const next of literal.length > 2 ? [third] : Array.from({ length: 32 }, (_, each) => each)) {
      const key = ((first & 31) << 10) | ((second & 31) << 5) | (next & 31)
      begins.set(key, [...(begins.get(key) ?? []), literal])
    }
  }
  const table = new Uint8Array(1 << 15)
  for (const key of begins.keys()) table[key] = 1
  return (text) => {
    let key = 0
    for (let at = 0; at <= text.length; at++) {
      // One place beyond the end, where a literal of two characters may end.
      key = ((key << 5) | (at < text.length ? text.charCodeAt(at) & 31 : 0)) & 0x7fff
      if (table[key] === 1 && begins.get(key)?.some((literal) => standsAt(text, at - 2, literal)) === true) return true
    }
    return false
  }
}

function standsAt(text: string, at: number, literal: string): boolean {
  if (at < 0) return false
  for (let i = 0; i < literal.length; i++) {
    const [code, wanted] = [text.charCodeAt(at + i), literal.charCodeAt(i)]
    // Of what is not ASCII the expression knows the other case.
    if (wanted > 0x7f && code > 0x7f) continue
    if ((code >= 0x41 && code <= 0x5a ? code + 0x20 : code) !== wanted) return false
  }
  return true
}

interface Span {
  readonly start: number
  readonly end: number
}

/** A longer keyword may hide a shorter one that begins with the same letters: the rules of both are meant. */
function rulesOf(byKeyword: ReadonlyMap<string, readonly KeywordRule[]>, found: string): readonly KeywordRule[] {
  const lower = found.toLowerCase()
  const exact = byKeyword.get(lower) ?? []
  const within = [...byKeyword].filter(([literal]) => literal !== lower && lower.includes(literal))
  return within.length === 0 ? exact : [...exact, ...within.flatMap(([, rules]) => rules)]
}

/** Windows that overlap become one, so that no part of the text is looked at twice for one rule. */
function extended(spans: Span[], at: number, length: number): Span[] {
  const span = { start: Math.max(0, at - before), end: Math.min(length, at + after) }
  const last = spans.at(-1)
  if (last !== undefined && span.start <= last.end) spans[spans.length - 1] = { start: last.start, end: span.end }
  else spans.push(span)
  return spans
}

function matchesOf(rule: KeywordRule, pattern: RE2JS, text: string, span: Span): Hit[] {
  const hits: Hit[] = []
  const matcher = pattern.matcher(text.slice(span.start, span.end))
  while (matcher.find()) {
    const group = matcher.groupCount() > 0 && matcher.start(1) >= 0 ? 1 : 0
    const start = span.start + matcher.start(group)
    const end = wholeEnd(text, span.start + matcher.end(group), span.end)
    if (end > start && (rule.entropy === undefined || entropyOf(text.slice(start, end)) >= rule.entropy)) {
      hits.push({ start, end, by: rule.id })
    }
  }
  return hits
}

/** A value that reaches the end of the window goes on behind it. */
function wholeEnd(text: string, end: number, limit: number): number {
  if (end < limit) return end
  let at = end
  while (at < text.length && at - end < longestRest && /[\w.~+/=-]/.test(text[at] ?? '')) at++
  return at
}

const escaped = (literal: string): string => literal.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** Shannon entropy of the characters of a text, in bits a character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const each of text) counts.set(each, (counts.get(each) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}
