import { memberOf, type Tool } from '../integrity/tool.ts'
import { wordsOf } from './words.ts'

/** What a tool answers with, as far as its output schema says: places of values, `*` for each item. */
export interface AnswerPlace {
  readonly at: string
  readonly name: string
}

const deepest = 4
const most = 200

/** The values an answer has, by the output schema; empty without one. */
export function answerPlaces(tool: Tool): readonly AnswerPlace[] {
  const found: AnswerPlace[] = []
  const walk = (schema: unknown, at: string, name: string, depth: number): void => {
    if (found.length >= most || depth > deepest) return
    const items = memberOf(schema, 'items')
    const properties = memberOf(schema, 'properties')
    if (items !== undefined) walk(items, `${at}/*`, name, depth + 1)
    else if (typeof properties === 'object' && properties !== null) {
      for (const [member, inner] of Object.entries(properties))
        walk(inner, `${at}/${escaped(member)}`, member, depth + 1)
    } else if (name !== '') found.push({ at, name })
  }
  walk(tool.outputSchema, '', '', 0)
  return found
}

const escaped = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1')

/** Last words of names of what systems write themselves: keys, amounts, states, times. Whatever people type in is none of it. */
const systems: ReadonlySet<string> = new Set(
  'id ids uuid guid sku status state total amount price balance currency quantity count number created updated at date tenant iban account'.split(
    ' ',
  ),
)
const peoples: ReadonlySet<string> = new Set('phone house street post zip contact display user file'.split(' '))

/** Places of an answer that only a system of record writes, by their names. */
export function trustedPlaces(tool: Tool): readonly string[] {
  return answerPlaces(tool)
    .filter(({ name }) => {
      const words = wordsOf(name)
      return (
        systems.has(words.at(-1) ?? '') &&
        !(words.length > 1 && peoples.has(words.at(-2) ?? '') && words.at(-1) === 'number')
      )
    })
    .map(({ at }) => at)
}
