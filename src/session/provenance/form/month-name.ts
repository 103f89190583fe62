/** Languages whose names of months are known, as CLDR has them. */
const languages =
  'en en-GB de de-AT fr es it pt ca nl sv da nb fi is et lv lt pl cs sk sl hr sr-Latn sr hu ro bg el tr ru uk id he ar ar-MA hi ga'.split(
    ' ',
  )

interface MonthName {
  readonly month: number
  /** How much of a day or month it makes certain: abbreviations of other languages than English are everyday words of it. */
  readonly kind: 'english' | 'full' | 'short'
}

let names: ReadonlyMap<string, MonthName> | undefined

/** The month that a word names in one of the languages, with or without its accents. A name that two of them give to different months is none. */
export function monthNamed(word: string): MonthName | undefined {
  names ??= readNames()
  return names.get(plainName(word))
}

function readNames(): ReadonlyMap<string, MonthName> {
  const found = new Map<string, MonthName>()
  const ambiguous = new Set<string>()
  for (const language of languages)
    for (const style of ['long', 'short'] as const)
      for (const [name, month] of namesIn(language, style)) {
        const known = found.get(name)
        if (known !== undefined && known.month !== month) ambiguous.add(name)
        const kind = language.startsWith('en') ? 'english' : style === 'long' ? 'full' : 'short'
        if (known === undefined || (known.kind === 'short' && kind === 'full')) found.set(name, { month, kind })
      }
  for (const name of ambiguous) found.delete(name)
  return found
}

/** By itself, and as it stands beside a day: `грудень`, `2 грудня`. */
function namesIn(language: string, style: 'long' | 'short'): readonly (readonly [string, number])[] {
  const formats = [{}, { day: 'numeric' } as const].map(
    (beside) => new Intl.DateTimeFormat(language, { ...beside, month: style, timeZone: 'UTC' }),
  )
  return Array.from({ length: 12 }, (_, index) => index).flatMap((index) =>
    formats.flatMap((format) => {
      const parts = format.formatToParts(new Date(Date.UTC(2001, index, 15)))
      const said = parts.find(({ type }) => type === 'month')?.value ?? ''
      // Some have a preposition in it: `de desembre`, `d’octubre`.
      const name = plainName(said.replace(/\.$/, '').replace(/^.*[ ’']/, ''))
      if (!/^\p{L}{3,}$/u.test(name)) return []
      // Hebrew puts its preposition right before it.
      return (language === 'he' ? [name, `ב${name}`] : [name]).map((each) => [each, index + 1] as const)
    }),
  )
}

function plainName(word: string): string {
  return word
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ı', 'i')
}
