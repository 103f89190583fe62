/** How a value looks when somebody writes it another way. */

/** Shorter forms are too common in ordinary text to be taken out of it. */
const shortest = 6
/** Values of one case are too, unless they are long. */
const shortestCased = 12

/** The value itself and its JSON, HTML, URL, hexadecimal and base64 forms, the last also as they stand inside longer base64. */
export function formsOf(value: string): readonly Buffer[] {
  const bytes = Buffer.from(value)
  const url = encodeURIComponent(bytes.toString())
  const form = new URLSearchParams({ q: value }).toString().slice('q='.length)
  const all = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  const hex = bytes.toString('hex')
  const json = JSON.stringify(value).slice(1, -1)
  const texts = [
    value,
    json,
    json.replaceAll('/', '\\/'),
    htmlOf(value),
    url,
    lowerPercent(url),
    form,
    lowerPercent(form),
    all,
    all.toUpperCase(),
    hex,
    hex.toUpperCase(),
    ...(value.length < shortestCased ? [] : [value.toLowerCase(), value.toUpperCase()]),
    ...base64Of(bytes),
  ]
  return [...new Set(texts)].filter((text) => text.length >= shortest).map((text) => Buffer.from(text))
}

function htmlOf(value: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return value.replaceAll(/[&<>"']/g, (sign) => names[sign] ?? sign)
}

function lowerPercent(text: string): string {
  return text.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
}

/** Base64 depends on where in a group of three bytes the value begins; characters it shares with its neighbours are left out. */
function base64Of(bytes: Buffer): string[] {
  const whole = bytes.toString('base64')
  const inner = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6))
  })
  return [whole, whole.replace(/=+$/, ''), ...inner].flatMap((text) => [
    text,
    text.replaceAll('+', '-').replaceAll('/', '_'),
  ])
}
