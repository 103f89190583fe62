/** A noun with its article, also where it stands in backticks: `a user`, `an order`. */
export function withArticle(noun: string): string {
  return `${/^`?[aeio]/i.test(noun) ? 'an' : 'a'} ${noun}`
}
