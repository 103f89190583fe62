import { base64Of, hexOf, utf8Bytes } from '../text/bytes.ts'
import { fold } from './fold.ts'
import { withoutTwoFaced } from './lookalike.ts'
import type { Worth } from './worth.ts'

/** A way in which a value is looked for. */
export type Form = 'plain' | 'reversed' | 'rotated' | 'base64' | 'hexadecimal'

/** Characters that are looked for, and how many of them in a row are enough. */
export interface Shape {
  readonly how: Form
  readonly need: number
  readonly of: readonly number[]
}

/** Longer texts are only found encoded where the encoding is whole enough to be undone. */
const longestEncoded = 64

/**
 * The forms in which a longer value is looked for.
 *
 * @param whole - The value with what is shared with others.
 * @param scarce - There is little room left: better to know more values as they are than fewer in every form.
 */
export function formsOf(whole: string, worth: Worth, scarce: boolean): readonly Shape[] {
  const { text, codes, need, shared } = worth
  const plain: Shape = { how: 'plain', need, of: codes }
  if (scarce) return [plain]
  const forms: Shape[] = [plain, { how: 'reversed', need, of: codes.toReversed() }]
  if (codes.some(isLetter)) forms.push({ how: 'rotated', need, of: codes.map(rotated) })
  const bytes = utf8Bytes(whole.trim())
  if (bytes.length <= longestEncoded) {
    const share = shared ? 0.85 : Math.max(0.6, need / codes.length)
    for (const [how, encoded] of [
      ['base64', base64Of(bytes)],
      ['hexadecimal', hexOf(bytes)],
    ] as const) {
      const of = fold(encoded).codes
      forms.push({ how, need: Math.max(10, Math.ceil(of.length * share)), of })
    }
  }
  if (isAscii.test(text)) return forms
  const others = [
    ...recased(worth).flatMap((of): Shape[] => [
      { how: 'plain', need, of },
      { how: 'reversed', need, of: of.toReversed() },
    ]),
    { how: 'reversed', need, of: fold(backwards(text)).codes } as const,
    ...[text, text.normalize('NFD')].map((each): Shape => ({ how: 'rotated', need, of: fold(turned(each)).codes })),
  ]
  return [...forms, ...others.filter(({ of }) => !forms.some((form) => isSame(form.of, of)))]
}

/** The forms in which a short value is looked for as a word: forwards and backwards in turn. */
export function wordFormsOf(worth: Worth): readonly (readonly number[])[] {
  const { text, codes } = worth
  const forms = [codes]
  if (!isAscii.test(text))
    for (const other of [...recased(worth), fold(backwards(text)).codes.toReversed()])
      if (!isSame(other, codes)) forms.push(other)
  return forms.flatMap((each) => [each, each.toReversed()])
}

const isAscii = /^[\0-\x7f]*$/

/** What letters in their other case look like, where that is something else. */
function recased({ text, codes }: Worth): readonly (readonly number[])[] {
  const lower = withoutTwoFaced(text)
  const other = lower === text ? codes : fold(lower).codes
  return isSame(other, codes) ? [] : [other]
}

const isSame = (some: readonly number[], other: readonly number[]): boolean =>
  some.length === other.length && some.every((code, at) => code === other[at])

// Hangul is folded into its parts, which stay in their order when its syllables are turned round; marks go before letters are rotated.
const backwards = (text: string): string => [...text].reverse().join('')

const isLetter = (code: number): boolean => code >= 0x61 && code <= 0x7a
const rotated = (code: number): number => (isLetter(code) ? ((code - 0x61 + 13) % 26) + 0x61 : code)
const turned = (text: string): string =>
  text.toLowerCase().replace(/[a-z]/g, (letter) => String.fromCharCode(rotated(letter.charCodeAt(0))))
