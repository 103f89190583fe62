import type { HttpRequest } from '../transport/exchange.ts'
import type { RawIdentities, RawIdentity } from './schema.ts'

/** A request that carries a secret the way some identity carries its own. */
export type Present = (secret: string) => (request: HttpRequest) => HttpRequest

const placeholder = /\$\{(env|file|var):[^}]+\}/
/** How keys and tokens are carried where the file shows nothing else. */
const usual: readonly Carrier[] = [
  { place: 'headers', name: 'Authorization', before: 'Bearer ', after: '' },
  { place: 'headers', name: 'X-Api-Key', before: '', after: '' },
]

/** A place for one secret, and the text around it. */
interface Carrier {
  readonly place: 'headers' | 'query'
  readonly name: string
  readonly before: string
  readonly after: string
}

/** Every way in which the identities of a file carry a single secret, those of keys first; then the usual ones. */
export function presentationsOf(file: RawIdentities): readonly Present[] {
  const identities = Object.values(file.identities)
  const sorted = [...identities.filter((each) => each.login === undefined), ...identities]
  const carriers = sorted.flatMap((identity) => [
    ...carriersIn('headers', identity.headers),
    ...carriersIn('query', identity.query),
  ])
  const found = new Map<string, Carrier>()
  for (const carrier of [...carriers, ...usual]) {
    const { place, name, before, after } = carrier
    const mark = [place, name.toLowerCase(), before, after].join('|')
    if (!found.has(mark)) found.set(mark, carrier)
  }
  return [...found.values()].map(presenting)
}

/** Where an identity carries what it is let in with, as `header authorization`, `query key` or `cookie`. */
export function carriedBy({ headers = {}, query = {}, cookies }: RawIdentity): string[] {
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  const sent = names.map((name) => (name === 'cookie' ? name : `header ${name}`))
  return [...sent, ...Object.keys(query).map((name) => `query ${name.toLowerCase()}`), ...(cookies ? ['cookie'] : [])]
}

function carriersIn(place: Carrier['place'], values: Readonly<Record<string, string>> | undefined): Carrier[] {
  return Object.entries(values ?? {}).flatMap(([name, template]) => {
    const [before = '', , after, ...more] = template.split(placeholder)
    return after === undefined || more.length > 0 ? [] : [{ place, name, before, after }]
  })
}

function presenting({ place, name, before, after }: Carrier): Present {
  return (secret) => (request) => {
    const value = before + secret + after
    if (place === 'headers') return { ...request, headers: { ...request.headers, [name]: value } }
    const url = new URL(request.url)
    url.searchParams.set(name, value)
    return { ...request, url: url.href }
  }
}
