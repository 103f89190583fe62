/** How a value was found: as it stands, or in which disguise. */
export type Disguise = 'plain' | 'encoded' | 'part' | 'reversed' | 'rotated' | 'joined' | 'pieces'

/** Something of a class in a value. */
export interface Finding {
  /** JSON Pointer to the text, number or member. */
  readonly at: string
  readonly class: string
  /** The detector or label that knew it; of what was remembered, the label it was remembered by. */
  readonly by: string
  readonly how: Disguise
  /** A text's or number's own characters, or those of the member's name. */
  readonly in: 'text' | 'number' | 'name'
  /** Half-open range of what stands there. */
  readonly start: number
  readonly end: number
}

/** Each class once for each place and reason, as decisions need it. */
export function seenOf(findings: readonly Finding[]): { at: string; class: string; by: string }[] {
  const seen = new Map<string, { at: string; class: string; by: string }>()
  for (const { at, class: name, by } of findings) seen.set(`${at} ${name} ${by}`, { at, class: name, by })
  return [...seen.values()]
}

/** What one reading of a text shows is often seen in the next one too: each only once. */
export function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ at, class: name, by, in: where, start, end }) => {
    const key = `${where} ${at} ${name} ${by} ${start} ${end}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
