import type { Origin } from '../../constraint/facts.ts'
import { fold } from '../../constraint/same-text.ts'
import { currenciesIn } from './currency.ts'
import { formsIn, formsOf } from './form.ts'
import { timesIn } from './moment.ts'
import { squash } from './normal.ts'

/** What the user said, and the forms of what stands in it. */
export interface PromptText {
  readonly texts: { readonly text: string; readonly folded: string; readonly call?: string }[]
  readonly forms: Map<string, Origin>
  squashed: string
}

export function emptyPrompt(): PromptText {
  return { texts: [], forms: new Map(), squashed: '' }
}

export function addPrompt(prompt: PromptText, text: string): void {
  if (prompt.texts.some((known) => known.text === text)) return
  prompt.texts.push({ text, folded: fold(text) })
  prompt.squashed += `${squash(text)} `
  const aside = [
    ...timesIn(text).map((each) => `time ${each}`),
    ...currenciesIn(text).map((each) => `currency ${each}`),
  ]
  for (const form of [...formsIn(text), ...aside])
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
  for (const { text, folded: words } of prompt.texts) {
    if (!standsIn(words, folded)) continue
    const how = text.includes(value) ? 'same' : 'case'
    return { trust: 'prompt', how }
  }
  for (const form of [...formsOf(value), `currency ${value.toUpperCase()}`]) {
    const said = prompt.forms.get(form) ?? saidDay(prompt, form)
    if (said !== undefined) return said
  }
  return undefined
}

/** A day that was said without its year, and a moment of which day and time were said. */
function saidDay({ forms }: PromptText, form: string): Origin | undefined {
  const [, year, days, time] = /^date (\d{4})-(\d\d-\d\d)(?:T(\d\d:\d\d))?$/.exec(form) ?? []
  const moment = time === undefined ? undefined : forms.get(`time ${time}`)
  return forms.get(`day --${days}`) ?? (moment && forms.get(`date ${year}-${days}`))
}

function standsIn(words: string, sought: string): boolean {
  for (let at = words.indexOf(sought); at >= 0; at = words.indexOf(sought, at + 1))
    if (beginsWord(words, at) && endsWord(words, at + sought.length)) return true
  return false
}

const opening = /[\s"`*“‘«([{<,;|—–，。、；：（「『【《]/u
const closing = /[\s"`*”»)\]}>,;|—–，。、；：）」』】》]/u
/** Scripts that put no blanks between words, or put endings on them. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

function beginsWord(text: string, at: number): boolean {
  if (at === 0) return true
  const before = text[at - 1] ?? ''
  const earlier = text[at - 2] ?? ' '
  if (before === ',') return !(isDigit(earlier) && isDigit(text[at]))
  if (before === "'" || before === '’') return !isLetter(earlier)
  if (opening.test(before) || unspaced.test(before)) return true
  if (before === '@' || before === '#') return at === 1 || opening.test(earlier)
  return /[:=]/.test(before) && /(?:^|[\s("'])[\p{L}_]+$/u.test(text.slice(Math.max(0, at - 24), at - 1))
}

function endsWord(text: string, at: number): boolean {
  if (at === text.length) return true
  const [after, later] = [text[at] ?? '', text[at + 1] ?? ' ']
  if (after === ',') return !(isDigit(text[at - 1]) && isDigit(later))
  // `Alice's`, and the endings other languages put behind an apostrophe.
  if (after === "'" || after === '’') return !isLetter(later) || /^\p{L}{1,3}(?![\p{L}\p{N}])/u.test(text.slice(at + 1))
  if (closing.test(after) || unspaced.test(after)) return true
  return /[.:!?…]/u.test(after) && /[\s"'`*“”’)\]}>.!?…]/u.test(later)
}

function isDigit(letter = ''): boolean {
  return letter >= '0' && letter <= '9'
}

function isLetter(letter: string): boolean {
  return /[\p{L}\p{N}]/u.test(letter)
}
