import { bare, stemOf } from '../charter/bare.ts'
import { guess, type Said } from './claim.ts'
import type { Move } from './lifecycle.ts'
import { isOwned, type Scene, type Thing } from './scene.ts'
import { saidOf } from './text.ts'
import { shortened, singular } from './words.ts'

/** Words for whoever asked for something, in whichever party that is written down. */
const askers = /^(?:request|propos|creat|author|applicant|apply|submit|mak|initiat|rais|open|fil)$/

/** Phrases that keep somebody out, each with the words of who that is. */
const phrases: readonly RegExp[] = [
  /(?:^|[,;(] ?|\bbut )not (?:by )?(?:the|its|their) (?<one>[\w-]+)/gi,
  /\b(?:other than|different from|any(?:body|one) but|not the same (?:person|user) as) (?:the|its|who(?:ever)?) (?<one>[\w-]+)/gi,
  /\bneither (?:the |its |who(?:ever)? )?(?<one>[\w-]+) nor (?:the |its |who(?:ever)? )?(?<other>[\w-]+)/gi,
]

/** Drafts `not` of a move: whom its text keeps out of it, as far as the object says who that is; undefined when it does not say. */
export function keptApart(scene: Scene, thing: Thing, move: Move): Said<readonly string[]> | undefined {
  if (move.kind === 'create') return undefined
  const text = saidOf(move.shape)
  const words = phrases.flatMap((phrase) =>
    [...text.matchAll(phrase)].flatMap(({ groups = {} }) => [groups['one'], groups['other']]),
  )
  const parties = words.flatMap((word) => (word === undefined ? [] : (partyMeant(scene, thing, word) ?? [])))
  return parties.length === 0 ? undefined : guess([...new Set(parties)], `its text says "${shortened(text, 60)}"`)
}

function partyMeant(scene: Scene, thing: Thing, word: string): string | undefined {
  const stem = stemOf(word)
  const parties = Object.keys(thing.membership.parties)
  const stems = (party: string): string => stemOf(party.replace(/-by$/, ''))
  const named = parties.find((party) => stems(party) === stem)
  if (named !== undefined) return named
  const isClient = scene.cast.clients.some((client) => bare(client) === bare(singular(word)))
  if (isOwned(scene, thing) && (stem === 'own' || isClient)) return 'owner'
  return askers.test(stem) ? (parties.find((party) => askers.test(stems(party))) ?? 'requester') : undefined
}
