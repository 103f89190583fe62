/** The words of a name in lower case: `fromAccountId`, `from_account_id` and `from-account-id` are all `from`, `account`, `id`. */
export function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase())
}

const irregular: Readonly<Record<string, string>> = {
  people: 'person',
  children: 'child',
  men: 'man',
  women: 'woman',
  data: 'data',
  news: 'news',
  series: 'series',
  movies: 'movie',
  cookies: 'cookie',
  leaves: 'leave',
  status: 'status',
  addresses: 'address',
  beneficiaries: 'beneficiary',
}

/** The singular of an English noun, as far as its ending tells. */
export function singular(word: string): string {
  const known = irregular[word]
  if (known !== undefined) return known
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`
  if (/(ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2)
  if (/(ss|us|is)$/.test(word)) return word
  return word.endsWith('s') ? word.slice(0, -1) : word
}

/** A name as charters write names, in kebab case: `giftCards` is `gift-card` when taken as the name of one thing. */
export function kebab(name: string): string {
  const joined = wordsOf(name)
    .join('-')
    .replaceAll(/[^a-z0-9-]/g, '')
  return /^[a-z]/.test(joined) ? joined : `x${joined}`
}

/** The name of one thing out of a collection's name. */
export function kebabSingular(name: string): string {
  const words = wordsOf(name)
  const last = words.pop() ?? 'thing'
  return kebab([...words, singular(last)].join('-'))
}

/** A name as rules can use it as a variable, in camel case. */
export function camel(name: string): string {
  const [first = 'x', ...rest] = wordsOf(name)
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

/** The thing a member refers to, when it is named like a reference: `fromAccountId`, `account_id`, `account` of `accountId`. */
export function referredBy(member: string): string[] | undefined {
  const words = wordsOf(member)
  const last = words.at(-1) ?? ''
  if (words.length > 1 && ['id', 'uuid', 'key', 'ref', 'number', 'code'].includes(last)) return words.slice(0, -1)
  if (words.length > 1 && words[0] === 'id') return words.slice(1)
  return undefined
}

/** The first sentence-like part of a text, on one line, for a comment. */
export function shortened(text: string, most = 70): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  if (line.length <= most) return line
  const cut = line.slice(0, most)
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), most / 2))}…`
}
