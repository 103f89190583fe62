/** Sessions and runs: who did something together, the latest first. */
import { Badge, Button, Chip, Group, Text, TextInput } from '@mantine/core'
import { IconRoute, IconSearch } from '@tabler/icons-react'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import type { Answer } from '../../ask.ts'
import { ask } from '../../ask.ts'
import { Ident, shorten } from '../../parts/ident.tsx'
import { LongList } from '../../parts/long-list.tsx'
import { Page } from '../../parts/page.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { isNumber } from '../ledger/fields.ts'
import { lengthWords } from './length.ts'
import { useSessionPages } from './session-pages.ts'
import './record.css'

type Session = Answer<'GET /api/sessions'>['sessions'][number]
const names = ['principal', 'person', 'workflow', 'runs', 'refused', 'any', 'from', 'to'] as const
type SessionSearch = { readonly [Name in (typeof names)[number]]?: string }
const count = new Intl.NumberFormat('en')

function readSearch(search: Readonly<Record<string, unknown>>): SessionSearch {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = search[name]
      return value === undefined || value === '' ? [] : [[name, String(value)] as const]
    }),
  )
}

export function Sessions(): ReactElement {
  const search = readSearch(useSearch({ strict: false }))
  const navigate = useNavigate()
  const change = (next: SessionSearch): void => void navigate({ to: '/sessions', search: next as never })
  const { from, to, runs, refused, ...named } = search
  const query = {
    ...named,
    ...(runs === undefined ? {} : { runs }),
    ...(refused === undefined ? {} : { refused }),
    ...(isNumber(from) ? { from: Number(from) } : {}),
    ...(isNumber(to) ? { to: Number(to) } : {}),
  }
  return (
    <Page title="Sessions" question="Who did what, in which order, and what came of it?">
      <Narrow search={search} change={change} />
      <List query={query} />
    </Page>
  )
}

interface NarrowProps {
  readonly search: SessionSearch
  readonly change: (next: SessionSearch) => void
}

const spans = [
  ['last hour', 3_600_000],
  ['last day', 86_400_000],
  ['last week', 604_800_000],
] as const

function Narrow({ search, change }: NarrowProps): ReactElement {
  const { runs, refused, from: _, to: __, ...others } = search
  const toggle = (name: 'runs' | 'refused'): void => {
    const { [name]: was, ...rest } = search
    change(was === undefined ? { ...rest, [name]: 'true' } : rest)
  }
  return (
    <Group gap="xs">
      <Find search={search} change={change} />
      <Chip size="xs" checked={runs === 'true'} onChange={() => toggle('runs')}>
        Runs only
      </Chip>
      <Chip size="xs" checked={refused === 'true'} onChange={() => toggle('refused')}>
        Something refused
      </Chip>
      {spans.map(([label, ms]) => (
        <Button
          key={label}
          size="compact-xs"
          variant="default"
          onClick={() => change({ ...others, ...flags(runs, refused), from: String(Date.now() - ms) })}
        >
          {label}
        </Button>
      ))}
      {Object.entries(search)
        .filter(([name]) => name !== 'runs' && name !== 'refused')
        .map(([name, value]) => (
          <Button
            key={name}
            size="compact-xs"
            variant="light"
            aria-label={`Stop looking for ${name} ${value}`}
            onClick={() => change(Object.fromEntries(Object.entries(search).filter(([each]) => each !== name)))}
          >
            {name === 'from' || name === 'to'
              ? `${name} ${new Date(Number(value)).toLocaleString('en')}`
              : `${name} ${shorten(value)}`}{' '}
            ×
          </Button>
        ))}
    </Group>
  )
}

function flags(runs: string | undefined, refused: string | undefined): SessionSearch {
  return { ...(runs === undefined ? {} : { runs }), ...(refused === undefined ? {} : { refused }) }
}

const prefixes = { 'by:': 'principal', 'for:': 'person', 'workflow:': 'workflow' } as const

/** Takes any id: what is one thing is opened, anything else narrows the list. */
function Find({ search, change }: NarrowProps): ReactElement {
  const [text, setText] = useState('')
  const navigate = useNavigate()
  const go = async (): Promise<void> => {
    const wanted = text.trim()
    if (wanted === '') return
    setText('')
    const prefix = Object.entries(prefixes).find(([start]) => wanted.startsWith(start))
    if (prefix !== undefined) return change({ ...search, [prefix[1]]: wanted.slice(prefix[0].length).trim() })
    const { entries } = await ask('GET /api/entries', { query: { any: wanted, limit: 50 } }).catch(() => ({
      entries: [],
    }))
    const call = entries.find((each) => each.call === wanted || each.hold === wanted)?.call
    if (call !== undefined) return void navigate({ to: `/calls/${encodeURIComponent(call)}` as never })
    const isSession = entries.length > 0 && (/^s\d+$/.test(wanted) || entries.some(({ run }) => run === wanted))
    if (isSession) return void navigate({ to: `/sessions/${encodeURIComponent(wanted)}` as never })
    change({ ...search, any: wanted })
  }
  return (
    <form
      className="filter-input"
      onSubmit={(event) => {
        event.preventDefault()
        void go()
      }}
    >
      <TextInput
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        leftSection={<IconSearch size={16} aria-hidden />}
        placeholder="any id: call, run, order/7, rule, operation, person, by:…"
        aria-label="Look for a session, or anything that is in one"
      />
    </form>
  )
}

function List({ query }: { readonly query: Parameters<typeof useSessionPages>[0] }): ReactElement {
  const { sessions, error, isPending, hasMore, isLoading, more } = useSessionPages(query)
  if (error !== null) return <Failure error={error} />
  if (isPending) return <Loading />
  if (sessions.length === 0)
    return (
      <Nothing>
        No session is like that. Calls of a run, or of somebody until they fall silent for half an hour, are one.
      </Nothing>
    )
  return (
    <LongList
      items={sessions}
      label="Sessions"
      height={49}
      keyOf={({ id }) => id}
      row={(session) => <Row session={session} />}
      onEnd={() => {
        if (hasMore && !isLoading) more()
      }}
    />
  )
}

function Row({ session }: { readonly session: Session }): ReactElement {
  const { id, run, principal, person, workflow, state, first, last, calls, refused, asked } = session
  return (
    <Link data-row to={`/sessions/${encodeURIComponent(id)}` as never} className="session-row">
      <span>
        <b>{principal ?? 'somebody'}</b>
        {person !== undefined && person !== principal && ` for ${person}`}{' '}
        {run !== undefined && (
          <Badge
            size="sm"
            radius="sm"
            variant="outline"
            color="gray"
            tt="none"
            leftSection={<IconRoute size={11} aria-hidden />}
          >
            run{state === undefined ? '' : ` ${state}`}
          </Badge>
        )}
        <Text size="xs" c="dimmed" component="div">
          {workflow !== undefined && <>{workflow} · </>}
          <Ident id={id} copy={false} />
        </Text>
      </span>
      <span>
        <When at={last} />
        <Text size="xs" c="dimmed" component="div">
          over {lengthWords(last - first)}
        </Text>
      </span>
      <span>
        {count.format(calls)} {calls === 1 ? 'call' : 'calls'}
      </span>
      <Group gap={6}>
        {refused > 0 && (
          <Badge color="red" variant="light" radius="sm" tt="none">
            {count.format(refused)} refused
          </Badge>
        )}
        {asked > 0 && (
          <Badge color="yellow" variant="light" radius="sm" tt="none">
            {count.format(asked)} asked
          </Badge>
        )}
      </Group>
    </Link>
  )
}
