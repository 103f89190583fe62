import { keeping } from '../../../text/keeping.ts'

/** What is written, by what it stands for: `a b = c, d = e`. */
function table(rows: string): ReadonlyMap<string, string> {
  return new Map(
    rows.split(', ').flatMap((row) => {
      const [names = '', meant = ''] = row.split(' = ')
      return names.split(' ').map((name) => [name, meant] as const)
    }),
  )
}

/** Signs that mean one currency and no other; `$`, `¥` and `kr` are written for several. */
const signs = table(
  '€ = EUR, £ = GBP, ₹ = INR, ₺ = TRY, ₴ = UAH, ₽ = RUB, ₪ = ILS, ₩ = KRW, ₫ = VND, zł = PLN, Kč = CZK',
)

/** What is written before a dollar to say whose it is. */
const dollars = table('US = USD, A AU = AUD, C CA = CAD, NZ = NZD, HK = HKD, S = SGD, MX = MXN, R = BRL')

/** Codes that a number may touch: of the currencies traded most (the reference rates of the European Central Bank), UAH and VND. */
export const currencyCodes =
  'AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RON|SEK|SGD|THB|TRY|UAH|USD|VND|ZAR'

/** What people write right behind a number, in small letters and without a dot, as a sign or code; `¤` where it may be one of several. */
export const namesBehind = table(
  [
    'chf = CHF, usd = USD, gbp = GBP, dkk = DKK, czk = CZK, pln = PLN, huf = HUF, jpy = JPY, inr = INR, uah = UAH',
    'fr sfr franken = CHF, sek nok rs rupees francs fcfa дин = ¤, р = ₽, zl = zł, dollar dollars = $, kč = Kč, yen = ¥',
  ].join(', '),
)

/** Names of currencies whose amounts have a comma before decimals, also behind a blank: `300.000 forintot` are thousands. */
export const wordsBehind = table(
  [
    'eur euro euros euroa euron eurot eurót euróval euróért euróra ευρώ евро євро = €, forint forintot forintért forintra forinttal forintnak forintos = HUF',
    'đ đồng dong vnđ vnd = ₫, złoty złote złotych złotymi zlotych = zł, koruna koruny korun korunách = Kč, kronor kroner kronur lei = ¤, tl lira = ₺',
    'руб рублей рубля = ₽, грн гривень гривні = ₴, rupiah = IDR',
  ].join(', '),
)

/** The same right before a number. */
export const namesBefore = table('kr rs = ¤, chf = CHF, usd = USD, gbp = GBP, eur = EUR, sfr = CHF, zł = PLN, kč = CZK')

/** Of currencies without decimals, also before a blank. */
export const wordsBefore = table('rp = IDR, vnđ = VND')

/** And those that begin ids and names of rooms as well: only before a number with cents. */
export const namesBeforeCents = table('R RM = ¤, TL = ₺, Fr = CHF')

/** How amounts of a currency are written where it is at home. */
interface Notation {
  readonly decimals: number
  readonly hasComma: boolean
}

let currencies: ReadonlySet<string> | undefined

/** As CLDR has it: the country of a code is its first two letters (ISO 4217). What is no code may have any decimals. */
const notationOf = keeping(512, (code): Notation => {
  currencies ??= new Set(Intl.supportedValuesOf('currency'))
  if (!currencies.has(code)) return { decimals: 3, hasComma: false }
  const { language, region } = new Intl.Locale(`und-${code.slice(0, 2)}`).maximize()
  const format = new Intl.NumberFormat(`${language}-${region}`, { style: 'currency', currency: code })
  const half = new Intl.NumberFormat(`${language}-${region}`).format(0.5)
  return {
    decimals: format.resolvedOptions().maximumFractionDigits ?? 3,
    hasComma: code === 'EUR' || half.includes(','),
  }
})

/**
 * Whether a dot before three digits is of thousands in an amount with its code behind: English writes `2.500 USD` for two and a half, but
 * nobody `2.000 USD` for two, unless the currency has three decimals.
 */
export function hasThousandsBefore(code: string, number: string): boolean {
  const { decimals, hasComma } = notationOf(code)
  return decimals === 0 || (decimals < 3 && (hasComma || number.endsWith('.000')))
}

/** The same with its code or sign before. */
export function hasThousandsBehind(codeOrSign: string): boolean {
  const { decimals, hasComma } = notationOf(signs.get(codeOrSign) ?? codeOrSign)
  return decimals === 0 && hasComma
}

const dollar = /(?<![\p{L}\p{N}])([A-Z]{1,2})\$/gu
const touching = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(${currencyCodes})(?=\d)|(?<=\d(?:[.,][-–—]{1,2})? ?)(${currencyCodes}|Ft)(?![\p{L}\p{N}])`,
  'gu',
)

/** The codes of the currencies (ISO 4217) whose signs, whose code at a number, or whose name where it has no other, stand in a text. */
export function currenciesIn(text: string): readonly string[] {
  const found = [...signs].flatMap(([sign, code]) => (text.includes(sign) ? [code] : []))
  const named = [...text.matchAll(dollar)].flatMap(([, whose = '']) => dollars.get(whose) ?? [])
  const codes = [...text.matchAll(touching)].map(
    ([, before, behind]) => before ?? (behind === 'Ft' ? 'HUF' : (behind ?? '')),
  )
  return [...found, ...named, ...codes, ...(/\beuros?\b/i.test(text) ? ['EUR'] : [])]
}
