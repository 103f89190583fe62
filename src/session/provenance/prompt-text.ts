import type { Origin } from '../../constraint/facts.ts'
import { fold } from '../../constraint/same-text.ts'
import { inOwnDigits, plain, squash } from '../../text/plain.ts'
import { hostNames } from './form/address.ts'
import { amountsApart } from './form/amount-apart.ts'
import { standsIn, withIdsApart, withoutMarks } from './form/border.ts'
import { currenciesIn } from './form/currency.ts'
import { daysWithoutYearIn, withBothDays, withPolishMonths } from './form/date.ts'
import { withEnding } from './form/ending.ts'
import { formsIn, formsOf, withPages } from './form/form.ts'
import { inOnePiece, withoutGroups, withoutParts } from './form/number-group.ts'
import { withPlainPhones } from './form/phone.ts'
import { timesIn } from './form/time-of-day.ts'
import { caughtIn, caughtOf } from './form/written.ts'

/** What the user said, and the forms of what stands in it. */
export interface PromptText {
  readonly texts: {
    readonly text: string
    /** With accounts and cards in one piece. */
    readonly folded: string
    /** With all that has groups in one piece, and amounts apart from what stands beside them. */
    readonly numbers: string
    readonly hasGroups: boolean
  }[]
  readonly forms: Map<string, Origin>
  squashed: string
}

export function emptyPrompt(): PromptText {
  return { texts: [], forms: new Map(), squashed: '' }
}

export function addPrompt(prompt: PromptText, said: string): void {
  if (prompt.texts.some((known) => known.text === said)) return
  const apart = withIdsApart(withoutMarks(said))
  const spaced = apart.replace(keyed, (each) => (hasTime.test(each) ? each : each.replace(':', ': ')))
  const text = withBothDays(withPolishMonths(withPlainPhones(inOwnDigits(spaced))))
  const amounts = withoutParts(amountsApart(text))
  const numbers = withoutGroups(amounts)
  const hasGroups = numbers !== amounts
  for (const words of new Set([said, apart])) {
    const folded = fold(hasGroups ? inOnePiece(words) : words)
    prompt.texts.push({ text: said, folded, numbers: fold(numbers), hasGroups })
  }
  prompt.squashed += `${squash(text)} `
  const aside = [
    ...daysWithoutYearIn(text),
    ...timesIn(text).map((each) => `time ${each}`),
    ...currenciesIn(numbers).map((each) => `currency ${each}`),
  ]
  const isNumber = (form: string): boolean => form.startsWith('number ')
  const forms =
    numbers === text
      ? formsIn(text)
      : [...formsIn(text).filter((form) => !isNumber(form)), ...formsIn(numbers).filter(isNumber)]
  for (const form of [...withPages(forms), ...aside])
    if (!prompt.forms.has(form)) prompt.forms.set(form, { trust: 'prompt', how: 'form' })
}

/**
 * Whether the user said this: it stands in their words whole, never inside a longer word, or something of the same form does. A leading
 * `@` or `#` does not count.
 */
export function saidInPrompt(prompt: PromptText, value: string): Origin | undefined {
  if (prompt.texts.length === 0) return undefined
  const folded = fold(value).replace(/^[@#](?=\S)/u, '')
  if (folded === '') return undefined
  const isNumber = /^-?\d[\d.,'’]*$/.test(folded)
  for (const { text, folded: words, numbers, hasGroups } of prompt.texts) {
    if (
      !(hasGroups && !isNumber ? standsInGroups(words, numbers, folded) : standsIn(isNumber ? numbers : words, folded))
    )
      continue
    const how = text.includes(value) ? 'same' : hasGroups && !fold(text).includes(folded) ? 'form' : 'case'
    return { trust: 'prompt', how }
  }
  for (const form of [...formsOf(value), `currency ${value.toUpperCase()}`]) {
    const said = prompt.forms.get(form) ?? saidDay(prompt, form)
    if (said !== undefined) return said
  }
  return undefined
}

/** Whether the user said this in the way the charter says that people write it. */
export function writtenInPrompt({ texts }: PromptText, value: string, written: string): boolean {
  const caught = caughtOf(value, written)
  return caught !== undefined && texts.some(({ folded }) => caughtIn(folded, written).includes(caught))
}

/** Whether a text that has groups says a value whole: a few groups of an account, a card or a telephone number say nothing. */
function standsInGroups(words: string, numbers: string, value: string): boolean {
  // What begins as a telephone number does is said as far as it goes: what stands behind one may be another number.
  if (!onlyGroups.test(value) || mayBePhone.test(value)) return standsIn(words, fold(inOnePiece(value)))
  return standsIn(numbers, fold(withoutGroups(value)))
}

const onlyGroups = /^\(?\d[\d ()./,'-]*$/
const mayBePhone = /^\(?0(?!\))(?:\D*\d){6}/

/** A day that was said without its year, and a moment of which day and time were said. */
function saidDay({ forms }: PromptText, form: string): Origin | undefined {
  const [, year, days, time] = /^date (\d{4})-(\d\d-\d\d)(?:T(\d\d:\d\d))?$/.exec(form) ?? []
  const moment = time === undefined ? undefined : forms.get(`time ${time}`)
  return forms.get(`day --${days}`) ?? (moment && forms.get(`date ${year}-${days}`))
}

const short = String.raw`\p{L}{1,8}(?:\d{0,6}[-_]\d{1,12}|\d{1,6}\/\d{1,8})`
const ofSeries = new RegExp(String.raw`^(?:${short}(?:[-_]\d{1,12}){0,2}|\p{L}{3,8}\d{4,12})$`, 'u')

/** Numbers of an inventory: `1902.55`. */
const dotted = String.raw`\d{4}(?:\.\d{1,6}){1,4}[a-z]?`
const isDotted = new RegExp(`^${dotted}$`)
const dottedList = new RegExp(`${dotted}(?:[/&+~]${dotted})+`, 'g')

/** An id and what is said of it, `in-1:yes`, `in-1:20.00`. */
const keyed = new RegExp(
  String.raw`(?<![\p{L}\p{N}_/@\\.:-])${short}:(?:\p{L}{3,24}|ok|ja|no|s[iíì]|\d{1,9}(?:[.,]\d{1,3}){0,3})`,
  'gu',
)
/** `Mo-8:45`. */
const hasTime = /[-/]\d{1,2}:\d\d$/
/** Another sign than the hyphen of the id. */
const dashed = new RegExp(String.raw`\p{L}{2,24}–${short}`, 'gu')

/**
 * What the user named this id in: a list of ids of one series, as `in-1/in-2`, the id with the ending of a language, as `in-1-nek`, with
 * what is said of it, as `in-1:yes`, or behind a name, as `Ann–in-1`; undefined when there is none. It may still be a path or an id of its
 * own: whoever asks has to know.
 */
export function listedInPrompt({ texts }: PromptText, value: string): string | undefined {
  const folded = fold(value)
  for (const { text, folded: words } of texts) {
    if (!words.includes(folded)) continue
    const ended = withEnding(words, folded)
    if (ended !== undefined) return ended
    // Of two with one dot each, it may be a fraction or a sum.
    if (isDotted.test(folded))
      for (const [list] of words.matchAll(dottedList))
        if (/\.\d+\./.test(list) && list.split(/[/&+~]/).includes(folded) && standsIn(words, list)) return list
    if (!ofSeries.test(folded)) continue
    const like = folded.replace(/\d+/g, String.raw`\d{1,12}`)
    const alike = new RegExp(String.raw`(?<!\p{L})${like}(?!\d)`, 'gu')
    const series = new RegExp(`${like}(?:[/&+~／＆＋～]${like})+`, 'gu')
    const lists = [series, keyed].flatMap((pattern) => [...words.matchAll(pattern)])
    for (const [list] of [...lists, ...text.matchAll(dashed)])
      if (fold(list).match(alike)?.includes(folded) && standsIn(words, fold(list))) return list
  }
  return undefined
}

/** Whether a link or an e-mail address of the user has the host. */
export function saysHost({ texts }: PromptText, name: string): boolean {
  const hosts = hostNames(name).filter((host) => host !== '')
  return texts.some(({ text }) =>
    [...new Set([text, text.toLowerCase()])].some((words) => hosts.some((host) => hasHost(plain(words), host))),
  )
}

function hasHost(words: string, host: string): boolean {
  for (let at = words.indexOf(host); at >= 0; at = words.indexOf(host, at + 1)) {
    const start = words.slice(Math.max(0, at - 4), at) === 'www.' ? at - 4 : at
    const end = at + host.length
    const [before, behind] = [words.slice(Math.max(0, start - 2), start), words.slice(end, end + 2)]
    if (!/[\p{L}\p{N}.-]$/u.test(before) && !/^(?:[\p{L}\p{N}-]|\.[\p{L}\p{N}])/u.test(behind)) return true
  }
  return false
}
