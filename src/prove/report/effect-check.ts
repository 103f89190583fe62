/** What a transcript run again must not show, worked out from what it showed when it was recorded. */
import { getPointer, parsePointer } from '../../charter/pointer.ts'
import type { Proof, Sent } from '../finding.ts'
import type { Change } from '../oracle/change.ts'
import { valueText } from './show.ts'

type Place = readonly string[]

/**
 * One thing that holds once the check exists. Numbers are indexes of the transcript.
 *
 * `same`: two looks agree at these places. `absent`: a look finds nothing. `grown`: a number moved no further than the allowed
 * effects explain. `unlike`: a look does not show this value there. `refused`: no more answers than allowed say yes. `hidden`: an answer does not hold these values.
 * `described`: a list of tools has the tool as it was approved or, where that is what is wrong, no longer so.
 */
export type EffectCheck =
  | { readonly kind: 'same'; readonly before: number; readonly after: number; readonly places: readonly Place[] }
  | { readonly kind: 'absent'; readonly after: number }
  | {
      readonly kind: 'grown'
      readonly before: number
      readonly after: number
      readonly place: Place
      readonly most: number
    }
  | { readonly kind: 'unlike'; readonly after: number; readonly place: Place; readonly value: unknown }
  | { readonly kind: 'described'; readonly look: number; readonly changed: boolean }
  | { readonly kind: 'refused'; readonly abuse: number; readonly allowed: number }
  | { readonly kind: 'hidden'; readonly abuse: number; readonly values: readonly Held[] }

/** A disclosed value, and where; `anywhere` in a list when the place goes through one. */
export interface Held {
  readonly place: Place
  readonly value: unknown
}

/** The checks for a proof, never empty. Pure. */
export function effectChecksOf(proof: Proof): readonly EffectCheck[] {
  const { transcript, overrun } = proof
  const abuse = transcript.findIndex(({ purpose }) => purpose === 'abuse')
  const last = transcript.findLastIndex(({ purpose }) => purpose === 'abuse')
  if (last < 0) return []
  if (proof.case.tactic.kind === 'described')
    return [{ kind: 'described', look: last, changed: proof.changes.length > 0 }]
  const pairs = overrun === undefined ? comparisons(proof, abuse, last) : growth(proof, abuse, last, overrun)
  const hidden = hiddenValues(proof, last)
  const found = [...pairs, ...(hidden.length === 0 ? [] : [{ kind: 'hidden' as const, abuse: last, values: hidden }])]
  // Nobody looked in a way that can be compared: the answers are all there is.
  return found.length > 0 ? found : [{ kind: 'refused', abuse: last, allowed: overrun?.allowed ?? 0 }]
}

function comparisons(proof: Proof, abuse: number, last: number): EffectCheck[] {
  return observations(proof, abuse, last).flatMap(({ before, after }): EffectCheck[] => {
    const now = proof.transcript[after]
    if (before === undefined && isFine(now))
      return appeared(proof) ? [{ kind: 'absent', after }] : writtenPlaces(proof, now, after)
    if (before === undefined) return []
    const then = proof.transcript[before]
    if (!isFine(then)) return isFine(now) ? [{ kind: 'absent', after }] : []
    const places = changedPlaces(proof, then, now)
    return places.length === 0 ? [] : [{ kind: 'same', before, after, places }]
  })
}

/** What a new object shows that should not have been written; where it was read, the place is below the pointer of the change. */
function writtenPlaces(proof: Proof, now: Sent | undefined, after: number): EffectCheck[] {
  return [...leavesOf(jsonOf(now)).values()].flatMap(({ place, value }): EffectCheck[] => {
    const isIt = (change: Change) =>
      valueText(change.after) === valueText(value) && `/${place.join('/')}`.endsWith(change.pointer)
    return proof.changes.some(isIt) ? [{ kind: 'unlike', after, place, value }] : []
  })
}

function growth(proof: Proof, abuse: number, last: number, overrun: NonNullable<Proof['overrun']>): EffectCheck[] {
  return observations(proof, abuse, last).flatMap(({ before, after }): EffectCheck[] => {
    if (before === undefined) return []
    const [then, now] = [proof.transcript[before], proof.transcript[after]]
    return changedPlaces(proof, then, now).flatMap((place): EffectCheck[] => {
      const moved = Number(at(jsonOf(now), place)) - Number(at(jsonOf(then), place))
      if (!Number.isFinite(moved) || moved === 0 || overrun.effects < 1) return []
      return [{ kind: 'grown', before, after, place, most: Math.abs((moved / overrun.effects) * overrun.allowed) }]
    })
  })
}

/** Looks after the abuse with the last look at the same thing before it. */
function observations({ transcript }: Proof, abuse: number, last: number): { before?: number; after: number }[] {
  return transcript.flatMap((sent, after) => {
    if (sent.purpose !== 'observe' || after < last) return []
    const before = transcript.findLastIndex(
      (each, index) => index < abuse && each.purpose === 'observe' && isSameLook(each, sent),
    )
    return [before < 0 ? { after } : { before, after }]
  })
}

function isSameLook(one: Sent, other: Sent): boolean {
  const [then, now] = [one.exchange.request, other.exchange.request]
  return then.url === now.url && then.body === now.body && one.as === other.as
}

function appeared({ changes }: Proof): boolean {
  return changes.some(({ pointer, before }) => pointer === 'exists' && before !== true)
}

function isFine(sent: Sent | undefined): boolean {
  const status = sent?.exchange.response?.status ?? 0
  return status >= 200 && status < 300
}

/** Places that differ between two looks and that the proof names; all that differ, times aside, when it names none of them. */
function changedPlaces(proof: Proof, then: Sent | undefined, now: Sent | undefined): Place[] {
  const [old, fresh] = [leavesOf(jsonOf(then)), leavesOf(jsonOf(now))]
  const keys = [...new Set([...old.keys(), ...fresh.keys()])].filter(
    (key) => old.get(key)?.value !== fresh.get(key)?.value,
  )
  const moved = keys.map((key) => ({
    place: old.get(key)?.place ?? fresh.get(key)?.place ?? [],
    before: old.get(key)?.value,
    after: fresh.get(key)?.value,
  }))
  const named = moved.filter((each) => proof.changes.some((change) => isChange(change, each)))
  const rest = moved.filter(({ after }) => !/^\d{4}-\d\d-\d\dT/.test(String(after)))
  return (named.length > 0 ? named : rest).map(({ place }) => place)
}

function isChange(change: Change, moved: { before: unknown; after: unknown }): boolean {
  return valueText(change.before) === valueText(moved.before) && valueText(change.after) === valueText(moved.after)
}

function hiddenValues(proof: Proof, abuse: number): Held[] {
  const json = jsonOf(proof.transcript[abuse])
  return proof.disclosed.flatMap((pointer) => {
    const place = parsePointer(pointer)
    const value = place === undefined ? undefined : at(json, place)
    return place === undefined || value === undefined || value === null || typeof value === 'object'
      ? []
      : [{ place, value }]
  })
}

function jsonOf(sent: Sent | undefined): unknown {
  return sent?.exchange.response?.json
}

function at(value: unknown, place: Place): unknown {
  const parent = getPointer(value, place.slice(0, -1))
  return place.at(-1) === 'length' && Array.isArray(parent) ? parent.length : getPointer(value, place)
}

function leavesOf(value: unknown, place: Place = []): Map<string, { place: Place; value: unknown }> {
  if (typeof value !== 'object' || value === null) return new Map([[JSON.stringify(place), { place, value }]])
  const members = Object.entries(value).flatMap(([key, member]) => [...leavesOf(member, [...place, key])])
  if (!Array.isArray(value)) return new Map(members)
  const size = [...place, 'length']
  return new Map([...members, [JSON.stringify(size), { place: size, value: value.length }]])
}
