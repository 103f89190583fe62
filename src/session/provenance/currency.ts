/** Signs that mean one currency and no other; `$`, `¥` and `kr` are written for several. */
const signs: ReadonlyMap<string, string> = new Map([
  ['€', 'EUR'],
  ['£', 'GBP'],
  ['₹', 'INR'],
  ['₺', 'TRY'],
  ['₴', 'UAH'],
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

const dollar = /(?<![\p{L}\p{N}])([A-Z]{1,2})\$/gu
const touching = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(${currencyCodes})(?=\d)|(?<=\d)(${currencyCodes})(?![\p{L}\p{N}])`,
  'gu',
)

/** The codes of the currencies (ISO 4217) whose signs, whose code at a number, or whose name where it has no other, stand in a text. */
export function currenciesIn(text: string): readonly string[] {
  const found = [...signs].flatMap(([sign, code]) => (text.includes(sign) ? [code] : []))
  const named = [...text.matchAll(dollar)].flatMap(([, whose = '']) => dollars.get(whose) ?? [])
  const codes = [...text.matchAll(touching)].map(([, before, behind]) => before ?? behind ?? '')
  return [...found, ...named, ...codes, ...(/\beuros?\b/i.test(text) ? ['EUR'] : [])]
}
