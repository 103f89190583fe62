/** Numbers as people write them: the same one whatever its separators, idle zeros, currency and exponent. */

/** A number that stands in a text, in one way to read it: a half-open range of the text. */
export interface Written {
  /** Decimal digits without idle zeros, and a point where there are decimals. */
  readonly number: string
  readonly start: number
  readonly end: number
  readonly stands: () => Standing
}

/** Alone, or beside a currency; in a date or the number of an article; or glued to letters without any decimals. */
export type Standing = 'alone' | 'beside others' | 'in a word'

/** What a number is known by. */
export interface KnownNumber {
  /** In full, in hundredths, and backwards. */
  readonly whole: readonly string[]
  /** With fewer decimals, and in thousands or millions: cut, and rounded. */
  readonly parts: () => readonly string[]
}

/** Fewer digits stand everywhere by chance; more are no amount, and known as texts are. */
const [fewest, most] = [4, 15]

const sign = String.raw`[.,'’‘ʼ′\u0060´·_٫٬\p{Zs}]`
const digitRuns = new RegExp(String.raw`\d+(?:${sign}\d+)*`, 'gu')
const power = /\s?(?:e|[x×*·]\s?10(?:\^|\*\*)?)\s?([+-]?\d{1,2})(?!\d)/iuy

/** Each by the noughts it stands for, the most first: words, as they are bent, and signs of scripts that put no blank behind. */
const scales: readonly (readonly [noughts: number, words: string, signs?: string])[] = [
  [
    9,
    String.raw`bn|billions?|bi|mrd|mlrd|mlr|md|mld|mia|mil+[ijyaá]{1,3}rd?\p{L}{0,5}|mil\smil(?:lones|hões)|tỷ|δισ|δισεκατομμ[υύ]ρ[ιί]\p{L}{1,2}|` +
      String.raw`млрд|м[иі]л[лиіьјая]{1,4}рд\p{L}{0,3}|مليار|מיליארד|میلیارد`,
    'พันล้าน',
  ],
  [8, '', '亿|億|억'],
  [7, 'crores?|cr|करोड़|কোটি', '千万|천만'],
  [
    6,
    String.raw`m|mn|mm|mi|mio|mln|milj|mill|mil+[ijy]{0,2}[oóõ]{1,2}n\p{L}{0,4}|mil+ió\p{L}{0,3}|milhão|milhões|milioane|milijun\p{L}{0,2}|juta|jt|` +
      String.raw`triệu|tr|εκ|εκατ|εκατομμ[υύ]ρ[ιί]\p{L}{1,2}|млн|м[иі]л[лиіьјйоё]{1,4}н\p{L}{0,3}|մլն|միլիոն|მლნ|მილიონი|مليون|ملايين|מיליון|میلیون`,
    '百万|百萬|백만|ล้าน',
  ],
  [5, 'lakhs?|lacs?|लाख|লাখ', '十万|แสน'],
  [4, '', '万|萬|만|หมื่น'],
  [
    3,
    String.raw`k|thousands?|thsd|grand|tsd|tausend|mille|milliers?|mila|mil|mii|miler\p{L}?|tys|tysi[ąę]c\p{L}{0,3}|tis|tis[íi]c\p{L}{0,3}|tisoč\p{L}{0,2}|` +
      String.raw`tisuć\p{L}{0,2}|tusen|tusind|tkr|t(?=\p{Sc})|dzd|duizend|bin|ezer|tn|tuha(?:t|nn|ns|nt)\p{L}{0,4}|tūkst|tūkst[ao]\p{L}{2,5}|þús|þúsund|ribu|rb|` +
      String.raw`nghìn|ngàn|χιλ|χιλι[αά]δ\p{L}{1,3}|хил|хиляди?|хиљ|хиљад\p{L}{1,2}|илјад\p{L}{1,2}|т[ыи]с|т[ыи]сяч\p{L}{0,3}|हज़ार|हजार|হাজার|հազար|ათასი|` +
      'ألف|آلاف|אלף|هزار',
    '千|천|พัน',
  ],
]
const scaleWords = scales.map(([, each, signs]) => {
  const word =
    each && `(?:de\\s)?(?:${each})(?:eur|usd|gbp|chf|pln|czk|sek|nok|dkk|try|brl|inr|huf|ron)?(?![\\p{L}\\p{M}])`
  return `(${[word, signs].filter(Boolean).join('|')})`
})
/** A thousand for some, a million for others. */
const ambiguous = /^\W?mil$/i
const scale = new RegExp(String.raw`[\s-]?(?:${scaleWords.join('|')})`, 'iuy')

const words = 'fr sfr euro euros kr kc kč zl zł ft lei lev rs us dollar dollars franc francs franken pound pounds'
const currencies: ReadonlySet<string> = new Set([
  ...words.split(' '),
  ...Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()),
])

const besideNumber = /^(?:[\s+−-]|\p{L}{0,3}\p{Sc}|\p{L}{2,7}\.?|\.?[-–—])*$/u

/**
 * What a text that is a number and nothing else, but for a currency, is known by; undefined for any other text, for what begins with zeros,
 * which is a name, and for fewer than four digits, but for three with one or two decimals.
 */
export function knownNumber(text: string): KnownNumber | undefined {
  if (text.length > 40 || !/^\D*(?:[1-9]|0\D)/.test(text)) return undefined
  const read = readingsIn(text).filter(({ start, end }) => isAllOf(text, start, end))
  const whole = read.flatMap(({ number, decimals }) => {
    const length = digitsOf(number)
    return length >= fewest || (length === fewest - 1 && decimals > 0 && decimals < 3) ? [number] : []
  })
  if (whole.length === 0) return undefined
  return {
    whole: distinct(whole.flatMap(inFull)),
    parts: () => distinct(whole.flatMap((each) => [...partsOf(each), ...scaledParts(each)])),
  }
}

const distinct = (all: readonly string[]): readonly string[] => [...new Set(all)]

function isAllOf(text: string, start: number, end: number): boolean {
  const beside = [text.slice(0, start), text.slice(end)]
  if (beside.some((each) => /\d/.test(each) || !besideNumber.test(each))) return false
  return beside.every((each) =>
    (each.match(/\p{L}+/gu) ?? []).every((word) => /\p{Sc}/u.test(each) || isCurrency(word)),
  )
}

const isCurrency = (word: string): boolean => currencies.has(word.toLowerCase())

const digitsOf = (number: string): number => number.replace('.', '').replace(/^0+/, '').length

function inFull(number: string): readonly string[] {
  const backwards = digitsOf(number) > fewest && number.includes('.') ? [[...number].reverse().join('')] : []
  const [, whole = '', decimals = ''] = /^(\d{2,})(?:\.(\d{1,2}))?$/.exec(number) ?? []
  const hundredths = whole + decimals.padEnd(2, '0')
  return [number, ...(hundredths.length > fewest ? [hundredths] : []), ...backwards]
}

/** With none, one or two decimals, where at least half of the digits are left, and four; a year is no part of a number. */
function partsOf(number: string): readonly string[] {
  const [whole = '', decimals = ''] = number.split('.')
  return [0, 1, 2].flatMap((kept) => {
    const length = digitsOf(`${whole}${decimals.slice(0, kept)}`)
    if (kept >= decimals.length || length < fewest || length * 2 < digitsOf(number)) return []
    const cut = plainly(whole, decimals.slice(0, kept))
    const rounded = kept === 0 ? Math.round(Number(number)).toFixed(0) : Number(number).toFixed(kept)
    return [cut, plainly(...parted(rounded))].filter((each) => !/^(?:19|20)\d\d$/.test(each))
  })
}

/** Without the last digits before the point, for which a word stands: `1842e2` of 184231.5, which is 184.2 thousand. */
function scaledParts(number: string): readonly string[] {
  const [whole = ''] = number.split('.')
  const kept = Math.max(fewest, Math.ceil(digitsOf(number) / 2))
  return Array.from({ length: Math.max(0, whole.length - kept) }, (_, at) => at + 1).flatMap((gone) => [
    `${whole.slice(0, -gone)}e${gone}`,
    `${Math.round(Number(number) / 10 ** gone)}e${gone}`,
  ])
}

const parted = (number: string): [string, string] => {
  const [whole = '', decimals = ''] = number.split('.')
  return [whole, decimals]
}

/** Every number of a text that is long enough to be one that is known, in each way it may be meant. Linear in the length of the text. */
export function writtenIn(text: string): readonly Written[] {
  return readingsIn(text).filter(({ written, number, decimals }) => {
    if (written < fewest) return false
    return number.length > fewest || digitsOf(number) >= fewest || decimals === 2
  })
}

interface Reading extends Written {
  /** How many digits there are, and how many of them are decimals. */
  readonly written: number
  readonly decimals: number
}

interface Group {
  readonly start: number
  readonly end: number
  readonly digits: string
  /** What stands between it and the one before. */
  readonly sign: string
}

function readingsIn(text: string): Reading[] {
  const readings: Reading[] = []
  for (const { 0: found, index } of text.matchAll(digitRuns)) {
    if (found.length < fewest - 1) continue
    const groups = groupsOf(found, index)
    for (let at = 0; at < groups.length; at++) readFrom(text, groups, at, readings)
  }
  return readings
}

function groupsOf(found: string, index: number): readonly Group[] {
  let start = index
  return found.split(/(\D)/u).flatMap((each, at, all) => {
    const group = { start, end: start + each.length, digits: each, sign: all[at - 1] ?? '' }
    start = group.end
    return at % 2 === 0 ? [group] : []
  })
}

/** The numbers that begin with one of the groups of digits. */
function readFrom(text: string, groups: readonly Group[], from: number, readings: Reading[]): void {
  const last = lastThousands(groups, from)
  let whole = ''
  for (let to = from; to <= last; to++) {
    const group = groups[to]
    if (group === undefined || whole.length + group.digits.length > most) return
    whole += group.digits
    if (to > from && group.digits.length !== 3) continue
    const next = groups[to + 1]
    read(text, { groups, from, to, whole, decimals: '' }, readings)
    if (next !== undefined && points.has(next.sign) && whole.length + next.digits.length <= most)
      read(text, { groups, from, to: to + 1, whole, decimals: next.digits }, readings)
  }
}

const points: ReadonlySet<string> = new Set('.,·٫')

/** Up to which group they may be thousands, of three digits behind the same sign each; in India of two before the last three. */
function lastThousands(groups: readonly Group[], from: number): number {
  if (lengthOf(groups[from]) > 3) return from
  const sign = groups[from + 1]?.sign
  let last = from
  while (last - from < 6 && groups[last + 1]?.sign === sign) {
    const length = lengthOf(groups[last + 1])
    if (length !== 3 && !(length === 2 && sign === ',')) break
    last++
  }
  return last
}

const lengthOf = (group: Group | undefined): number => group?.digits.length ?? 0

/** Some of the groups, as a number. */
interface Extent {
  readonly groups: readonly Group[]
  readonly from: number
  readonly to: number
  readonly whole: string
  readonly decimals: string
}

function read(text: string, extent: Extent, readings: Reading[]): void {
  const { groups, from, to, whole, decimals } = extent
  const [start, end] = [groups[from]?.start ?? 0, groups[to]?.end ?? 0]
  const reading = { start, written: whole.length + decimals.length, decimals: decimals.length }
  readings.push({ ...reading, end, number: plainly(whole, decimals), stands: () => standsIn(text, extent) })
  if (to < groups.length - 1) return
  power.lastIndex = scale.lastIndex = end
  const raised = power.exec(text)
  if (raised !== null) readings.push({ ...reading, ...raisedBy(extent, Number(raised[1]), end + raised[0].length) })
  const scaled = raised === null ? scale.exec(text) : null
  if (scaled === null) return
  const by = scales.find((_, at) => scaled[at + 1] !== undefined)?.[0] ?? 0
  for (const noughts of ambiguous.test(scaled[0]) ? [3, 6] : [by]) {
    const inScale = raisedBy(extent, noughts, end + scaled[0].length)
    const rounded = `${plainly(`${whole}${decimals}`, '')}e${noughts - decimals.length}`
    readings.push({ ...reading, ...inScale }, { ...reading, ...inScale, number: rounded })
  }
}

function raisedBy(
  { whole, decimals }: Extent,
  by: number,
  end: number,
): Pick<Reading, 'number' | 'written' | 'end' | 'stands'> {
  const number = shifted(whole, decimals, by)
  return { number, written: number.length, end, stands: () => 'alone' }
}

function plainly(whole: string, decimals: string): string {
  const left = whole.startsWith('0') ? whole.replace(/^0+(?=\d)/, '') : whole
  const right = decimals.endsWith('0') ? decimals.replace(/0+$/, '') : decimals
  return right === '' ? left : `${left}.${right}`
}

function shifted(whole: string, decimals: string, by: number): string {
  if (Math.abs(by) > most) return ''
  const digits = by < 0 ? `${whole.padStart(1 - by, '0')}${decimals}` : `${whole}${decimals.padEnd(by, '0')}`
  const point = (by < 0 ? Math.max(whole.length, 1 - by) : whole.length) + by
  return plainly(digits.slice(0, point), digits.slice(point))
}

/** What stands beside a number tells whether it is a piece of a word, or of something else that is written with digits. */
function standsIn(text: string, { groups, from, to, decimals }: Extent): Standing {
  const [start, end] = [groups[from]?.start ?? 0, groups[to]?.end ?? 0]
  const before = from > 0 ? '' : text.slice(Math.max(0, start - longestBeside), start)
  const after = to < groups.length - 1 ? '' : text.slice(end, end + longestBeside)
  const [ahead = '', behind = ''] = [/\p{L}+$/u.exec(before)?.[0], /^\p{L}+/u.exec(after)?.[0]]
  const [left, right] = [before.slice(0, before.length - ahead.length), after.slice(behind.length)]
  const glued = [ahead, behind].some((each) => each !== '' && !isCurrency(each))
  if (glued || /\p{N}$/u.test(left) || /^\p{N}/u.test(right)) return decimals === '' ? 'in a word' : 'beside others'
  if (/[\p{L}\p{N}][-/_@]$|\d:$|#$/u.test(left) || /^[-/_@:]\p{N}/u.test(right)) return 'beside others'
  return isApart(groups, from) && isApart(groups, to + 1) ? 'alone' : 'beside others'
}

const longestBeside = 12

/** Whether another number begins with a group, or none: behind a blank, and where one of the two is too long to be thousands. */
function isApart(groups: readonly Group[], at: number): boolean {
  const group = groups[at]
  if (at === 0 || group === undefined) return true
  return /\p{Zs}/u.test(group.sign) || group.digits.length > 3
}
