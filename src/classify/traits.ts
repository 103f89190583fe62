/** What the characters of a text allow: nothing that needs more than this is looked for in it. */
export interface TextTraits {
  /** Something that begins an escape: `%`, `&` or a backslash. */
  readonly escapes: boolean
  readonly equals: boolean
  /** Characters that are no printable ASCII, tab or line end. */
  readonly odd: boolean
  /** How many ASCII digits there are. */
  readonly digits: number
  /** The longest run of letters and digits; the same with `+`, `/`, `_` and `-`. */
  readonly alphanumeric: number
  readonly word: number
  /** The most hexadecimal digits with nothing between them but what stands between bytes. */
  readonly hexadecimal: number
  /** How many numbers there are that have as many digits as the code of a character. */
  readonly codes: number
}

const [wordly, alnum, digit, hexDigit, inHex, escaping, equals, odd] = [1, 2, 4, 8, 16, 32, 64, 128]

const kinds = new Uint16Array(128)
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code)
  const are = (set: RegExp, kind: number): number => (set.test(character) ? kind : 0)
  kinds[code] =
    are(/[A-Za-z0-9+/_-]/, wordly) |
    are(/[A-Za-z0-9]/, alnum) |
    are(/[0-9]/, digit) |
    are(/[0-9A-Fa-f]/, hexDigit) |
    are(/[0-9A-Fa-fx]|[^\w]/i, inHex) |
    are(/[%&\\]/, escaping) |
    are(/=/, equals) |
    are(/[^\t\n\r -~]/, odd)
}

/** Several ask about the same text in turn. */
let last: { readonly text: string; readonly traits: TextTraits } | undefined

/** Reads a text once, whoever asks how often in a row. */
export function traitsOf(text: string): TextTraits {
  if (last?.text !== text) last = { text, traits: readTraits(text) }
  return last.traits
}

function readTraits(text: string): TextTraits {
  let [all, digits, codes] = [0, 0, 0]
  // Runs that go on at this place, and the longest ones so far.
  let [word, run, hex, number] = [0, 0, 0, 0]
  let [longestWord, longestRun, longestHex] = [0, 0, 0]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const kind = code < 128 ? (kinds[code] ?? odd) : odd
    all |= kind
    word = (kind & wordly) === 0 ? 0 : word + 1
    run = (kind & alnum) === 0 ? 0 : run + 1
    hex = (kind & inHex) === 0 ? 0 : (kind & hexDigit) === 0 ? hex : hex + 1
    number = (kind & digit) === 0 ? 0 : number + 1
    if (number > 0) digits++
    if (number === 2) codes++
    else if (number === 7) codes--
    if (word > longestWord) longestWord = word
    if (run > longestRun) longestRun = run
    if (hex > longestHex) longestHex = hex
  }
  return {
    escapes: (all & escaping) !== 0,
    equals: (all & equals) !== 0,
    odd: (all & odd) !== 0,
    digits,
    alphanumeric: longestRun,
    word: longestWord,
    hexadecimal: longestHex,
    codes,
  }
}
