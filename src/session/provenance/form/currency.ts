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

/** Codes that a number may touch: of the currencies traded most (the reference rates of the European Central Bank, and UAH). */
export const currencyCodes =
  'AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RON|SEK|SGD|THB|TRY|UAH|USD|ZAR'

/** What people write right behind a number, in small letters and without a dot, as a sign or code; `¤` where it may be one of several. */
export const namesBehind = table(
  [
    'eur euro euros = €, chf = CHF, usd = USD, gbp = GBP, dkk = DKK, czk = CZK, pln = PLN, huf = HUF, jpy = JPY, inr = INR, uah = UAH',
    'fr sfr franken = CHF, sek nok kronor kroner lei rs rupees francs fcfa дин = ¤, р руб рублей рубля = ₽',
    'грн гривень гривні = ₴, zl złotych zlotych = zł, dollar dollars = $, tl = ₺, kč = Kč, yen = ¥',
  ].join(', '),
)

/** The same right before a number. */
export const namesBefore = table('kr rs = ¤, chf = CHF, usd = USD, gbp = GBP, eur = EUR, sfr = CHF, zł = PLN, kč = CZK')

/** And those that begin ids and names of rooms as well: only before a number with cents. */
export const namesBeforeCents = table('R RM = ¤, TL = ₺, Fr = CHF')

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
