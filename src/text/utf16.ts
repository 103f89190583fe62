/** Of what a pair of bytes is a part, by the higher one: no letter, what stands among letters of every script, or a script. */
const [none, shared] = [0, 1]
const scripts = new Uint8Array(256)
const are = (script: number, first: number, last = first): unknown => scripts.fill(script, first, last + 1)
// Latin and Greek beyond the first block, and each script between them that has blocks of its own.
for (let high = 0x01; high < 0x20; high++) scripts[high] = high + 1
are(0x02, 0x02)
are(0x02, 0x1e)
are(0x04, 0x1f)
are(0x21, 0x30)
are(0x21, 0x4e, 0x9f)
are(0x22, 0xac, 0xd7)
are(0x07, 0xfb)
are(0x07, 0xfd, 0xfe)
are(shared, 0x00)
are(shared, 0x20)
are(shared, 0xff)

/** Bytes as UTF-16, of either order, where every other one is 0; undefined for any others. */
export function utf16Of(bytes: readonly number[]): string | undefined {
  const [even, odd] = zerosOf(bytes)
  const half = bytes.length / 2
  if (odd > half * 0.7) return pairs(bytes, 0, 1)
  return even > half * 0.7 ? pairs(bytes, 1, 0) : undefined
}

/** The same where they are letters of one script: so are often those of a text in UTF-8, which is to be tried first. */
export function scriptOf(bytes: readonly number[]): string | undefined {
  if (isOfScript(bytes, 1)) return pairs(bytes, 0, 1)
  return isOfScript(bytes, 0) ? pairs(bytes, 1, 0) : undefined
}

function zerosOf(bytes: readonly number[]): readonly [even: number, odd: number] {
  let [even, odd] = [0, 0]
  for (let i = 0; i < bytes.length; i++)
    if (bytes[i] === 0) {
      if (i % 2 === 0) even++
      else odd++
    }
  return [even, odd]
}

/** Fewer letters are of one script by chance. */
const fewest = 4

/** Whether bytes are letters of one script, and what stands between them: a third of that at least. */
export const isOfScript = (bytes: readonly number[], high: 0 | 1): boolean => shareOfScript(bytes, high) > 0.3

/** How many of the pairs of bytes are letters of one script; 0 where others are of another one. @param high - Where in a pair the higher byte is. */
export function shareOfScript(bytes: readonly number[], high: 0 | 1): number {
  const units = bytes.length >> 1
  let [script, own, other] = [none, 0, 0]
  for (let unit = 0; unit < units; unit++) {
    const found = scripts[bytes[unit * 2 + high] ?? 0] ?? none
    if (found === shared) continue
    if (found !== none && (script === none || script === found)) {
      script = found
      own++
    } else if (++other > units * 0.1) return 0
  }
  return units < fewest ? 0 : own / units
}

function pairs(bytes: readonly number[], low: number, high: number): string {
  let text = ''
  for (let i = 0; i + 1 < bytes.length; i += 2)
    text += String.fromCharCode((bytes[i + low] ?? 0) | ((bytes[i + high] ?? 0) << 8))
  return text
}
