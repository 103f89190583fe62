// Every repetition is bounded: a text must not cost more than its length.
const runs = /(?<![\p{L}\p{N}@_#-])(?<!\d[.,:])\+?\(?\d(?:[ \u00a0()./-]{0,3}\d){6,24}(?![\p{L}\p{N}])/gu
const dayOrMonth = String.raw`(?:0?[1-9]|[12]\d|3[01])`
const year = String.raw`(?:19|20)\d\d`
/** Days, months of a year, spans of them, and times with a dot: also such as stand in a longer run, but no groups of it. */
const moments = new RegExp(
  String.raw`(?<!\d|\d[./]|(?<!(?:19|20)\d)\d-)(?:${[
    String.raw`${dayOrMonth}([./-]) ?${dayOrMonth}\1 ?(?:${year}|\d\d)`,
    String.raw`${year}([./-])${dayOrMonth}(?:\2${dayOrMonth})?`,
    `${dayOrMonth}[./]${year}`,
    String.raw`${dayOrMonth}\.${dayOrMonth}\. ?(?=[-/])`,
    String.raw`[01]?\d\.[0-5]\d ?(?=-)|2[0-3]\.[0-5]\d ?(?=-)`,
  ].join('|')})(?![./]?\d)`,
  'g',
)
const isDay = /^\d{4}-\d\d-\d\d$/
const american = /^(?:1[ .-])?\(?[2-9][0-8]\d\)?[ .-][2-9]\d\d[ .-]\d{4}$/
const saidSo = new RegExp(
  String.raw`(?:(?<!\p{L})(?:${[
    'call(?:ing)?|ring|dial|(?:tele)?phone|tel|mobile|cell|cellular|fax|sms|text|whatsapp|signal|hotline|landline',
    String.raw`rufen?|anrufen|(?:ruf|telefon|handy|mobil)\p{L}{0,8}|durchwahl|t[ée]l[ée]phonez?|appel\p{L}{0,4}|portable`,
    String.raw`accounts?|acct|a\/c|sort code|routing|iban|konto\p{L}{0,6}|kto|blz|compte|cuenta|conto|conta|rekening\p{L}{0,6}|(?:bank|plus)giro|clabe`,
    String.raw`tel[ée]fono|telefone|m[óo]vil|llam\p{L}{0,4}|celular|chiam\p{L}{0,4}|cellulare|ligue|bel(?:len)?|ringa?|zadzwo\p{L}{0,3}`,
  ].join(
    '|',
  )})(?!\p{L})|[☎📞📱]|電話|电话|전화)(?![^\d\n]{0,24}(?:order|invoice|article|item|model|about|ref|re\b))[^\d\n]{0,24}$`,
  'iu',
)

/** What in a text is written as telephone numbers are: international, as North Americans do, with the nought before the area, or behind a word that says so. Accounts that are numbers alone, behind such a word, too. */
export function phonesIn(text: string): readonly string[] {
  return digitRunsIn(text).flatMap(({ run, before }) => (isPhone(run, before) ? [run.trim()] : []))
}

/** Each run of at least seven digits that is no date, with what stands before it. Other numbers have such runs too. */
export function digitRunsIn(text: string): readonly { readonly run: string; readonly before: string }[] {
  if (text.length < tail || isDay.test(text)) return []
  return [...text.matchAll(runs)].flatMap(({ 0: found, index }) => {
    const run = found.replace(moments, '').replace(/^[ ./-]+/, '')
    return run.replace(/\D/g, '').length < 7 ? [] : [{ run, before: text.slice(Math.max(0, index - 48), index) }]
  })
}

function isPhone(run: string, before: string): boolean {
  const digits = run.replace(/\D/g, '')
  if (run.startsWith('+')) return digits.length <= 16
  if (american.test(run)) return true
  // An article or a tracking number may begin with noughts too, but has other lengths.
  if (/^\(?00[1-9]/.test(run.replace(/ /g, '')) && digits.length > 10 && digits.length < 18) return true
  if (/^\(?0[1-9]/.test(run) && !/^\d+\.\d+$/.test(run))
    return digits.length > 8 && digits.length < (digits === run ? 12 : 13)
  return digits.length < 16 && saidSo.test(before)
}

/** The digits of a number as they are dialled from abroad, without what stands for that: `+`, `00`, and a nought in brackets. */
export function dialled(number: string): string {
  const international = /^\s*(?:\+|00)/.test(number)
  // In some countries the nought is dialled from everywhere.
  const kept = /^\s*(?:\+|00) ?(?:39|378|225|24[12])/.test(number)
  const digits = (international && !kept ? number.replace(/\(0\)/, '') : number).replace(/\D/g, '')
  return number.trimStart().startsWith('+') ? digits : digits.replace(/^00/, '')
}

/** What is the same however much of a number is written. */
const tail = 7

export function tailOf(number: string): string {
  return number.replace(/\D/g, '').slice(-tail)
}

/** Every tail that a run of digits may hold: more digits may stand behind a number. */
export function tailsIn(run: string): readonly string[] {
  const digits = run.replace(/\D/g, '')
  return Array.from({ length: Math.max(0, digits.length - tail + 1) }, (_, at) => digits.slice(at, at + tail))
}
