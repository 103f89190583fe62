/** An upper bound of the entropy of keys, in bits, by the characters that differ between them; counters have next to none. */
export function entropyBits(keys: readonly string[]): number {
  const distinct = new Set(keys).size
  if (distinct < 2) return 0
  if (isCounter(keys)) return 10
  const length = Math.min(...keys.map((key) => key.length))
  let varying = 0
  for (let at = 0; at < length; at++) if (new Set(keys.map((key) => key[at])).size > 1) varying++
  const all = keys.join('')
  const alphabet = /^[\d-]+$/.test(all)
    ? 10
    : /^[\da-f-]+$/i.test(all)
      ? 16
      : /^[\da-z-]+$/.test(all) || /^[\dA-Z-]+$/.test(all)
        ? 36
        : 62
  const alike = alphabet ** (1 - distinct)
  return Math.min(length, varying + hidden(length, alike)) * Math.log2(alphabet)
}

/** Keys that count up: the same text before a number that grows by little. */
function isCounter(keys: readonly string[]): boolean {
  const parts = keys.map((key) => /^(.*?)(\d+)$/.exec(key))
  const heads = new Set(parts.map((part) => part?.[1]))
  if (heads.size > 1 || heads.has(undefined)) return false
  const numbers = parts.map((part) => Number(part?.[2]))
  const steps = numbers.slice(1).map((value, index) => value - (numbers[index] ?? 0))
  return steps.length > 0 && steps.every((step) => step > 0 && step < 1000)
}

/** How many places that vary may look alike by chance, `alike` being the chance of one: more than that happens less than once in a million. */
function hidden(length: number, alike: number): number {
  let chance = 1
  let count = 0
  while (count < length) {
    chance *= ((length - count) / (count + 1)) * alike
    if (chance < 1e-6) break
    count++
  }
  return count
}
