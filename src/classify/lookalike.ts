/** Letters of other scripts, and small capitals, that look like the Latin letters behind them, or are them. Not the whole of Unicode's list. */
const pairs =
  // Cyrillic
  'аa АA вb ВB сc СC еe ЕE ёe нh НH іi ІI їi јj ЈJ кk КK мm МM оo ОO рp РP ѕs ЅS тt ТT уy УY хx ХX ԁd һh ҺH ӏl ӀI ԛq ԝw ѵv ѴV үy ҮY ѡw гr пn ' +
  // Greek
  'αa ΑA βb ΒB εe ΕE ΖZ ηn ΗH ιi ΙI κk ΚK ΜM νv ΝN οo ΟO ρp ΡP τt ΤT υu ΥY χx ΧX γy ωw ϲc ϹC ϳj ςσ ' +
  // Armenian
  'օo սu հh ոn ցg զq ԁd գq աw ' +
  // Latin beyond ASCII that does not decompose
  'ıi ɑa ɡg ɩi łl øo ØO đd ĐD ħh ŧt ƅb ǀl ɛe ɾr ʋv ɯw ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz ßss ẞSS ' +
  // Cherokee
  'ᎠD ᎡR ᎢT ᎪA ᎫJ ᎬE ᎳW ᎷM ᎻH ᏀG ᏃZ Ꮞ4 Ꮟb ᏒR ᏙV ᏚS ᏞL ᏟC ᏢP ᏦK ᏴB ' +
  // Lisu
  'ꓐB ꓑP ꓒd ꓓD ꓔT ꓖG ꓗK ꓙJ ꓚC ꓜZ ꓝF ꓟM ꓠN ꓡL ꓢS ꓣR ꓦV ꓧH ꓪW ꓫX ꓬY ꓮA ꓰE ꓲI ꓳO ꓴU'

const alike = pairs.split(' ').map((pair) => {
  const [other = '', ...letters] = pair
  return [other, letters.join('')] as const
})
/** Where only a capital looks like another, its small letter counts as that one, too. */
const latin: ReadonlyMap<string, string> = new Map([
  ...alike.map(([other, letters]) => [other.toLowerCase(), letters.toLowerCase()] as const),
  ...alike,
])

/** What a small letter looks like whose capital looks like nothing else: `Ω` is `ω`, which looks like `w`. */
export const lowerLike = (letter: string): string => latin.get(letter) ?? letter

/** Capitals that look like another letter than they do in lower case: `Η` is `η`, which looks like `n`. */
const twoFaced = /[ΗΝΥӀΉΎΫ\u1f28-\u1f2f\u1f59-\u1f5f\u1f98-\u1f9f\u1fca-\u1fcc\u1fe8-\u1feb]/gu

/** The text with such capitals in lower case, of the same length. */
export const withoutTwoFaced = (text: string): string => text.replace(twoFaced, (capital) => capital.toLowerCase())

/** Where the ten digits of other scripts begin. */
const zeros: readonly number[] = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
  0x17e0, 0x1810,
]

/** Letters in boxes and circles that Unicode does not decompose: where `A` is. */
const boxed: readonly number[] = [0x1f130, 0x1f150, 0x1f170, 0x1f1e6]

/** Characters that show nothing, or only change how their neighbours are shown. */
const hidden = /^[\p{M}\p{Cf}\p{Cc}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]$/u

/** The tag characters U+E0020 to U+E007E are an invisible copy of ASCII. */
const tagBlock = 0xe0000

/**
 * What one character (one code point) looks like: the plain character, several, or nothing for what cannot be seen.
 *
 * Compatibility forms, accents, other scripts' look-alikes and digits, boxed letters and tag characters become ASCII where there is one;
 * the case is kept. Tabs and line ends, which are seen, stay.
 */
export function plainOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return (code < 0x20 && code !== 9 && code !== 10 && code !== 13) || code === 0x7f ? '' : character
  if (code > tagBlock + 0x1f && code < tagBlock + 0x7f) return String.fromCharCode(code - tagBlock)
  const known = latin.get(character)
  if (known !== undefined) return known
  for (const zero of zeros) if (code >= zero && code < zero + 10) return String(code - zero)
  for (const first of boxed) if (code >= first && code < first + 26) return String.fromCharCode(code - first + 0x41)
  if (hidden.test(character)) return ''
  const parts = character.normalize('NFKD')
  if (parts === character) return character
  let text = ''
  for (const part of parts) if (!hidden.test(part)) text += latin.get(part) ?? part
  return text
}
