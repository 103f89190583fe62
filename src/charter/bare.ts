/** A name without case and separators, to compare names written in different styles. */
export function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** What the words for a deed and for whoever does it have in common: `underwriter` and `underwriting`, `approver` and `approved`. */
export function stemOf(word: string): string {
  const plain = word.toLowerCase().replace(/(?<=[^s])s$/, '')
  const cut = plain.replace(/(?:ing|ed|er|or|e)$/, '')
  return cut.length < 3 ? plain : cut
}
