import { bare } from '../charter/bare.ts'
import type { OperationShape } from '../charter/source/description.ts'
import { wordsOf } from './words.ts'

/** What an operation's author says of it: summary and description as one text. */
export function saidOf({ summary = '', description = '' }: OperationShape): string {
  return `${summary}. ${description}`.replaceAll(/\s+/g, ' ').trim()
}

/** The words of `known` a text names, in the text's order; plurals count, and names of several words written apart. */
export function namedIn(text: string, known: readonly string[]): string[] {
  const places = known.flatMap((word) => {
    const place = text.search(patternFor(word))
    return place < 0 ? [] : [{ word, place }]
  })
  return places.sort((left, right) => left.place - right.place).map(({ word }) => word)
}

/** Finds a word with its plural, whole and in any case. */
export function patternFor(word: string): RegExp {
  const parts = wordsOf(word).map((part) => part.replaceAll(/[^\p{L}\p{N}]/gu, ''))
  const last = parts.pop() ?? ''
  const plural = last.endsWith('y') ? `(?:${last}|${last.slice(0, -1)}ies)` : `${last}(?:e?s)?`
  return new RegExp(`(?<![\\p{L}\\p{N}-])${[...parts, plural].join('[-_ ]')}(?![\\p{L}\\p{N}])`, 'iu')
}

/** What a text says of where the object must be before, and where it is afterwards. */
export interface StatesInText {
  /** `before it is packed`: any state up to there. */
  readonly before: string | undefined
  readonly from: readonly string[]
  readonly notFrom: readonly string[]
  readonly to: readonly string[]
}

const leading =
  /\b(?:back to|turns? (?:it )?(?:in)?to|makes? it|becomes?|moves? (?:it )?to|is then|it is then|starts?(?: as| out as| in)?|ends?(?: up)? (?:as|in)|sets? it to)(?: an?| the)? /i

/** Reads states out of a text: `Submit a draft`, `It must be active`, `Take it back to draft`, `It starts pending`. */
export function statesIn(text: string, states: readonly string[]): StatesInText {
  const from: string[] = []
  const notFrom: string[] = []
  const to: string[] = []
  const until = /\bbefore (?:it is|it was|being|it gets) ([\w-]+)/i.exec(text)?.[1] ?? ''
  const before = namedIn(until, states)[0]
  // `Whoever scored it` is somebody, and no state.
  const rest = text.replaceAll(/\bbefore (?:it is|it was|being|it gets) [\w-]+|\bwho(?:ever)? (?:has )?[\w-]+/gi, '')
  for (const clause of rest.split(/(?<=[.;:])\s+/)) {
    const [head = '', ...after] = clause.split(leading)
    const tail = after.join(' ')
    if (tail !== '') to.push(...namedIn(firstWords(tail), states))
    const [meant = '', excluded = ''] = head.split(/\b(?:unless|except|not|never|no longer|neither)\b/i)
    notFrom.push(...namedIn(excluded, states))
    if (!/\b(?:until|after which|nothing|others?|also|instead)\b/i.test(meant)) from.push(...namedIn(meant, states))
  }
  const unique = (list: readonly string[]): string[] => [...new Set(list)]
  return { before, from: unique(from), notFrom: unique(notFrom), to: unique(to) }
}

const firstWords = (text: string): string => text.split(' ').slice(0, 3).join(' ')

const party = /\b(?:owner|own(?!s|ed)|their own|its own|your own|mine|my|whose)\b/i

/** Who a text says may use an operation. */
export interface PeopleInText {
  readonly owner: boolean
  readonly actors: readonly string[]
  readonly phrase: string
}

/**
 * Reads who may out of a text: `For its owner, clerks and admins`, `Admins only`, `Customers see their own`; undefined when it
 * does not say.
 *
 * @param actors - The names to look for.
 */
export function peopleIn(text: string, actors: readonly string[]): PeopleInText | undefined {
  const sentences = text.split(/(?<=[.])\s+/)
  for (const sentence of sentences) {
    const phrase = saysWho(sentence) ?? subjectOf(sentence, actors)
    if (phrase === undefined) continue
    // Who may not is named behind these words.
    const [meant = ''] = phrase.split(/\b(?:neither|nor|but not|except|other than|without|unless|ignored)\b/i)
    const owner = party.test(meant) || /\b(?:who|that) (?:granted|created|made|placed|opened) it\b/i.test(meant)
    const all = namedIn(meant, actors)
    const named = all.filter((actor) => !ownsOnly(meant, actor))
    const meantOne = named.length < all.length
    if (owner || all.length > 0) return { owner: owner || meantOne, actors: named, phrase: phrase.trim() }
  }
  return undefined
}

function saysWho(sentence: string): string | undefined {
  if (/^for\b/i.test(sentence) || /\bby (?:the|an?|its|their)\b/i.test(sentence)) return sentence
  if (/\b(?:only|must be|requires?|restricted to|limited to|allowed|may|can|permission|role)\b/i.test(sentence))
    return sentence
  return /\bsees?\b.*\b(?:own|those|all)\b/i.test(sentence) ? sentence : undefined
}

const article = '(?:(?:an?|the|any|every|one|two|both|different|another) )*'
const keptOut = '(?:, ?(?:but )?not [^,]+,)'

/** Who a sentence begins with, where it says what they do: `Officer revokes an offer`, `A manager, not the requester, approves`. */
function subjectOf(sentence: string, actors: readonly string[]): string | undefined {
  for (const actor of actors) {
    const [start = '', rest = ''] = sentence.split(new RegExp(`(?<=^${article}${patternFor(actor).source})`, 'iu'))
    const does = new RegExp(
      `^(?:${keptOut} ?[a-z]+|,? [a-z]+s (?:an?|the|its|their|it|what|one|another|to|from|for)\\b)`,
      'i',
    )
    if (rest !== '' && does.test(rest)) return start
  }
  return undefined
}

/** `The customer who granted it` and `by the customer` speak of the owner, not of all customers. */
function ownsOnly(text: string, actor: string): boolean {
  const name = bare(actor)
  return new RegExp(`\\b${name}s? (?:who|that)\\b|\\bby the ${name}\\b`, 'i').test(text)
}
