const inScripts = (names: string): string => names.replace(/(\w+) ?/g, String.raw`\p{Script=$1}`)

/** Scripts of languages that put endings on words, also on those of other scripts; for a class of a pattern. */
export const withEndings = inScripts(
  'Georgian Devanagari Bengali Gujarati Gurmukhi Tamil Telugu Kannada Malayalam Sinhala',
)

/** Scripts that put no blanks between words, or put endings on them. */
export const unspaced = new RegExp(
  `(?!\\p{N})[${withEndings}${inScripts('Ethiopic Han Hiragana Katakana Hangul Thai Lao Khmer Myanmar')}]`,
  'u',
)

const opening = /[\s"`*“‘«([{<>,;|—–，。、；：（「『【《]/u
const closing = /[\s"`*”»)\]}<>,;|—–，。、；：）」』】》]/u

/**
 * Signs that are no part of an id: quotation marks of all languages, bullets, arrows, emoji, signs of currencies. Not those of ASCII, which
 * have their own rules, nor what stands for or looks like a hyphen, a dot, a slash or an apostrophe.
 */
const sign = String.raw`(?![\p{ASCII}\p{Pd}\p{Pc}−➖∕⁄⧸╱∖⧵·∙⋅‧․∶׳״՚’٫٬｡＇．／＼＠＆＝＃％＋﹒﹕﹨﹫﹟﹠﹦﹪])[\p{P}\p{Sc}\p{Sm}\p{So}]`
const signBefore = new RegExp(String.raw`${sign}[\p{Emoji_Modifier}\u{fe0e}\u{fe0f}]*$`, 'u')
const signBehind = new RegExp(`^${sign}`, 'u')

const id = String.raw`\p{L}[\p{L}\p{N}_-]{0,30}\d(?:\/\d{1,8})?`
/** An id with a slash, which is no path: `G26/014`. */
const slashed = /(?<![\p{L}\p{N}_/])\p{L}{1,8}\d{1,6}\/\d{1,8}(?![\p{L}\p{N}_/]|-[\p{L}\p{N}])/gu
/** Articles of French and Italian. */
const article = "(?:[ldjmtsnc]|(?:lors|puis|jus|quoi)?qu|[dns]?ell|[ds]?all|sull|quest|quell|un)['’]"
const number = String.raw`(?:\p{L}{1,12}(?:\.?-|\.))?(?:\p{L}{0,20}nr|n|no|nro|num|núm|id|ref|č|čj|br|št|sz|αρ)\.`
/** An id of digits, or of digits and dots: `4711`, `1902.55`, `1964.3.2r`. */
const numeral = String.raw`[1-9]\d{3,11}(?:\.\d{1,6}){0,5}[a-z]?`
const isWordEnd = String.raw`(?![\p{L}\p{N}_-]|\.[\p{L}\p{N}])`
/** What is written right before an id: bullets, numbers of a list, articles, `Nr.`. */
const ahead = new RegExp(
  String.raw`(?<![^"'“„«([{,;|])(?:[-–−+·]|(?:\(|(?<!\())(?:\d{1,2}|[a-z])\)|\d{1,2}\.|${article}|${number})(?=${id}${isWordEnd})|(?<![^"'“„«([{,;|])${number}(?=${numeral}${isWordEnd})`,
  'giu',
)
/** What is written right behind one: `=46`, `->`, `(46)`, but not the bracket of a copy such as `in-1(2)` or `in-1(old).pdf`. */
const after = new RegExp(
  String.raw`(${id})(-{1,2}>|=>?(?=[^=>])|(?=\((?!\d\)|[^()]{0,80}\)(?:[\p{L}\p{N}_-]|\.[\p{L}\p{N}]))))`,
  'gu',
)

/** The words of a user with blanks between an id and the signs right before and behind it. Addresses stay as they are. */
export function withIdsApart(text: string): string {
  if (!/[=>()'’.+·–−-]\p{L}|\p{L}\.\d|\d(?:[=(]|-{1,2}>)/u.test(text)) return text
  return text.replace(/\S+/gu, (word) =>
    /\d/.test(word) && !inAddress.test(word.includes('/') ? word.replace(slashed, '') : word)
      ? word.replace(ahead, '$& ').replace(after, '$1 $2 ')
      : word,
  )
}

const inAddress = /[/@\\&]|\?.|%[\da-f]/i

const mark = '[\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069]'
const rightToLeft = String.raw`\p{Script=Hebrew}\p{Script=Arabic}`
/** Where words begin and end, and at slashes of a day: elsewhere between digits they may show another number. */
const marksAtEdges = new RegExp(
  String.raw`(?<=^|[\s("'“„«‘[{${rightToLeft}])${mark}{1,8}|${mark}{1,8}(?=$|[\s)"'”»’\]}${rightToLeft}−-]|[.,;:!?…،؛؟]{1,3}(?:\s|$|${mark}))|(?<=\p{Nd})${mark}{1,8}(?=\/)|(?<=\p{Nd}\/)${mark}{1,8}(?=\p{Nd})`,
  'gu',
)

/** A text without the marks of direction that editors put around words where Hebrew or Arabic stands beside Latin letters. */
export function withoutMarks(text: string): string {
  return hasMark.test(text) ? text.replace(marksAtEdges, '') : text
}

const hasMark = new RegExp(mark)

/** Whether a text has another one in it whole, nowhere as a part of a longer word, id or path. Both are folded. */
export function standsIn(words: string, sought: string): boolean {
  for (let at = words.indexOf(sought); at >= 0; at = words.indexOf(sought, at + 1))
    if (isWhole(words, at, at + sought.length)) return true
  return false
}

/** Whether what stands between two places of a folded text is whole there. */
export function isWhole(text: string, start: number, end: number): boolean {
  // An id in a row of a table: the comma behind it is no part of a number.
  const isId = text[end] === ',' && /\p{L}/u.test(text.slice(start, end))
  if ((beginsWord(text, start) || isPrefixed(text, start, end)) && (isId || endsWord(text, end))) return true
  const marks = /_{1,3}$/.exec(text.slice(Math.max(0, start - 3), start))?.[0] ?? ''
  // Markdown: `_emphasis_`.
  return marks !== '' && text.startsWith(marks, end) && isWhole(text, start - marks.length, end + marks.length)
}

/** What Hebrew and Arabic write right before a word: and, to, in, the. */
const prefix = /(?:[ובהלמשכ]{1,3}[-־]?|[وفبكل]{0,2}(?:ال|لل)?ـ?)$/u

/** Whether nothing but such stands before an id of Latin letters and digits. */
function isPrefixed(text: string, start: number, end: number): boolean {
  if (start === 0 || !/[\u0590-\u06ff-]/.test(text[start - 1] ?? '')) return false
  const [found = ''] = prefix.exec(text.slice(Math.max(0, start - 6), start)) ?? []
  return found !== '' && /^[a-z][a-z\d_/-]*\d$/.test(text.slice(start, end)) && beginsWord(text, start - found.length)
}

function beginsWord(text: string, at: number): boolean {
  if (at === 0) return true
  const before = text[at - 1] ?? ''
  const earlier = text[at - 2] ?? ' '
  if (before === ',' && isDigit(earlier) && isDigit(text[at])) return false
  if (before === "'" || before === '’') return !isLetter(earlier)
  if (/[,;|]/.test(before) && isInLink(text, at)) return false
  if (opening.test(before) || unspaced.test(before)) return true
  if (before === '@' || before === '#') return at === 1 || opening.test(earlier)
  if (signBefore.test(text.slice(Math.max(0, at - 6), at))) return !isInAddress(text, at)
  return /[:=]/.test(before) && /(?:^|[\s("'])[\p{L}_]+$/u.test(text.slice(Math.max(0, at - 24), at - 1))
}

function endsWord(text: string, at: number): boolean {
  if (at === text.length) return true
  const [after, later] = [text[at] ?? '', text[at + 1] ?? ' ']
  if (after === ',') return !(isDigit(text[at - 1]) && isDigit(later))
  // `Alice's`, and the endings other languages put behind an apostrophe: `in-1'deki`.
  if (after === "'" || after === '’') {
    const most = isDigit(text[at - 1]) ? 8 : 3
    return !isLetter(later) || (/^\p{L}+(?![\p{L}\p{N}])/u.exec(text.slice(at + 1, at + 10))?.[0].length ?? 9) <= most
  }
  if (closing.test(after) || unspaced.test(after)) return true
  if (signBehind.test(text.slice(at, at + 2)))
    return /^[\p{P}\p{S}\p{M}]{1,8}(?:\s|$)/u.test(text.slice(at, at + 9)) || !isInAddress(text, at)
  return /[.:!?…]/u.test(after) && /[\s"'`*“”’)\]}>.!?…]/u.test(later)
}

/** Paths and queries may have any sign in them: what stands behind or before one there is a part of the address. */
function isInAddress(text: string, at: number): boolean {
  for (let back = at - 1; back >= at - 256; back -= 1) {
    const letter = text[back] ?? ' '
    if (/\s/.test(letter)) return false
    if (/[/@\\]/.test(letter)) return true
  }
  return true
}

/** Queries may have what parts the columns of a row: `https://example.com/?a;in-1`. */
function isInLink(text: string, at: number): boolean {
  const word = /[^\s"'`<>()[\]{}]*$/.exec(text.slice(Math.max(0, at - 256), at))?.[0] ?? ''
  return /^[^?#]*(?::\/\/[^?#]*|\.\p{L}{2,24}(?::\d{1,5})?(?:\/[^?#]*)?)[?#]/u.test(word)
}

function isDigit(letter = ''): boolean {
  return letter >= '0' && letter <= '9'
}

function isLetter(letter: string): boolean {
  return /[\p{L}\p{N}]/u.test(letter)
}
