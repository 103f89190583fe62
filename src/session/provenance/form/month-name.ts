/** Languages whose names of months are known, as CLDR has them. */
const languages =
  'en en-GB de de-AT fr es it pt ca nl sv da nb fi is et lv lt pl cs sk sl hr sr-Latn sr hu ro bg el tr ru uk id he ar ar-MA ar-SY ar-DZ hi ga'.split(
    ' ',
  )

interface MonthName {
  readonly month: number
  /** How much of a day or month it makes certain: abbreviations of other languages than English are everyday words of it. */
  readonly kind: 'english' | 'full' | 'short'
  /** Hungarian puts the year first: `2026. október`, and with an ending only that can be meant: `2026 októberben`. */
  readonly yearFirst?: 'in-small-letters' | 'always'
}

/** Other cases of the names, in the order of the months; `-` where one is known anyway. What another language calls another month is left out. */
const bent = [
  'lednu únoru březnu dubnu květnu červnu červenci srpnu září říjnu listopadu prosinci',
  'lednem únorem březnem dubnem květnem červnem červencem srpnem zářím říjnem - prosincem',
  'styczniu lutym marcu kwietniu maju czerwcu lipcu sierpniu wrześniu październiku listopadzie grudniu',
  'styczniem - marcem kwietniem majem czerwcem lipcem sierpniem wrześniem październikiem - grudniem',
  'januári februári - apríli máji júni júli - septembri októbri novembri decembri',
  'siječnju veljači ožujku travnju svibnju lipnju srpnju kolovozu rujnu - studenom prosincu',
  'januarju februarju - aprilu maju juniju juliju avgustu septembru oktobru novembru decembru',
  'januaru februaru martu - - junu julu - - - - -',
  'јануару фебруару марту априлу мају јуну јулу августу септембру октобру новембру децембру',
  'январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре',
  'январю февралю марту апрелю маю июню июлю августу сентябрю октябрю ноябрю декабрю',
  'січні лютому березні квітні травні червні липні серпні вересні жовтні листопаді грудні',
  'Ιανουάριος Φεβρουάριος Μάρτιος Απρίλιος Μάιος Ιούνιος Ιούλιος Αύγουστος Σεπτέμβριος Οκτώβριος Νοέμβριος Δεκέμβριος',
  'Ιανουάριο Φεβρουάριο Μάρτιο Απρίλιο Μάιο Ιούνιο Ιούλιο Αύγουστο Σεπτέμβριο Οκτώβριο Νοέμβριο Δεκέμβριο',
  'Γενάρη Φλεβάρη Μάρτη Απρίλη Μάη Ιούνη Ιούλη - Σεπτέμβρη Οκτώβρη Νοέμβρη Δεκέμβρη',
  'jaanuari veebruari märtsi aprilli - - - augusti septembri oktoobri novembri detsembri',
  'jaanuaris veebruaris märtsis aprillis - juunis juulis augustis septembris oktoobris novembris detsembris',
  'janvārī februārī - aprīlī - jūnijā jūlijā - septembrī oktobrī novembrī decembrī',
]
/** What Finns and Hungarians put behind a name, without accents. */
const endings = {
  fi: 'n na ssa sta hun lla lta lle ksi',
  hu: 'ra re ban ben ig tol hoz hez nak nek rol bol ert kent t ot et',
}

const numerals: readonly string[] = 'I II III IV V VI VII VIII IX X XI XII'.split(' ')

let names: ReadonlyMap<string, MonthName> | undefined

/** The month that a word names in one of the languages, with or without its accents. A name that two of them give to different months is none. */
export function monthNamed(word: string): MonthName | undefined {
  const numeral = numerals.indexOf(word)
  if (numeral >= 0) return { month: numeral + 1, kind: 'short' }
  names ??= readNames()
  return names.get(plainName(word))
}

function readNames(): ReadonlyMap<string, MonthName> {
  const found = new Map<string, MonthName>()
  const ambiguous = new Set<string>()
  const add = (kind: MonthName['kind'], named: Named): void => {
    for (const [name, month] of named) {
      const known = found.get(name)
      if (known !== undefined && known.month !== month) ambiguous.add(name)
      if (known === undefined || (known.kind === 'short' && kind === 'full')) found.set(name, { month, kind })
    }
  }
  for (const language of languages) {
    add(language.startsWith('en') ? 'english' : 'full', namesIn(language, 'long'))
    add(language.startsWith('en') ? 'english' : 'short', namesIn(language, 'short'))
  }
  for (const row of bent)
    add(
      'full',
      row.split(' ').flatMap((name, index) => (name === '-' ? [] : [[plainName(name), index + 1] as const])),
    )
  const finnish = namesIn('fi', 'long').filter(([name]) => name.endsWith('kuu'))
  add('full', withEndings(finnish, endings.fi))
  const hungarian = namesIn('hu', 'long')
  add('full', withEndings(hungarian, `${endings.hu} i`))
  for (const [name, month] of [...hungarian, ...withEndings(hungarian, 'i')])
    found.set(name, { kind: 'full', ...found.get(name), month, yearFirst: 'in-small-letters' })
  for (const [name, month] of withEndings(hungarian, endings.hu))
    found.set(name, { kind: 'full', month, yearFirst: 'always' })
  for (const name of ambiguous) found.delete(name)
  return found
}

type Named = readonly (readonly [name: string, month: number])[]

function withEndings(named: Named, ends: string): Named {
  return ends.split(' ').flatMap((end) => named.map(([name, month]) => [name + end, month] as const))
}

/** By itself, and as it stands beside a day: `грудень`, `2 грудня`. */
function namesIn(language: string, style: 'long' | 'short'): Named {
  const formats = [{}, { day: 'numeric' } as const].map(
    (beside) => new Intl.DateTimeFormat(language, { ...beside, month: style, timeZone: 'UTC' }),
  )
  return Array.from({ length: 12 }, (_, index) => index).flatMap((index) =>
    formats.flatMap((format) => {
      const parts = format.formatToParts(new Date(Date.UTC(2001, index, 15)))
      const said = parts.find(({ type }) => type === 'month')?.value ?? ''
      // Some have a preposition in it: `de desembre`, `d’octubre`.
      const name = plainName(said.replace(/\.$/, '').replace(/^.*(?<!تشرين|كانون)[ ’']/, ''))
      if (!/^(?:\p{L}+ )?\p{L}{3,}$/u.test(name)) return []
      // Hebrew puts its preposition right before it.
      return (language === 'he' ? [name, `ב${name}`] : [name]).map((each) => [each, index + 1] as const)
    }),
  )
}

let weekdays: ReadonlySet<string> | undefined

/** Whether a word is a day of the week, whatever its case (`środa`, `środę`), in a language that puts the day before the month. */
export function isWeekday(word: string): boolean {
  if (word === '') return false
  weekdays ??= new Set(languages.filter((each) => !/^(?:hu|lt)$/.test(each)).flatMap(weekdaysIn))
  return weekdays.has(withoutCase(word))
}

function weekdaysIn(language: string): readonly string[] {
  const format = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' })
  return Array.from({ length: 7 }, (_, day) => withoutCase(format.format(Date.UTC(2001, 0, 1 + day))))
}

function withoutCase(word: string): string {
  return plainName(word).replace(/[aeiouyаеиуыюя]$/, '')
}

function plainName(word: string): string {
  return (
    word
      .normalize('NFD')
      .replace(/\p{M}+/gu, '')
      // Both are written in Hindi: `नवंबर`, `नवम्बर`.
      .replace(/म(?=बर$)/, '')
      .replace(/^अकत(?=बर$)/, 'अकट')
      .toLowerCase()
      .replaceAll('ı', 'i')
  )
}
