import Big from 'big.js'
import type { Principal } from '../charter/charter.ts'
import { principalKinds } from './identity.ts'
import { NotIdentified } from './not-identified.ts'
import type { PrincipalRule, PrincipalRules } from './schema.ts'

/** What principals are read from. `lookup` gives the value at a place, or the text itself when it is no place. */
export interface Source {
  readonly lookup: (place: string) => unknown
  /** What `claims: all` and lists of names speak of. */
  readonly all: unknown
}

const longest = 512

/**
 * Reads a principal by the first rule that fits: all its conditions hold, and there is an id where it says.
 *
 * @throws {NotIdentified} when no rule fits, or a value is not what it must be: nothing is guessed.
 */
export function readPrincipal(rules: PrincipalRules, source: Source): Principal {
  const rule = [rules].flat().find((each) => fits(each, source))
  const id = rule === undefined ? undefined : textOf(source.lookup(rule.id), 'id')
  if (rule === undefined || id === undefined) throw new NotIdentified('unknown', 'nothing says who such a caller is')
  const tenant = rule.tenant === undefined ? undefined : textOf(source.lookup(rule.tenant), 'tenant')
  const roles = listOf(rule.roles, source, 'roles')
  const scopes = listOf(rule.scopes, source, 'scopes')
  return {
    id,
    kind: kindOf(rule.kind, source),
    ...(tenant === undefined ? {} : { tenant }),
    ...(roles === undefined ? {} : { roles }),
    ...(scopes === undefined ? {} : { scopes }),
    claims: claimsOf(rule.claims, source),
  }
}

function fits(rule: PrincipalRule, { lookup }: Source): boolean {
  const holds = Object.entries(rule.where ?? {}).every(([place, wanted]) => {
    const value = lookup(place)
    return Array.isArray(value) ? value.includes(wanted) : value === wanted
  })
  return holds && (lookup(rule.id) ?? undefined) !== undefined
}

/** Ids, tenants and roles are compared as text, so a number must have one way to be written. */
function textOf(value: unknown, what: string): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = writtenOf(value)
  if (text !== undefined && text !== '' && text.length <= longest && !/[^\P{Cc}\x80-\x9f]/u.test(text)) return text
  throw new NotIdentified('malformed', `the ${what} of the caller is not a text`)
}

function writtenOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (Number.isSafeInteger(value)) return String(value)
  return value instanceof Big && value.round(0, Big.roundDown).eq(value) ? value.toFixed(0) : undefined
}

function listOf(written: PrincipalRule['roles'], { lookup }: Source, what: string): readonly string[] | undefined {
  const value = typeof written === 'string' ? lookup(written) : written
  if (value === undefined || value === null) return undefined
  const list: readonly unknown[] =
    typeof value === 'string'
      ? what === 'scopes'
        ? value.split(' ').filter((each) => each !== '')
        : [value]
      : Array.isArray(value)
        ? value
        : [value]
  return list.flatMap((each) => textOf(each, what) ?? [])
}

function kindOf(written: string | undefined, { lookup }: Source): NonNullable<Principal['kind']> {
  const value = written === undefined ? 'user' : lookup(written)
  const kind = principalKinds.find((each) => each === value)
  if (kind === undefined) throw new NotIdentified('malformed', 'the kind of the caller is none we know')
  return kind
}

function claimsOf(written: PrincipalRule['claims'], { lookup, all }: Source): Readonly<Record<string, unknown>> {
  if (written === undefined) return {}
  if (written === 'all') return isObject(all) ? all : {}
  if (Array.isArray(written)) {
    const entries = isObject(all) ? Object.entries(all) : []
    return Object.fromEntries(entries.filter(([name]) => written.includes(name)))
  }
  const entries = Object.entries(written).map(([name, place]) => [
    name,
    typeof place === 'string' ? lookup(place) : place,
  ])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** Whether a value is an object of JSON. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Big)
}
