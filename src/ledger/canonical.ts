import canonicalize from 'canonicalize'

/**
 * The one text of a JSON value: RFC 8785 (JCS). What JSON leaves out is left out, as by `JSON.stringify`.
 *
 * @throws {TypeError} for a value that is no JSON; an Error for a lone surrogate, a cycle, or a number that is not finite.
 */
export function canonicalText(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('this value is no JSON')
  return text
}

/**
 * JSON text of a value in which every string is well-formed Unicode: a lone surrogate becomes U+FFFD, as no UTF-8 file and no
 * canonical form can hold one, and nobody may keep a call out of the ledger by sending one.
 *
 * @throws {TypeError} for a value that is no JSON, {RangeError} when it is nested too deep.
 */
export function wellFormedJson(value: unknown): string {
  const text = JSON.stringify(value)
  if (text === undefined) throw new TypeError('this value is no JSON')
  // JSON.stringify writes only lone surrogates as escapes, in lower case; an escaped backslash before them is skipped over.
  return text.includes('\\ud') ? text.replaceAll(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, replaceLone) : text
}

function replaceLone(found: string): string {
  return found === '\\\\' ? found : '\\ufffd'
}
