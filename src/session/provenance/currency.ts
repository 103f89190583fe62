/** Signs that mean one currency and no other; `$`, `¥` and `kr` are written for several. */
const signs: ReadonlyMap<string, string> = new Map([
  ['€', 'EUR'],
  ['£', 'GBP'],
  ['₹', 'INR'],
  ['₺', 'TRY'],
  ['₴', 'UAH'],
  ['₽', 'RUB'],
  ['₪', 'ILS'],
  ['₩', 'KRW'],
  ['₫', 'VND'],
  ['zł', 'PLN'],
  ['Kč', 'CZK'],
])

/** What is written before a dollar to say whose it is. */
const dollars: ReadonlyMap<string, string> = new Map([
  ['US', 'USD'],
  ['A', 'AUD'],
  ['AU', 'AUD'],
  ['C', 'CAD'],
  ['CA', 'CAD'],
  ['NZ', 'NZD'],
  ['HK', 'HKD'],
  ['S', 'SGD'],
  ['MX', 'MXN'],
  ['R', 'BRL'],
])

/** Codes that a number may touch: of the currencies traded most (the reference rates of the European Central Bank, and UAH). */
export const currencyCodes =
  'AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RON|SEK|SGD|THB|TRY|UAH|USD|ZAR'

/** What people write right behind a number, in small letters and without a dot, as a sign or code; `¤` where it may be one of several. */
export const namesBehind: ReadonlyMap<string, string> = new Map([
  ...['eur', 'euro', 'euros'].map((name) => [name, '€'] as const),
  ...['chf', 'usd', 'gbp', 'dkk', 'czk', 'pln', 'huf', 'jpy', 'inr', 'uah'].map(
    (name) => [name, name.toUpperCase()] as const,
  ),
  ...['fr', 'sfr', 'franken'].map((name) => [name, 'CHF'] as const),
  ...['sek', 'nok', 'kronor', 'kroner', 'lei', 'rs', 'rupees', 'francs', 'fcfa', 'дин'].map(
    (name) => [name, '¤'] as const,
  ),
  ...['р', 'руб', 'рублей', 'рубля'].map((name) => [name, '₽'] as const),
  ...['грн', 'гривень', 'гривні'].map((name) => [name, '₴'] as const),
  ...['zl', 'złotych', 'zlotych'].map((name) => [name, 'zł'] as const),
  ...['dollar', 'dollars'].map((name) => [name, '$'] as const),
  ['tl', '₺'],
  ['kč', 'Kč'],
  ['yen', '¥'],
])

/** The same right before a number. */
export const namesBefore: ReadonlyMap<string, string> = new Map([
  ...['kr', 'rs'].map((name) => [name, '¤'] as const),
  ...['chf', 'usd', 'gbp', 'eur'].map((name) => [name, name.toUpperCase()] as const),
  ['sfr', 'CHF'],
  ['zł', 'PLN'],
  ['kč', 'CZK'],
])

/** And those that begin ids and names of rooms as well: only before a number with cents. */
export const namesBeforeCents: ReadonlyMap<string, string> = new Map([
  ['R', '¤'],
  ['RM', '¤'],
  ['TL', '₺'],
  ['Fr', 'CHF'],
])

const dollar = /(?<![\p{L}\p{N}])([A-Z]{1,2})\$/gu
const touching = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(${currencyCodes})(?=\d)|(?<=\d ?)(${currencyCodes})(?![\p{L}\p{N}])`,
  'gu',
)

/** The codes of the currencies (ISO 4217) whose signs, whose code at a number, or whose name where it has no other, stand in a text. */
export function currenciesIn(text: string): readonly string[] {
  const found = [...signs].flatMap(([sign, code]) => (text.includes(sign) ? [code] : []))
  const named = [...text.matchAll(dollar)].flatMap(([, whose = '']) => dollars.get(whose) ?? [])
  const codes = [...text.matchAll(touching)].map(([, before, behind]) => before ?? behind ?? '')
  return [...found, ...named, ...codes, ...(/\beuros?\b/i.test(text) ? ['EUR'] : [])]
}
