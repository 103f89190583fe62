// How a value may be written where it should not be; written down here once more, and not by the code that is tested.

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** What a careless system says of a credential it was given. */
export function leak(given: string): Readonly<Record<string, unknown>> {
  return {
    verbatim: `your key is ${given}.`,
    base64: base64(given),
    basic: `Basic ${base64(`user:${given}`)}`,
    hex: Buffer.from(given).toString('hex'),
    url: encodeURIComponent(given),
    split: [given.slice(0, 9), given.slice(9)],
    nested: JSON.stringify({ inner: JSON.stringify({ given }) }),
    loud: given.toUpperCase(),
  }
}

/** Base64 depends on where in a group of three bytes a value begins; what it shares with its neighbours is left out. */
function inBase64(text: string): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const whole = base64(`${'x'.repeat(offset)}${text}`)
    return whole.slice(offset === 0 ? 0 : offset + 2, Math.floor(((offset + text.length) * 4) / 3) - 1)
  })
}

/** Ways in which a value, or a piece that tells it, could be somewhere. */
export function tracesOf(value: string): readonly Buffer[] {
  const middle = value.slice(value.length >> 1, (value.length >> 1) + 12)
  const texts = [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    value.toUpperCase(),
    value.toLowerCase(),
    middle,
    Buffer.from(middle).toString('hex'),
    Buffer.from(value, 'utf16le').toString('latin1'),
    ...inBase64(value),
    ...inBase64(value).map((each) => each.replaceAll('+', '-').replaceAll('/', '_')),
  ]
  return [...new Set(texts)].map((text) => Buffer.from(text, 'latin1'))
}

/** Every text in a value, one after the other. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)])
}
