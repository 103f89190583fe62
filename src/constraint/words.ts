import { withArticle } from '../cel/article.ts'
import type { Choice } from '../charter/charter.ts'
import { countedPlace } from '../charter/pointer.ts'

/** Joins words as a sentence does: `a`, `a or b`, `a, b or c`. */
export function joinWords(words: readonly string[], last: 'or' | 'and' = 'or'): string {
  if (words.length < 2) return words[0] ?? 'nobody'
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/** A number of things: `1 call`, `3 calls`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}

/** Who is meant by choices: `the owner or a clerk`; `nobody` for none. */
export function whoWords(choices: readonly Choice[], of = ''): string {
  return joinWords(choices.map((choice) => choiceWords(choice, of)))
}

function choiceWords({ actor, party, scope, states, anonymous }: Choice, of: string): string {
  const inState = states === undefined ? '' : ` while it is ${joinWords(states)}`
  const holding = (scope === undefined ? '' : ` with the scope \`${scope}\``) + inState
  if (party === undefined) {
    if (actor === undefined) return (anonymous ? 'anyone' : 'whoever is signed in') + holding
    return withArticle(actor) + holding
  }
  const role = party === 'holder' ? 'whoever holds its key' : `the ${party}${of}`
  return (actor === undefined ? role : `${withArticle(actor)} who is ${role}`) + holding
}

/** The last name of a place in a request, other names as they are. */
function placeWords(scope: string): string {
  const place = countedPlace(scope)
  if (place === undefined) return scope
  return `\`${place.in === 'body' ? (place.pointer.at(-1) ?? 'body') : place.name}\``
}

/** Whose uses are counted together: `for each object`, `for each principal and object`. */
export function perWords(per: readonly string[]): string {
  return `for each ${joinWords(
    per.map((scope) => (scope === 'principal' ? 'caller' : placeWords(scope))),
    'and',
  )}`
}
