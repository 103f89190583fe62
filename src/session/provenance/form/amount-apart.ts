import { signAlone, signBefore, signBehind } from './amount.ts'
import { currencyCodes, namesBefore, namesBeforeCents, namesBehind, wordsBefore, wordsBehind } from './currency.ts'

/** Where a word begins that is no path: `Price:45/child`, but not `pay?sum=45/child`. */
const start = String.raw`(?<=^|[\s()[\]{}<>"'„“”«»‚‘’›‹*|;]|(?:^|[\s(])\p{L}{1,24}[:=])`
const end = String.raw`(?![\p{L}\p{N}@_/\\-]|[.:,*][\p{L}\p{N}])`
const digits = String.raw`\d(?:[\d.,'’]{0,24}\d)?`
const cents = String.raw`[.,](?:\d\d(?!\d)|[-–—]{1,2})`
/** What can be nothing but money. */
const money = String.raw`(?:${signBefore}${digits}(?:[.,][-–—]{1,2})?|\d[\d.,'’]{0,24}${cents}(?:${signBehind})?|${digits}${signBehind})`

/** In small letters, with a capital, longer ones, lira and dong in capitals: `FR` and `KR` are no names but codes of something. */
function written(names: ReadonlyMap<string, string>): string {
  const cased = [...names.keys()].flatMap((name) => [
    name,
    ...(/^[a-z]{3}$/.test(name) ? [] : [name.slice(0, 1).toUpperCase() + name.slice(1)]),
    ...(name.length > 3 || /^(?:tl|vnđ)$/.test(name) ? [name.toUpperCase()] : []),
  ])
  return cased
    .flatMap((name) => [...new Set([name, name.normalize('NFD')])])
    .sort((one, other) => other.length - one.length)
    .join('|')
}

const behind = new RegExp(
  String.raw`(?<=\d|\d[.,][-–—]{1,2})(?: ?(${written(wordsBehind)})|(${written(namesBehind)}))(?:\.(?=$|[^\p{L}\p{N}])|(?![\p{L}\p{N}@_-]|[.:,][\p{L}\p{N}]))`,
  'gu',
)
/** Endings of languages behind a sign: `300.000 Ft-ot`, `45 €-ért`, `500 kr:s`. */
const endings = new RegExp(
  String.raw`(?<=\d(?:[.,][-–—]{1,2})?\p{Zs}?${signAlone})[-:]\p{Ll}{1,5}(?![\p{L}\p{M}\p{N}@_/:-]|[.,][\p{L}\p{N}])`,
  'gu',
)
const before = new RegExp(
  String.raw`${start}(?:(?:(${written(wordsBefore)})\.? ?|(${written(namesBefore)})\.?)(?=\d)|(${[...namesBeforeCents.keys()].join('|')})(?=\d[\d.,'’]{0,24}[.,]\d\d(?![\d\p{L}])))`,
  'gu',
)

/** Markdown: `_45.50_`. */
const emphasis =
  /(?<![\p{L}\p{N}@_/\\])(_{1,3})(?=[^\s_])([^_\n]{1,200})(?<=\S)\1(?![\p{L}\p{N}@_/\\-]|\.[\p{L}\p{N}])/gu
/** What Swiss keyboards and word processors put for an apostrophe between thousands. */
const apostrophes = /(?<![\p{L}\p{N}@_/.,'’´‘′`ʼ-])\d{1,3}([´‘′`ʼ])\d{3}(?:\1\d{3}){0,4}(?![\p{L}\p{N}´‘′`ʼ])/gu
/** `2x45.00`, `45.00x2`; the letter may be the Cyrillic one. */
const times = new RegExp(
  String.raw`(?<=${start}[1-9]\d{0,3})[xXхХ](?=${money}(?![\p{L}\p{N}])|\d{1,3}(?:\p{Zs}\d{3}){1,4}[.,]\d\d)|(?<=${start}${money})[xXхХ](?=[1-9]\d{0,3}${end})`,
  'gu',
)

/** How many of what: `3dni`, `18,6t`; of a letter alone only behind decimals or three digits: `3d` and `5l` may be ids, `8h` is a time. */
const count = String.raw`${start}\d{1,6}(?:[.,]\d{1,2})?`
const several = String.raw`${start}(?:\d{3,6}|\d{1,6}[.,]\d{1,2})`
const units = new RegExp(
  String.raw`(?<=${count})(?=(?:days?|hours?|weeks?|months?|tagen?|stunden?|wochen?|jours?|heures?|semaines?|d[ií]as?|hor[ae]s?|semanas?|giorni|dagen|dagar|uur|dni|godz(?:in\p{L}?)?|gün|nap|óra|ngày|giờ|lit(?:er|re|ro|r)s?|litrów|liter[nt]?|tons?|tonn?\p{L}{1,3}|szt|db|stk|pcs|kg|km|[cm]m|[cdhm]l|ha|kwh?|mwh?|[mk]?m[²³])(?:[/-]\p{Ll}{1,6})?${end})|(?<=${several})(?=[lgt](?:[/-]\p{Ll}{1,6})?${end})|(?<=${start}\d{1,6}[.,](?:\d|[27]5))(?=h${end})`,
  'giu',
)
/** `45.00/Kind`, `CHF 45/Schüler:in`, `45 €/p.P.`, `CHF 45.00/40HC`; of a number alone only `45/child`, never `4711/AB`. */
const pupil = String.raw`(?:(?:[:*_]|\/-?)in(?:nen)?)?`
const per = new RegExp(
  String.raw`${start}(?:(?:${money}|[A-Z]{3} ${digits})(?=(?:\/ ?(?:(?:\p{L}\.){1,3}|\p{L}{1,24}|\d\d\p{Lu}{2})){1,2}${pupil}${end})|\d{1,6}(?=\/\p{L}\p{Ll}{1,23}${pupil}${end}))`,
  'gu',
)
/** Between an id and its amount, a day and an amount, and columns of a table behind an amount. */
const id = String.raw`(?<=(?:^|[\s,;|])(?!(?:${currencyCodes})-)\p{L}{1,8}-\d{1,12})`
const column = new RegExp(
  [
    String.raw`(?:${id}|(?<=(?:^|[\s,;|])(?:19|20)\d\d-\d\d-\d\d)),(?=\d{1,9}\.\d{1,2}(?![\d.])|${signBefore}\d|[A-Z]{3} \d|\d{1,9},[A-Z]{3}(?![\p{L}\p{N}]))`,
    String.raw`(?<=,\d{1,9}\.\d\d),(?=\d)`,
  ].join('|'),
  'gu',
)

const key = (name = ''): string => name.normalize('NFC').toLowerCase()

/**
 * The user's words with their amounts apart from what stands right beside them, and with signs for names of currencies, only where it is
 * certain that an amount is meant. Each repetition is bounded.
 */
export function amountsApart(text: string): string {
  if (!/\d[\p{L}/_,.´‘′`ʼ]|[\p{L}._]\d|\d\p{Zs}[\p{L}\p{Sc}]/u.test(text)) return text
  let apart = text.includes('_') ? text.replace(emphasis, ' $2 ') : text
  if (/\d[´‘′`ʼ]\d/.test(apart)) apart = apart.replace(apostrophes, (each) => each.replace(/[´‘′`ʼ]/g, "'"))
  apart = apart
    .replace(endings, '')
    .replace(behind, (_, word, name) => wordsBehind.get(key(word)) ?? namesBehind.get(key(name)) ?? '')
    .replace(
      before,
      (_, word, name, short = '') =>
        wordsBefore.get(key(word)) ?? namesBefore.get(key(name)) ?? namesBeforeCents.get(short) ?? '',
    )
    .replace(times, ' x ')
    .replace(units, ' ')
  if (apart.includes('/')) apart = apart.replace(per, '$& ')
  return apart.includes(',') ? apart.replace(column, '$& ') : apart
}
