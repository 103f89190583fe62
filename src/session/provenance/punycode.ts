const label = /(?<![\p{L}\p{N}-])xn--[a-z0-9-]{1,59}(?![\p{L}\p{N}-])/giu

/** The names of hosts in a text in their own letters (RFC 3492, RFC 5891); what is written so and is none stays as it is. */
export function inOwnLetters(text: string): string {
  return /xn--/i.test(text) ? text.replace(label, (name) => decoded(name.slice(4).toLowerCase()) ?? name) : text
}

function decoded(name: string): string | undefined {
  const cut = name.lastIndexOf('-')
  const points = Array.from(name.slice(0, Math.max(0, cut)), (letter) => letter.charCodeAt(0))
  let [point, bias, index] = [128, 72, 0]
  for (let at = cut + 1; at < name.length; index += 1) {
    const before = index
    for (let [weight, step] = [1, 36]; ; step += 36) {
      const digit = '0123456789'.includes(name[at] ?? ' ') ? name.charCodeAt(at) - 22 : name.charCodeAt(at) - 97
      if (!(digit >= 0 && digit < 36)) return undefined
      at += 1
      index += digit * weight
      const least = Math.min(26, Math.max(1, step - bias))
      if (digit < least) break
      weight *= 36 - least
    }
    bias = adapted(index - before, points.length + 1, before === 0)
    point += Math.floor(index / (points.length + 1))
    index %= points.length + 1
    if (point > 0x10ffff) return undefined
    points.splice(index, 0, point)
  }
  const own = String.fromCodePoint(...points)
  // A name in capitals, in Latin letters only or with signs is none that is looked up.
  const isName = /[^ -~]/.test(own) && /^[\p{L}\p{M}\p{N}-]+$/u.test(own)
  return isName && own === own.normalize('NFC').toLowerCase() ? own : undefined
}

function adapted(delta: number, length: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? 700 : 2))
  rest += Math.floor(rest / length)
  let bias = 0
  for (; rest > 455; bias += 36) rest = Math.floor(rest / 35)
  return bias + Math.floor((36 * rest) / (rest + 38))
}
