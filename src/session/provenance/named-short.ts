const called = /(?:\b|_)(?:ids?|nr|no|num|number|key|ref)_?\b["'`\s:=#([]{0,4}(?:is |of |= )?["'`]?(\w{1,2})\b/giu
const numbered = /#(\w{1,2})\b/gu
const quoted = /["'`“”‘’«»](\w{1,2})["'`“”‘’«»]/gu
const thing =
  /\b(?:file|event|e-?mail|message|transaction|order|ticket|account|user|item|document|reservation|booking|invoice|payment|task|issue|case|record|entry|row)s?[ :]+["'`]?(\w{1,2})\b/giu

/** Too short to be told apart by where it stands: one or two letters and digits, one of them a digit. */
export function isShort(value: string): boolean {
  return /^\w{1,2}$/.test(value.trim()) && /\d/.test(value)
}

/** The short ids that a text calls by name: `ID '13'`, `file 13`, `#13`, `"13"`. Not the numbers that just happen to be in it. */
export function namedShort(text: string): readonly string[] {
  if (!/\d/.test(text)) return []
  const found = [called, numbered, quoted, thing].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, short = '']) => short),
  )
  return [...new Set(found.filter(isShort))]
}
