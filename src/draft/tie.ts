import type { ApiDescription, OperationShape } from '../charter/source/description.ts'
import { argumentsOf } from '../integrity/classify-tool.ts'
import { memberOf, type Tool } from '../integrity/tool.ts'
import { singular, wordsOf } from './words.ts'

/** A tool that probably calls this operation of an API. */
export interface Tie {
  readonly operation: OperationShape
  readonly because: string
  /** Where the arguments of the tool are. */
  readonly places: readonly string[]
}

/** Words that say how, not what. */
const fillers: ReadonlySet<string> = new Set('a an the of by for to from in with all one v1 v2 api'.split(' '))
/** Verbs that APIs and tools use for the same thing. */
const same: Readonly<Record<string, string>> = {
  fetch: 'get',
  read: 'get',
  lookup: 'get',
  show: 'get',
  retrieve: 'get',
  describe: 'get',
  view: 'get',
  find: 'list',
  search: 'list',
  query: 'list',
  add: 'create',
  new: 'create',
  make: 'create',
  place: 'create',
  post: 'create',
  issue: 'create',
  open: 'create',
  edit: 'update',
  modify: 'update',
  change: 'update',
  set: 'update',
  patch: 'update',
  put: 'update',
  remove: 'delete',
  destroy: 'delete',
  erase: 'delete',
}
const byMethod: Readonly<Record<string, string>> = { GET: 'get', DELETE: 'delete', PUT: 'update', PATCH: 'update' }

/** Less than this has nothing to do with each other. */
const leastLikeness = 0.6

/** The operation of an API that a tool is likeliest to call: by the words of names and paths, and what both are given. A reader calls a reader. */
export function tieTo(tool: Tool, { operations }: ApiDescription, reads: boolean): Tie | undefined {
  const own = meaningOf(wordsOf(tool.name))
  const given = new Set(argumentsOf(tool).map(({ words }) => words.join(' ')))
  const places = argumentsOf(tool).map(({ at }) => at)
  let best: (Tie & { readonly likeness: number }) | undefined
  for (const operation of operations.filter(({ method }) => (method === 'GET') === reads)) {
    const theirs = meaningOf([...wordsOf(operation.name), byMethod[operation.method] ?? ''])
    const path = meaningOf(wordsOf(operation.path.replaceAll(/\{[^}]*\}/g, '')))
    const taken = argumentsTaken(operation)
    const words = Math.max(
      likeness(own, theirs),
      likeness(own, new Set([...path, byMethod[operation.method] ?? 'create'])),
    )
    const shared = [...given].filter(
      (each) => taken.has(each) || [...taken].some((other) => isSameArgument(each, other)),
    )
    const value = words * 0.7 + (given.size === 0 ? words : shared.length / given.size) * 0.3
    if (value >= leastLikeness && value > (best?.likeness ?? 0)) {
      const args =
        shared.length === 0
          ? ''
          : ` and takes ${shared.map((each) => `\`${each.replaceAll(' ', '_')}\``).join(', ')} too`
      best = { operation, places, because: `it is called alike${args}`, likeness: value }
    }
  }
  return best
}

function meaningOf(words: readonly string[]): ReadonlySet<string> {
  const kept = words.filter((word) => word !== '' && !fillers.has(word)).map((word) => same[word] ?? singular(word))
  return new Set(kept)
}

/** Dice's measure. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length
  return a.size + b.size === 0 ? 0 : (2 * shared) / (a.size + b.size)
}

function argumentsTaken({ parameters, body }: OperationShape): ReadonlySet<string> {
  const properties = memberOf(body?.schema, 'properties')
  const members = typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
  return new Set(
    [...parameters.filter((each) => each.in !== 'header').map(({ name }) => name), ...members].map((name) =>
      wordsOf(name).join(' '),
    ),
  )
}

/** `order id` of a tool is `id` of a path. */
const isSameArgument = (own: string, other: string): boolean => own.endsWith(` ${other}`) || other.endsWith(` ${own}`)
