import { type Expression, parseCel } from '../cel/parse-cel.ts'
import type { Choice, Position } from './charter.ts'
import type { Diagnostic } from './diagnostic.ts'
import { nearest } from './nearest.ts'
import type { ParsedCharter, Path } from './parse.ts'
import type { RawSight } from './schema.ts'
import type { ApiDescription, OperationShape } from './source/description.ts'

/** What every part of the linker shares: where it reports, and how it resolves names and expressions. Used during one link only. */
export interface Linker {
  readonly parsed: ParsedCharter
  /** Every operation of every source, by id. */
  readonly shapes: ReadonlyMap<string, OperationShape>
  /** By source. */
  readonly descriptions: ReadonlyMap<string, ApiDescription>
  readonly report: (code: string, path: Path, message: string, help?: string) => void
  readonly warn: (code: string, path: Path, message: string, help?: string) => void
  readonly at: (path: Path) => Position
  /** Compiles an expression; reports and gives undefined when it is wrong. */
  readonly compile: (text: string, path: Path, variables: readonly string[]) => Expression | undefined
}

/** Variables every rule about a call may read, besides the names of its references. */
export const callVariables: readonly string[] = [
  'request',
  'path',
  'query',
  'header',
  'body',
  'object',
  'parent',
  'principal',
  'claims',
  'state',
  'now',
]

export function makeLinker(
  parsed: ParsedCharter,
  shapes: ReadonlyMap<string, OperationShape>,
  descriptions: ReadonlyMap<string, ApiDescription>,
  diagnostics: Diagnostic[],
): Linker {
  const add =
    (severity: 'error' | 'warning') =>
    (code: string, path: Path, message: string, help?: string): void => {
      diagnostics.push({ code, severity, message, ...parsed.locate(path), ...(help === undefined ? {} : { help }) })
    }
  const report = add('error')
  const compile = (text: string, path: Path, variables: readonly string[]): Expression | undefined => {
    const result = parseCel(text, variables)
    if (result.ok) return result.expression
    for (const each of result.diagnostics) report('expression', path, `${each.message} in \`${text}\``, each.help)
    return undefined
  }
  return { parsed, shapes, descriptions, report, warn: add('warning'), at: parsed.locate, compile }
}

export function asList<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value as T]
}

export function unknownName(linker: Linker, path: Path, what: string, word: string, known: Iterable<string>): void {
  const all = [...known]
  const meant = nearest(word, all)
  const help = meant === undefined ? `known: ${all.slice(0, 12).join(', ') || 'none'}` : `did you mean \`${meant}\`?`
  linker.report('unknown-name', path, `there is no ${what} \`${word}\``, help)
}

type RawChoice = Exclude<RawSight, readonly unknown[] | 'nobody'>

/** Parties every object has; others are declared under `parties`. */
const builtInParties = ['owner', 'creator', 'holder'] as const

/**
 * Resolves `by`: actor names, party names, `anyone`, `signed-in`, or combinations.
 *
 * @param parties - Declared parties of the object meant; undefined when no object is known, so that party names are errors.
 */
export function linkBy(
  linker: Linker,
  raw: RawSight | undefined,
  path: Path,
  parties: ReadonlySet<string> | undefined,
): Choice[] {
  const actors = linker.parsed.raw.actors ?? {}
  const isParty = (word: string): boolean =>
    parties !== undefined && (parties.has(word) || builtInParties.some((each) => each === word))
  return asList<RawChoice>(raw).flatMap((entry): Choice[] => {
    if (typeof entry !== 'string') return linkChoice(linker, entry, path, { actors, isParty, parties })
    if (entry === 'anyone') return [{ anonymous: true }]
    if (entry === 'signed-in') return [{ anonymous: false }]
    if (Object.hasOwn(actors, entry)) return [{ actor: entry, anonymous: false }]
    if (isParty(entry)) return [{ party: entry, anonymous: entry === 'holder' }]
    if (partyOfNothing(linker, entry, path, parties)) return []
    unknownName(linker, path, 'actor or party', entry, [
      ...Object.keys(actors),
      ...builtInParties,
      ...(parties ?? []),
      'anyone',
      'signed-in',
    ])
    return []
  })
}

/** Reports a party that every object has, where no object is known. */
function partyOfNothing(linker: Linker, word: string, path: Path, parties: ReadonlySet<string> | undefined): boolean {
  if (parties !== undefined || !builtInParties.some((each) => each === word)) return false
  const help =
    'name an actor or `signed-in`; where the call is about one object, name its type beside it, as `object: order`'
  linker.report('unknown-name', path, `it is not known of which object \`${word}\` is meant`, help)
  return true
}

interface KnownNames {
  readonly actors: Readonly<Record<string, unknown>>
  readonly isParty: (word: string) => boolean
  readonly parties: ReadonlySet<string> | undefined
}

/** Every combination of the actors and parties that a combined choice names; every given part must hold. */
function linkChoice(
  linker: Linker,
  { actor, party, scope, in: states }: Exclude<RawChoice, string>,
  path: Path,
  { actors, isParty, parties }: KnownNames,
): Choice[] {
  for (const each of asList(actor))
    if (!Object.hasOwn(actors, each)) unknownName(linker, path, 'actor', each, Object.keys(actors))
  for (const each of asList(party))
    if (!isParty(each) && !partyOfNothing(linker, each, path, parties))
      unknownName(linker, path, 'party', each, [...builtInParties, ...(parties ?? [])])
  const several = (named: string | readonly string[] | undefined) => (named === undefined ? [undefined] : asList(named))
  return several(actor).flatMap((one) =>
    several(party).map((other) => ({
      ...(one && { actor: one }),
      ...(other && { party: other }),
      ...(scope && { scope }),
      ...(states && { states: asList(states) }),
      anonymous: false,
    })),
  )
}
