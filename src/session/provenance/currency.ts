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

/** The codes of the currencies (ISO 4217) whose signs, or whose name where it has no other, stand in a text. */
export function currenciesIn(text: string): readonly string[] {
  const found = [...signs].flatMap(([sign, code]) => (text.includes(sign) ? [code] : []))
  return /\beuros?\b/i.test(text) ? [...found, 'EUR'] : found
}
