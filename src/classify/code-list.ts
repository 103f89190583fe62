import { escapedOf, utf8Bytes } from '../text/bytes.ts'
import { character } from '../text/entity.ts'
import { shareOfScript } from '../text/utf16.ts'

/** Character codes one after the other, with separators or always the same between them: `87, 105`, `chr(87) + chr(105)`. */
export const codeRun = listOf('[0-9]{2,6}')
export const markedCodeRun = listOf('0[xo][0-9a-f]{2,6}')
export const hexCodeRun = /(?<![0-9a-z])[0-9a-f]{2,5}(?:[\s,;:|-]{1,3}[0-9a-f]{2,5}){5,}(?![0-9a-z])/gi

const codesIn = (run: string): readonly string[] => run.match(/0x[0-9a-f]+|0o[0-7]+|[0-9]+/gi) ?? []

/** The bytes that a list of codes stands for, or their text in UTF-8. */
export const codeBytes = (run: string): number[] => bytesOfCodes(codesIn(run).map(Number))
/** The same with octal digits. */
export const octalBytes = (run: string): number[] =>
  /[89]/.test(run) ? [] : bytesOfCodes(codesIn(run).map((each) => Number.parseInt(each, 8)))
/** The same with hexadecimal digits; where each has two, they are bytes, and none for this. */
export const hexCodeBytes = (run: string): number[] =>
  /[0-9a-f]{3}/i.test(run) ? bytesOfCodes(run.match(/[0-9a-f]+/gi)?.map((each) => Number.parseInt(each, 16)) ?? []) : []

const isOneScript = (codes: readonly number[]): boolean =>
  shareOfScript(
    codes.flatMap((code) => [(code >> 8) & 0xff, code & 0xff]),
    0,
  ) > 0

/** Codes may be those of bytes, or of characters of a script; else numbers that are none stand between them. */
function bytesOfCodes(codes: number[]): number[] {
  if (codes.some((code) => code > 0xff))
    return isOneScript(codes)
      ? utf8Bytes(codes.map(character).join(''))
      : bytesOfCodes(codes.filter((code) => code <= 0xff))
  return codes.every((code) => code < 0x80) ? codes : utf8Bytes(escapedOf(codes))
}

function listOf(code: string): RegExp {
  return new RegExp(`${code}(?:(?:[\\s,;]{1,3}${code}){5,}|([^0-9]{1,24})${code}(?:(?:\\1)${code}){4,})`, 'gi')
}
