import type { Detector, Hit } from './hit.ts'

/** RFC 5321 section 4.5.3.1. */
const longestLocal = 64
const longestDomain = 253

/** E-mail addresses as people write them; quoted local parts and address literals are not looked for. */
export const email: Detector = {
  name: 'email',
  find: (text) => {
    const hits: Hit[] = []
    for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
      const start = localStart(text, at)
      const end = domainEnd(text, at)
      if (start !== undefined && end !== undefined) hits.push({ start, end, by: 'email' })
    }
    return hits
  },
}

function localStart(text: string, at: number): number | undefined {
  let start = at
  while (start > 0 && at - start < longestLocal && isLocal(text.charCodeAt(start - 1))) start--
  while (start < at && /[.*]/.test(text[start] ?? '')) start++
  if (start === at || text[at - 1] === '.') return undefined
  // `git@host:path` names no person.
  return text.slice(start, at) === 'git' ? undefined : start
}

function domainEnd(text: string, at: number): number | undefined {
  let end = at + 1
  while (end < text.length && end - at <= longestDomain && isDomain(text.charCodeAt(end))) end++
  while (end > at + 1 && (text[end - 1] === '.' || text[end - 1] === '-')) end--
  const domain = text.slice(at + 1, end)
  return /^(?!-)[^.]+(?:\.[^.]+)*\.[\p{L}][\p{L}\d-]*[\p{L}\d]$/u.test(domain) ? end : undefined
}

const isWord = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code >= 0xa1

/** RFC 5322 `atext` and the dot, but for `/`, `=`, `?`, `'`, `` ` `` and `|`, which stand around addresses more often than in them. */
const isLocal = (code: number): boolean => isWord(code) || '!#$%&*+-.^_{}~'.includes(String.fromCharCode(code))

const isDomain = (code: number): boolean => isWord(code) || code === 0x2d || code === 0x2e
