/** Letters of other scripts by the Latin letter they are taken for: those of Unicode's confusables (UTS 39) that fonts in use draw alike. */
const drawnAlike: Readonly<Record<string, string>> = {
  a: 'аɑαАΑᴀ',
  b: 'ЬвƅВΒʙ',
  c: 'сϲСϹᴄ',
  d: 'ԁɗᎠԀᴅ',
  e: 'еєεҽ℮ЕΕᴇ',
  f: 'ƒϝꜰ',
  g: 'ɡցǥԌɢ',
  h: 'һհнΗНʜ',
  i: 'іıιɩӏІΙɪ',
  j: 'јϳЈᴊ',
  k: 'кκқКΚᴋ',
  l: 'Ӏ│Ꮮʟ',
  m: 'мΜМᴍ',
  n: 'пηոΝɴ',
  o: 'оοσςօ०০ОΟᴏ',
  p: 'рρРΡᴘ',
  q: 'ԛգ',
  r: 'гᴦΓʀ',
  s: 'ѕꜱՏЅ',
  t: 'тτΤТᴛ',
  u: 'υսцᴜ',
  v: 'ѵνᏙѴᴠ',
  w: 'ԝшωաᎳԜᴡ',
  x: 'хχ×ХΧ',
  y: 'уүγყУΥҮʏ',
  z: 'ᴢΖ',
}

/** Letters in circles and boxes that Unicode does not decompose, and those of flags: where `A` is. */
const boxed: readonly number[] = [0x1f150, 0x1f170, 0x1f1e6]

/** The Latin letter another letter is taken for. Compatibility forms (full width, mathematical) are left to NFKD. */
export const lookalikes: ReadonlyMap<string, string> = new Map([
  ...Object.entries(drawnAlike).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
  ...boxed.flatMap((first) =>
    Object.keys(drawnAlike).map((latin, at) => [String.fromCodePoint(first + at), latin] as const),
  ),
])
