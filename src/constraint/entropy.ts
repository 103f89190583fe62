/** An upper bound of the entropy of keys by the characters that differ between them; counters have next to none. */
export function entropyBits(keys: readonly string[]): number {
  const numbers = keys.map((key) => Number.parseInt(/(\d+)$/.exec(key)?.[1] ?? '', 10))
  const steps = numbers.slice(1).map((value, index) => value - (numbers[index] ?? 0))
  if (steps.length > 0 && steps.every((step) => step > 0 && step < 1000)) return 10
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
  // Few samples hide some of the varying places: a quarter is allowed for.
  return Math.min(length, varying * 1.25) * Math.log2(alphabet)
}
