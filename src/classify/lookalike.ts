/** Letters of other scripts, and small capitals, that look like the Latin letter behind them. Not the whole of Unicode's list. */
const pairs =
  // Cyrillic
  'аa АA вb ВB сc СC еe ЕE ёe нh НH іi ІI їi јj ЈJ кk КK мm МM оo ОO рp РP ѕs ЅS тt ТT уy УY хx ХX ԁd һh ҺH ӏl ӀI ԛq ԝw ѵv ѴV үy ҮY ѡw гr пn ' +
  // Greek
  'αa ΑA βb ΒB εe ΕE ΖZ ηn ΗH ιi ΙI κk ΚK ΜM νv ΝN οo ΟO ρp ΡP τt ΤT υu ΥY χx ΧX γy ωw ϲc ϳj ' +
  // Armenian
  'օo սu հh ոn ցg զq ԁd գq աw ' +
  // Latin beyond ASCII that does not decompose
  'ıi ɑa ɡg ɩi łl øo ØO đd ĐD ħh ŧt ƅb ǀl ɛe ɾr ʋv ɯw ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz ' +
  // Cherokee
  'ᎠD ᎡR ᎢT ᎪA ᎫJ ᎬE ᎳW ᎷM ᎻH ᏀG ᏃZ Ꮞ4 Ꮟb ᏒR ᏙV ᏚS ᏞL ᏟC ᏢP ᏦK ᏴB ' +
  // Lisu
  'ꓐB ꓑP ꓒd ꓓD ꓔT ꓖG ꓗK ꓙJ ꓚC ꓜZ ꓝF ꓟM ꓠN ꓡL ꓢS ꓣR ꓦV ꓧH ꓪW ꓫX ꓬY ꓮA ꓰE ꓲI ꓳO ꓴU'

const latin: ReadonlyMap<string, string> = new Map(
  pairs.split(' ').flatMap((pair) => {
    const [other = '', letter = ''] = [...pair]
    return [[other, letter] as const]
  }),
)

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
