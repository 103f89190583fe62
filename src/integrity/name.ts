import { fold } from '../classify/fold.ts'

const digitLetters: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '5': 's',
  $: 's',
  '4': 'a',
  '7': 't',
}

/** What a name looks like at a glance: look-alikes and digits that pass for letters made plain, separators and case left out. */
export function skeletonOf(name: string): string {
  const letters = String.fromCharCode(...fold(name.slice(0, 200)).codes)
  return letters
    .replaceAll(/[013547]/g, (each) => digitLetters[each] ?? each)
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
}

/** The words of a name in lower case. */
export function nameWords(name: string): readonly string[] {
  return name
    .slice(0, 200)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase())
}

/** How many letters have to be put in, taken out, changed or swapped; more than `most` counts as `most + 1`. */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      row.push(least)
    }
    if (Math.min(...row) > most) return most + 1
    before = last
    last = row
  }
  return last[b.length] ?? most + 1
}

/** Scripts of the letters of a name, without those that all scripts share. */
export function scriptsOf(name: string): readonly string[] {
  const known = [
    'Latin',
    'Cyrillic',
    'Greek',
    'Armenian',
    'Cherokee',
    'Hebrew',
    'Arabic',
    'Han',
    'Hiragana',
    'Katakana',
    'Hangul',
    'Thai',
    'Devanagari',
  ] as const
  return known.filter((script) => new RegExp(`\\p{Script=${script}}`, 'u').test(name))
}
