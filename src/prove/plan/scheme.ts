/** Which operations a credential is for, by the security schemes of the description. */
import type { Charter, Use } from '../../charter/charter.ts'
import { objectOf, textOf } from '../../charter/source/plain.ts'
import type { Member } from './cast.ts'

/**
 * Whether somebody carries a credential where an operation wants one. True as well where the description does not say what it wants,
 * or says so of a scheme that is carried in no place of its own.
 */
export function opens(charter: Charter, { operation }: Pick<Use, 'operation'>, { carries }: Member): boolean {
  const shape = charter.operations.get(operation)?.shape
  const schemes = charter.sources.get(shape?.source ?? '')?.description.securitySchemes ?? {}
  const alternatives = shape?.security ?? []
  if (carries === undefined || carries.length === 0 || alternatives.length === 0) return true
  const isCarried = (name: string): boolean => {
    const place = placeOf(schemes[name])
    return place === undefined || carries.includes(place) || (place.startsWith('cookie ') && carries.includes('cookie'))
  }
  return alternatives.some((names) => names.every(isCarried))
}

/** The members who open an operation; all of them where nobody does: then the description is wrong about it. */
export function openers(charter: Charter, use: Pick<Use, 'operation'>, members: readonly Member[]): readonly Member[] {
  const found = members.filter((member) => opens(charter, use, member))
  return found.length === 0 ? members : found
}

/** Where a scheme has its credential, as `header authorization`; undefined where that is left open. */
function placeOf(declared: unknown): string | undefined {
  const scheme = objectOf(declared)
  const type = textOf(scheme['type'])
  if (type === 'apiKey') return `${textOf(scheme['in'])} ${textOf(scheme['name'])?.toLowerCase()}`
  return type === 'http' || type === 'basic' || type === 'oauth2' || type === 'openIdConnect'
    ? 'header authorization'
    : undefined
}
