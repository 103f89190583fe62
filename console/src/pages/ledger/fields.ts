/** By what entries are looked for: the fields, how people write them, and what the address of the page holds. */
import type { Question } from '../../ask.ts'

type EntryQuery = NonNullable<Question<'GET /api/entries'>['query']>

/** Fields that are compared with one value each. */
export const fields = [
  'kind',
  'effect',
  'operation',
  'principal',
  'person',
  'workflow',
  'object',
  'rule',
  'use',
  'state',
  'tenant',
  'run',
  'session',
  'call',
  'hold',
  'any',
] as const
export type Field = (typeof fields)[number]

/** What the address of the page holds. `entry` is the one that is open. */
export type LedgerSearch = { readonly [Name in Field | 'from' | 'to' | 'entry' | 'order']?: string }

/** How people write them before the colon, where it is not the name itself. */
const spoken: Readonly<Partial<Record<Field, string>>> = { principal: 'by', person: 'for', rule: 'constraint' }

export function wordFor(field: Field): string {
  return spoken[field] ?? field
}

/** The field people mean by a word; undefined when none is called so. */
export function fieldOf(word: string): Field | undefined {
  const low = word.toLowerCase()
  return fields.find((field) => field === low || wordFor(field) === low)
}

/** Reads what somebody typed: `by:ann` and the like; anything else is looked for wherever it may stand. */
export function readTyped(text: string): readonly [Field, string] | undefined {
  const trimmed = text.trim()
  const colon = trimmed.indexOf(':')
  const field = colon > 0 ? fieldOf(trimmed.slice(0, colon)) : undefined
  const value = field === undefined ? trimmed : trimmed.slice(colon + 1).trim()
  return value === '' ? undefined : [field ?? 'any', value]
}

const names = [...fields, 'from', 'to', 'entry', 'order'] as const

/** Takes from an address what this page knows, as text. */
export function readSearch(search: Readonly<Record<string, unknown>>): LedgerSearch {
  const given = names.flatMap((name) => {
    const value = search[name]
    return value === undefined || value === null || value === '' ? [] : [[name, String(value)] as const]
  })
  return Object.fromEntries(given)
}

export function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,16}$/.test(text)
}

/** What is asked of the server. What cannot be a question, as a kind that is none, the server says. */
export function queryOf({ entry: _, from, to, order, ...search }: LedgerSearch): EntryQuery {
  return {
    ...(search as EntryQuery),
    ...(isNumber(from) ? { from: Number(from) } : {}),
    ...(isNumber(to) ? { to: Number(to) } : {}),
    ...(order === 'oldest' ? { order: 'oldest' as const } : {}),
  }
}

/** As the address holds it: what is a number stands there without quotes. */
export function writeSearch(search: LedgerSearch): never {
  const written = Object.entries(search).map(([name, value]) => [
    name,
    ['from', 'to', 'entry'].includes(name) && isNumber(value) ? Number(value) : value,
  ])
  // The router knows addresses of this page as text alone.
  return Object.fromEntries(written) as never
}
