/** What is looked for: a chip for each, and a line to type more, completed from what was seen. */
import { Autocomplete, CloseButton, Group } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { type ReactElement, useMemo, useState } from 'react'
import type { Entry } from '../../../../src/ledger/entry.ts'
import { useAnswer } from '../../answers.ts'
import { shorten } from '../../parts/ident.tsx'
import { type Field, fieldOf, fields, type LedgerSearch, readTyped, wordFor } from './fields.ts'

export interface SearchProps {
  readonly search: LedgerSearch
  readonly change: (next: LedgerSearch) => void
}

const effects = [
  'allow',
  'deny',
  'ask',
  'would-deny',
  'would-ask',
  'modify',
  'effective',
  'not-effective',
  'unknown',
  'granted',
  'refused',
  'revoked',
  'started',
  'ended',
  'off',
  'on',
]

export function Filter({ search, change }: SearchProps): ReactElement {
  const [text, setText] = useState('')
  const found = useCompletions(text)
  const take = (typed: string): void => {
    const read = readTyped(typed)
    // A field by itself is only begun.
    const isBegun = read === undefined || /^\S+:$/.test(typed)
    setText(isBegun ? typed : '')
    if (!isBegun) change({ ...search, [read[0]]: read[1] })
  }
  return (
    <Group gap="xs" align="center">
      <Autocomplete
        className="filter-input"
        leftSection={<IconSearch size={16} aria-hidden />}
        placeholder="operation: by: effect: object: or any id"
        aria-label="Look for entries"
        data={found}
        value={text}
        onChange={setText}
        onOptionSubmit={(chosen) => queueMicrotask(() => take(chosen))}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && event.currentTarget.getAttribute('aria-activedescendant') === null) take(text)
          if (event.key === 'Enter' && !found.includes(text)) take(text)
        }}
        limit={12}
        filter={({ options }) => options}
        maxDropdownHeight={320}
      />
      {fields.flatMap((field) => {
        const value = search[field]
        const { [field]: _, ...without } = search
        return value === undefined
          ? []
          : [<Chip key={field} field={field} value={value} drop={() => change(without)} />]
      })}
      {(search.from ?? search.to) !== undefined && <Span search={search} change={change} />}
    </Group>
  )
}

function Chip({
  field,
  value,
  drop,
}: {
  readonly field: Field
  readonly value: string
  readonly drop: () => void
}): ReactElement {
  return (
    <span className="chip" title={value}>
      <span className="chip-name">{wordFor(field)}</span> {shorten(value)}
      <CloseButton size="xs" onClick={drop} aria-label={`Stop looking for ${wordFor(field)} ${value}`} />
    </span>
  )
}

function Span({ search, change }: SearchProps): ReactElement {
  const { from, to, ...without } = search
  const words = [from, to].map((each) => (each === undefined ? '…' : new Date(Number(each)).toLocaleString('en')))
  return (
    <span className="chip">
      <span className="chip-name">time</span> {words.join(' to ')}
      <CloseButton size="xs" onClick={() => change(without)} aria-label="Look at all times" />
    </span>
  )
}

const tallyOf = {
  operation: 'operation',
  principal: 'principal',
  workflow: 'workflow',
  tenant: 'tenant',
  rule: 'constraint',
} as const

/** What may follow what was typed. Names that were seen come from the tallies, most often seen first. */
function useCompletions(text: string): string[] {
  const colon = text.indexOf(':')
  const field = colon > 0 ? fieldOf(text.slice(0, colon)) : undefined
  const of = field !== undefined && field in tallyOf ? tallyOf[field as keyof typeof tallyOf] : undefined
  const seen = useAnswer(
    'GET /api/tallies/{of}',
    { parameters: { of: of ?? 'operation' } },
    { enabled: of !== undefined },
  )
  const agents = useAnswer('GET /api/tallies/{of}', { parameters: { of: 'agent' } }, { enabled: of === 'principal' })
  return useMemo(() => {
    // Without a word nothing is offered: it would lie over what was found.
    if (text.trim() === '') return []
    if (field === undefined)
      return fields.map((each) => `${wordFor(each)}:`).filter((each) => each.startsWith(text.trim().toLowerCase()))
    const rest = text
      .slice(colon + 1)
      .trim()
      .toLowerCase()
    const names =
      of === undefined
        ? fixed(field)
        : mostSeen([...(seen.data?.tallies ?? []), ...(of === 'principal' ? (agents.data?.tallies ?? []) : [])])
    return names
      .filter((name) => name.toLowerCase().includes(rest))
      .slice(0, 12)
      .map((name) => `${wordFor(field)}:${name}`)
  }, [field, of, text, colon, seen.data, agents.data])
}

/** Each is listed, as the type asks for all of them. */
const kinds: Readonly<Record<Entry['kind'], true>> = {
  decision: true,
  outcome: true,
  hold: true,
  approval: true,
  charter: true,
  switch: true,
  run: true,
  'sign-in': true,
  settle: true,
  erase: true,
  prune: true,
  secret: true,
  'secret-use': true,
  act: true,
  start: true,
}

function fixed(field: Field): readonly string[] {
  if (field === 'kind') return Object.keys(kinds)
  return field === 'effect' ? effects : []
}

function mostSeen(tallies: readonly { readonly name: string; readonly n: number }[]): readonly string[] {
  const sums = new Map<string, number>()
  for (const { name, n } of tallies) sums.set(name, (sums.get(name) ?? 0) + n)
  return [...sums].sort(([, a], [, b]) => b - a).map(([name]) => name)
}
