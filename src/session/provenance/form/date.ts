import { ofId } from './amount.ts'
import { isWeekday, monthNamed } from './month-name.ts'

const year = String.raw`(?:19|20)\d\d`
// What a day has behind it: `2nd`, `2.`, `1er`, `1º`, `1.º`, `2:a`, `7-go`, `28η`; what a month has before it: `2 de dezembro`, `1 d’octubre`.
const ordinal = String.raw`(?:st|nd|rd|th|er|e?ro|-go|:[ae]|ης?|\.?[ºª°]|\.)?`
const of = "(?:(?:of|de|del|roku) |d[’'])?"
/** Of two words in Arabic of the Levant. */
const word = String.raw`(?:(?:تشرين|كانون) )?[\p{L}\p{M}]{3,20}`
const dayFirst = String.raw`(?<day>\d{1,2})(?:${ordinal} |\.)${of}(?<name>${word}|[IVX]{2})(?:\.?,? ${of}(?<year>${year}))?`
// As banks and carriers write it: `30-Nov-2026`, `30.XI.2026`, `30NOV26`.
const joined = [
  String.raw`(?<day>\d{1,2})(?<sign>[-/.]?)(?<name>[\p{L}\p{M}]{3,20})\k<sign>(?:(?<year>${year})|(?<short>[2-4]\d))(?!\d)`,
  String.raw`(?<day>\d{1,2})(?<sign>[-/.])(?<name>[IVX]{1,2})\k<sign>(?<year>${year})`,
  String.raw`(?<year>${year})(?<sign>[-/.])(?<name>[\p{L}\p{M}]{3,20})\k<sign>(?<day>\d{1,2})(?!\d)`,
]
const monthAlone = { lead: String.raw`(?<name>[\p{L}\p{M}]{3,20})\.?,? ${of}`, rest: `(?<year>${year})` }
const monthFirst = {
  lead: String.raw`(?:(?<before>${year})\.? )?(?<name>[\p{L}\p{M}]{3,20})\.? `,
  rest: String.raw`(?<day>\d{1,2})(?:st|nd|rd|th|\.)?(?!\d)(?: päivä(?:nä)?(?=,? \d))?(?:(?:,? |,)(?<year>${year}))?`,
}
/** `2027. január`, `2027 januárban`: only of Hungarian names, behind no day, and with no day or year behind. */
const yearFirst = String.raw`(?<!\d\. ?)(?<year>${year})(?<sign>\.?) (?<name>[\p{L}\p{M}]{5,20})(?![\p{L}\p{M}]|,? ?\d)`
/** `2027.1.28.(목)`: with the weekday it is no version. */
const ofWeek = String.raw`\.? ?\([월화수목금토일月火水木金土日](?:요일|曜日?)?`
const korean = String.raw`${year}\.\d{1,2}\.\d{1,2}${ofWeek}\)`
const numeric = String.raw`${korean}|\d{4}-\d{2}-\d{2}(?:T\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?| \d{1,2}:\d{2}(?::\d{2})?)?|\d{4}\/\d{1,2}\/\d{1,2}(?!\d)|\d{1,2}(?:[./-]\d{1,2}[./-]|\. \d{1,2}\. )\d{4}|${year}(?:\. \d{1,2}\. \d{1,2}(?!\d)|\.\d{2}\.\d{2})|\d{1,2}\/\d{1,2} ${year}|\d{1,2}\.\d{1,2}\.\d{2}|${year}-\d{2}|${year}\/\d{2}|\d{1,2}\/${year}`
const han = String.raw`(?:(?<year>\d{4})[年년] ?)?(?<month>\d{1,2})[月월](?: ?(?<day>\d{1,2})[日号號일])?`

// Months have numbers there: `30 tháng 11 năm 2026`.
const vietnamese = String.raw`(?:(?<day>\d{1,2}) |(?<!\d,? ?))tháng (?<month>\d{1,2})(?:,? năm (?<year>${year}))?`

const inDigits = new RegExp(`${numeric}|${han}`, 'gu')
const withNumbers = new RegExp(vietnamese, 'giu')
const inOneWord = joined.map((each) => new RegExp(each, 'giu'))
const withNames: readonly RegExp[] = [
  new RegExp(dayFirst, 'giu'),
  new RegExp(yearFirst, 'giu'),
  new RegExp(`(?<=(?<lead>(?<!\\p{L})${monthFirst.lead}))${monthFirst.rest}`, 'giu'),
  new RegExp(
    `(?<=(?<!\\p{L}|\\d${ordinal} ${of}(?<!${ofId} ${of}))(?<lead>${monthAlone.lead}))${monthAlone.rest}`,
    'giu',
  ),
]

/**
 * Where days and months may stand in a text; a word in one may be no month. What stands before the first digit is the group `lead`: found
 * backwards from there, so that a text costs what it has of digits. Each repetition is bounded.
 */
export function datePatternsFor(text: string): readonly RegExp[] {
  const named = /[ .]/.test(text) && /[\p{L}\p{M}]{3}/u.test(text) ? withNames : []
  const solid = /\p{L}[-/.]?\d/u.test(text) && /\d[-/.]?\p{L}/u.test(text) ? inOneWord : []
  return [inDigits, ...named, ...solid, ...(/tháng/i.test(text) ? [withNumbers] : [])]
}

const inFigures: readonly RegExp[] = [
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:[T ](?<hour>\d{1,2}):(?<minute>\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]00:?00)?)?$/,
  /^(?<year>\d{4})(?<sign>\/|\. )(?<month>\d{1,2})\k<sign>(?<day>\d{1,2})$/,
  // With a nought: `2026.1.5` may be a version.
  /^(?<year>\d{4})\.(?<month>\d{2})\.(?<day>\d{2})$/,
  new RegExp(String.raw`^(?<year>\d{4})\.(?<month>\d{1,2})\.(?<day>\d{1,2})${ofWeek}\)?$`),
  new RegExp(String.raw`^(?<year>${year})[-/](?<month>\d{2})$`),
  new RegExp(String.raw`^(?<month>\d{1,2})/(?<year>${year})$`),
  // Only behind dots, and of these years: `26/11/30` may begin with the year, and so may `11.30.75` be anything.
  /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<short>[2-4]\d)$/,
  new RegExp(`^${vietnamese}$`, 'iu'),
  new RegExp(`^${han}$`),
]
const inAnyOrder = /^(\d{1,2})([./-]|\. )(\d{1,2})(?:\2|(?<=\/\d{1,2}) )(\d{4})$/
const inWords = [
  dayFirst,
  monthFirst.lead + monthFirst.rest,
  monthAlone.lead + monthAlone.rest,
  yearFirst,
  ...joined,
].map((each) => new RegExp(String.raw`^${each}\.?$`, 'iu'))

/** The day or the month that a text is, if it is certain which. A day without its year is of any year. */
export function date(text: string): readonly string[] | undefined {
  return (
    (/^(?:\d|tháng )/i.test(text) ? inNumbers(text) : undefined) ??
    (/ .*\p{L}|\p{L}.* |^\d{1,4}[-/.]?\p{L}/u.test(text) ? named(text) : undefined)
  )
}

function inNumbers(text: string): readonly string[] | undefined {
  const order = inAnyOrder.exec(text)
  if (order !== null) return inEitherOrder(order)
  for (const pattern of inFigures) {
    const found = pattern.exec(text)?.groups
    if (found !== undefined) return dated(found)
  }
  return undefined
}

/** Nobody puts the month first and dots behind; with slashes it is only certain where one of the two cannot be the month. */
function inEitherOrder([, left = '', sign = '', right = '', year = '']: readonly string[]): string[] | undefined {
  if (Number(left) > 12 || sign.startsWith('.')) return dated({ year, month: right, day: left })
  return Number(right) > 12 || Number(left) === Number(right) ? dated({ year, month: left, day: right }) : undefined
}

function named(text: string): string[] | undefined {
  for (const pattern of inWords) {
    const { name, day, sign, short, year: behind = short && `20${short}`, before } = pattern.exec(text)?.groups ?? {}
    const found = name === undefined ? undefined : monthNamed(name)
    if (found === undefined) continue
    const year = behind ?? before
    // `set 3`, `out 2026`, `maja 2`: abbreviations, and English order, are everyday words of other languages.
    const isCertain = found.kind === 'english' || (year !== undefined && day !== undefined)
    if (pattern === inWords[3] && !isYearFirst(found.yearFirst, `${sign}${name}`)) continue
    if (isCertain || (found.kind === 'full' && pattern !== inWords[1]))
      return dated({ year, month: `${found.month}`, day })
  }
  return undefined
}

/** Without an ending it may begin another sentence in other languages: `Due by 2026. October …`. */
function isYearFirst(yearFirst: string | undefined, name: string): boolean {
  return yearFirst === 'always' || (yearFirst !== undefined && /^\.\p{Ll}/u.test(name))
}

type Said = Readonly<Record<string, string | undefined>>

function dated({ short, year = short && `20${short}`, month, day, hour, minute }: Said): string[] | undefined {
  const [ofMonth, ofDay] = [Number(month), Number(day ?? 1)]
  if (ofMonth < 1 || ofMonth > 12 || ofDay < 1 || ofDay > 31) return undefined
  const inYear = String(ofMonth).padStart(2, '0')
  if (day === undefined) return year === undefined ? undefined : [`month ${year}-${inYear}`]
  const days = `${inYear}-${String(ofDay).padStart(2, '0')}`
  if (year === undefined) return [`day --${days}`]
  const isMidnight = Number(hour) === 0 && minute === '00'
  const time = hour === undefined || isMidnight ? '' : `T${hour.padStart(2, '0')}:${minute}`
  return [`date ${year}-${days}${time}`]
}

const shortDay =
  /(?:(?<![\p{L}\p{N}@_/.,:#§'’+-])|(?<=\d\.\p{Zs}?\d{1,2}\.[-/]))(0?[1-9]|[12]\d|3[01])\.\p{Zs}?(0?[1-9]|1[0-2])\.(?![\p{L}\p{N}_@]|\p{Zs}(?:19|20)?\d\d(?![\d:]|\p{Zs}?(?:Uhr|h)))/gu
const dayWords = 'ab|al|am|au|bis|dal|dem|den|der|dne|do|du|fra|frem til|il|le|od|per|seit|til|vom|zum'
// `Fr. 12.10.` are francs.
const weekdays = `(?:mo|di|mi|do|sa|ma|ti|ke|pe|(?:mon|diens|donners|frei|sams|sonn)tags?|mittwochs?|sonnabends?)[.]?,?|(?:fr|so|la|su)[.]?,`
const joins = String.raw`(?:,|\p{Zs}?[-–/]|\p{Zs}(?:und|oder|et|ou|e|o|og|och|a|ja))\p{Zs}?`
const other = String.raw`\d{1,2}\.\p{Zs}?\d{1,2}\.`
const isAnnounced = new RegExp(
  String.raw`(?:(?<![\p{L}\p{N}])(?:${dayWords}|${weekdays})\p{Zs}|${other}${joins})$`,
  'iu',
)
/** What has a point and decimals, or parts with numbers. */
const isOfNumber =
  /(?:^|\n|\p{Sc}|[A-Z]{3}|\p{L}\.|[Vv]ersion|[Ss]ection|[Cc]hapter|[Ss]tep|Kapitel|Abschnitt|Ziffer|Punkt)\p{Zs}?$/u
const isFirst = new RegExp(`^${joins}${other}`, 'iu')
const goesOn = /^(?:\p{Zs}?[,;:/–-]|\p{Zs}\p{Ll}|\p{Zs}[0-2]?\d(?::\d\d|\p{Zs}?(?:Uhr|h)))/u

/**
 * The days that a text says as `15.12.`, without the year. It may be a number at the end of a sentence: only with a word before that days
 * have, or where the sentence goes on. Hungarian puts the month first.
 */
export function daysWithoutYearIn(text: string): readonly string[] {
  if (!/\d\.\p{Zs}?\d{1,2}\./u.test(text) || /[őű]/i.test(text)) return []
  return [...text.matchAll(shortDay)].flatMap(({ 0: found, 1: day, 2: month, index }) => {
    const before = text.slice(Math.max(0, index - 24), index)
    const behind = text.slice(index + found.length, index + found.length + 24)
    const [, word = ''] = /(\p{L}{4,20})[.,]?\p{Zs}$/u.exec(before) ?? []
    const isDay =
      isAnnounced.test(before) ||
      isWeekday(word) ||
      isFirst.test(behind) ||
      (!isOfNumber.test(before) && goesOn.test(behind))
    return isDay ? (dated({ month, day }) ?? []) : []
  })
}

/** `28.–29. ledna 2027`, `28.-29.1.2027`, `28. bis 29. Januar`. */
const span = new RegExp(
  [
    String.raw`(?<![\p{L}\p{N}.,:/–-])(?<first>\d{1,2})(?<mark>${ordinal})`,
    String.raw`(?: ?[-–] ?|(?<!\d) (?:bis|to|au|al|až|do|til|tot|έως|and|und|et|y|e|a|i|og|och|en|και) )`,
    String.raw`(?=(?<last>\d{1,2})(?:(?<figures>\.\d{1,2}\.(?:${year})?)|${ordinal}(?<words> ${of}(?<name>${word})(?:\.?,? ${of}${year})?)))`,
  ].join(''),
  'giu',
)

/** The words of a user with the month at the first of two days, too. */
export function withBothDays(text: string): string {
  if (!/\d[^\s\d]{0,3}(?: ?[-–] ?| \p{L}{1,4} )\d/u.test(text)) return text
  return text.replace(span, (all, ...found) => {
    const { first, last, mark = '', figures, words, name = '' }: Said = found.at(-1)
    if (Number(first) >= Number(last)) return all
    if (figures !== undefined) return mark === '.' ? `${first}${figures} – ` : all
    return monthNamed(name) === undefined ? all : `${first}${mark}${words} – `
  })
}

/** In Croatian, `listopad` is October and `lip` June. */
const polishMonth = /(?<=\d\p{Zs})(lis|lip|listopada)(?=\.?\p{Zs}(?:19|20)\d\d)/giu
const polishWord = /(?<!\p{L})(?:\p{Ll}{0,16}[ąęłńśźż]\p{Ll}*|wtor(?:ek|ku)|czwart(?:ek|ku)|dnia|roku)(?!\p{L})/u

/** What Croats say of October and Czechs, with another word before it, of November. */
const croatianMonth = /(?<=(?<!\p{L})u\p{Zs})listopadu(?=\.?\p{Zs}(?:19|20)\d\d)/giu

/** The words of a user with the names of months that Polish shares with Croatian as others have them, where other words tell that it is Polish. */
export function withPolishMonths(text: string): string {
  if (!/\bli[ps]/i.test(text)) return text
  const croatian = text.replace(croatianMonth, 'October')
  if (croatian !== text) return croatian
  if (!polishWord.test(text) || /[čđšž]/i.test(text)) return text
  return text.replace(polishMonth, (name) => (/^lip/i.test(name) ? 'July' : 'November'))
}
