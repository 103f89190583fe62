import { withoutMarkup } from './normal.ts'

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
const calls = [
  'call(?:ing)?|ring|dial|(?:tele)?phone|tel|mobile|cell|cellular|fax|sms|text|whatsapp|signal|hotline|landline',
  String.raw`rufen?|anrufen|(?:ruf|telefon|handy|mobil)\p{L}{0,8}|durchwahl|t[ée]l[ée]phonez?|appel\p{L}{0,4}|portable`,
  String.raw`tel[ée]fono|telefone|m[óo]vil|llam\p{L}{0,4}|celular|chiam\p{L}{0,4}|cellulare|ligue|bel(?:len)?|ringa?|zadzwo\p{L}{0,3}`,
].join('|')
const accounts = String.raw`accounts?|acct|a\/c|sort code|routing|iban|konto\p{L}{0,6}|kto|blz|compte|cuenta|conto|conta|rekening\p{L}{0,6}|(?:bank|plus)giro|clabe`

/** In small letters: a word right before, or with a few others between, none of which says that it is about something else. */
function announcedBy(words: string, otherwise: string): RegExp {
  return new RegExp(
    String.raw`(?:(?<!\p{L})(?:${words})(?!\p{L})|[☎📞📱]|電話|电话|전화)(?![^\d\n]{0,24}(?:${otherwise}))[^\d\n]{0,24}$`,
    'u',
  )
}

const saidSo = announcedBy(`${calls}|${accounts}`, String.raw`order|invoice|article|item|model|about|ref|re\b`)
const called = announcedBy(
  calls,
  String.raw`\b(?:about|regarding|concerning|re|with|quoting|wegen|mit|zum?|betreffend|avec|pour|con|per|su|sobre|com|over|om)\b`,
)
/** What has a number of its own: orders, invoices, contracts, cases, papers. */
const things = [
  'orders?|invoices?|contracts?(?: notes?)?|cases?|tickets?|claims?|bookings?|reservations?|confirmations?|transactions?|tracking|shipments?',
  'polic(?:y|e)|receipts?|references?|refs?|articles?|items?|products?|serial|model|part|file|documents?|dossier|depot|portfolio|isin|cusip',
  'sedol|wkn|valor|ean|gtin|upc|isbn|sku|vat|uid|id|aufträge|fall|akten?|belege?|bestell|kenmerk|zaak|faktura|ärende|avtal|sag|umowa|sprawa',
  '(?:auftrag|bestellung|(?:ab)?rechnung|vertrag|beleg|vorgang|akte|referenz|buchung|reservierung|sendung|lieferung|lieferschein|transaktion|valoren|artikel|serie)(?:s|e?n)?',
  'commandes?|factures?|contrat|référence|billet|réservation|colis|avis|ordin[ei]|fattur[ae]|contratto|pratica|riferimento|rif|bigliett[oi]',
  'prenotazione|polizza|spedizione|operazione|pedidos?|orden|facturas?|contrato|expediente|referencia|billete|reserva|póliza|envío|caso',
  'encomenda|faturas?|processo|referência|bilhete|apólice|bestelling|bestel|factuur|beställning|bestilling|ordre|referens|zamówienie',
].join('|')
/** Who has a number only where that is said: `customer no.`, but a telephone behind `customer`. */
const holders = 'customer|client|member|membership|patient|employee|user|kunden?|mitglied(?:er|s)?|klant|kund|cliente'
const numbered = 'n[or°º]?|n[uú]m(?:ber|mer|er|éro|ero)?s?|№|id|code'
const joint = String.raw`[\s.:#°º*|\x60"'„“«([-]{0,4}`
/** In small letters: the number of something that has one stands behind, or several. */
const isOfRecord = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:(?:${things})(?:${joint}(?:${numbered}))?|(?:${holders})${joint}(?:${numbered}))(?!\p{L})(?:\s(?:is|ist|lautet|est|è|es))?${joint}(?:\d{5,16}(?:,|/|\s?&|\s(?:and|und|et|e|y|en|och|i))\s?){0,3}$`,
  'u',
)

/**
 * What in a text is written as telephone numbers are: international, as North Americans do, with the nought before the area, or behind
 * a word that says so. Accounts that are numbers alone, behind such a word, too. But for what a word says is something else: `order 0447731902`.
 *
 * @param at - Where the text stands, as a JSON Pointer: of a number alone, what the place is called is a word before it.
 */
export function phonesIn(text: string, at = ''): readonly string[] {
  return digitRunsIn(text).flatMap(({ run, before }) => {
    const said = run.length === text.length ? nameOf(at) : before.toLowerCase()
    return isPhone(run, said) ? [run.trim()] : []
  })
}

/** The words of a member's name where they say what its number is: `order no ` of `/orders/0/orderNo`; but `text` is what texts are called. */
function nameOf(at: string): string {
  const name = (at.split('/').findLast((step) => !/^\d+$/.test(step)) ?? '').slice(-window)
  const known = names.get(name)
  if (known !== undefined) return known
  const words = `${name.replace(/(?<=[a-z])(?=[A-Z])|[_-]/g, ' ')} `.toLowerCase()
  const said = words !== 'text ' && (called.test(words) || isOfRecord.test(words)) ? words : ''
  if (names.size >= mostNames) names.clear()
  names.set(name, said)
  return said
}

/** They come again and again. */
const names = new Map<string, string>()
const mostNames = 4096

/** So much of what stands before a number is looked at. */
const window = 48

/** Each run of at least seven digits that is no date, with what stands before it. Other numbers have such runs too. */
export function digitRunsIn(text: string): readonly { readonly run: string; readonly before: string }[] {
  if (text.length < tail || isDay.test(text)) return []
  return [...text.matchAll(runs)].flatMap(({ 0: found, index }) => {
    const run = found.replace(moments, '').replace(/^[ ./-]+/, '')
    return run.replace(/\D/g, '').length < 7 ? [] : [{ run, before: text.slice(Math.max(0, index - window), index) }]
  })
}

/** With whatever signs or markup between: only to look for a number that is known as one. */
const dressed = /\+?\d(?:[^\p{L}\p{N}]{0,12}\d){6,400}/gu

/** Runs of digits that are not written as numbers are, but begin like a telephone number or have signs in them as no list has. */
export function dressedRunsIn(text: string): readonly string[] {
  if (text.length < tail) return []
  return (withoutMarkup(text).match(dressed) ?? []).filter((run) => /^[+0]|[^\d\s.,:()/-]/.test(run))
}

function isPhone(run: string, before: string): boolean {
  const digits = run.replace(/\D/g, '')
  if (run.startsWith('+')) return digits.length <= 16
  // An article or a tracking number may begin with noughts too, but has other lengths; those of North America have one length.
  const isAbroad = /^\(?00[1-9]/.test(run.replace(/ /g, '')) && digits.length > 10 && digits.length < 18
  if (isAbroad && (!digits.startsWith('001') || digits.length === 13)) return true
  const isNational =
    /^\(?0[1-9]/.test(run) && !/^\d+\.\d+$/.test(run) && digits.length > 8 && digits.length < (digits === run ? 12 : 13)
  if (isNational || american.test(run)) return run.startsWith('(') || !isOfRecord.test(before) || called.test(before)
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
