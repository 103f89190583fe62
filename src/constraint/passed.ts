import { withArticle } from '../cel/article.ts'
import type { CallRequest, Charter, OperationId } from '../charter/charter.ts'
import { printPointer } from '../charter/pointer.ts'
import { isHttp } from '../charter/source/description.ts'
import { type Misfit, misfits } from './undescribed.ts'
import { joinWords } from './words.ts'

/** What may be passed to a tool as it was approved, or to an operation of an API as it is described. */
export interface Passed {
  readonly isTool: boolean
  /** What of a call is not so: of its body, and parameters of the query that nothing describes. */
  misfitsOf(request: CallRequest): readonly Misfit[]
}

/** Undefined where no description says it: of models, of other agents, and of what a server has beside tools. */
export function passedTo(charter: Charter, operation: OperationId): Passed | undefined {
  const shape = charter.operations.get(operation)?.shape
  const description = charter.sources.get(shape?.source ?? '')?.description
  const isTool = shape?.method === 'TOOL'
  if (shape === undefined || description === undefined || !(isTool || isHttp(description))) return undefined
  const schema = shape.body?.schema
  // What a tool takes has its references in itself.
  const home = isTool ? { document: schema } : description
  // Whoever writes an operation into a charter may leave out what it takes.
  const isWhole = description.format !== 'inline'
  const takesQueries = isWhole || shape.noQuery === true || shape.parameters.some((each) => each.in === 'query')
  // Forms are all text.
  const isTyped = !shape.body?.mediaType.includes('form')
  return {
    isTool,
    misfitsOf: ({ body, beside }) => {
      const unread = takesQueries ? Object.keys(beside?.query ?? {}) : []
      const queries = unread.map((name) => ({ at: printPointer([name]) }))
      if (isVoid(body) || (schema === undefined && !isWhole)) return queries
      const found = schema === undefined ? [{ at: '' }] : misfits(home, schema, body)
      return [...queries, ...(isTyped ? found : found.filter(({ wants }) => wants === undefined))]
    },
  }
}

function isVoid(body: unknown): boolean {
  if (body === undefined || body === null) return true
  return typeof body === 'object' && Object.keys(body).length === 0
}

/** What is wrong with a call, for whoever made it. */
export function misfitWords(isTool: boolean, wrong: readonly Misfit[]): string {
  const shown = wrong.slice(0, 8)
  const unknown = shown.flatMap(({ at, wants }) => (wants === undefined && at !== '' ? [placeWords(at)] : []))
  const others = shown.flatMap(({ at, wants }) =>
    wants !== undefined ? [`takes ${wantWords(wants)} at ${placeWords(at)}`] : at === '' ? ['takes no body'] : [],
  )
  const none = unknown.length === 0 ? [] : [`has no argument ${joinWords(unknown)}`]
  return `the ${isTool ? 'tool as it was approved' : 'operation as it is described'} ${joinWords([...none, ...others], 'and')}`
}

const placeWords = (at: string): string => (at === '' ? 'its body' : `\`${at.slice(0, 64)}\``)

const wantWords = (wants: readonly string[]): string =>
  wants.length === 0 ? 'other values' : joinWords(wants.map(withArticle))
