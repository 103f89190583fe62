/** Letters of other scripts by the Latin letter they are taken for: those of Unicode's confusables (UTS 39) that fonts in use draw alike. */
const drawnAlike: Readonly<Record<string, string>> = {
  a: 'аɑαАΑ',
  b: 'ЬвƅВΒ',
  c: 'сϲСϹ',
  d: 'ԁɗᎠԀ',
  e: 'еєεҽ℮ЕΕ',
  f: 'ƒϝ',
  g: 'ɡցǥԌ',
  h: 'һհнΗН',
  i: 'іıιɩӏІΙ',
  j: 'јϳЈ',
  k: 'кκқКΚ',
  l: 'Ӏ│Ꮮ',
  m: 'мΜМ',
  n: 'пηոΝ',
  o: 'оοσօ०০ОΟ',
  p: 'рρРΡ',
  q: 'ԛգ',
  r: 'гᴦΓ',
  s: 'ѕꜱՏЅ',
  t: 'тτΤТ',
  u: 'υսцᴜ',
  v: 'ѵνᏙѴ',
  w: 'ԝшωաᎳԜ',
  x: 'хχ×ХΧ',
  y: 'уүγყУΥҮ',
  z: 'ᴢΖ',
}

/** The Latin letter another letter is taken for. Compatibility forms (full width, mathematical) are left to NFKD. */
export const lookalikes: ReadonlyMap<string, string> = new Map(
  Object.entries(drawnAlike).flatMap(([latin, others]) => [...others].map((other): [string, string] => [other, latin])),
)
