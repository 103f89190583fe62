/** The entries that were found, one a row, as many as somebody scrolls to. */
import { Button, Group, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { type Line, useEntryPages } from '../../entry-pages.ts'
import { Effect } from '../../parts/effect.tsx'
import { LongList } from '../../parts/long-list.tsx'
import { OrderChoice } from '../../parts/order.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { type LedgerSearch, queryOf, writeSearch } from './fields.ts'
import type { SearchProps } from './filter.tsx'

const count = new Intl.NumberFormat('en')

export function Found({ search, change }: SearchProps): ReactElement {
  const order = search.order === 'oldest' ? 'oldest' : 'newest'
  const pages = useEntryPages(queryOf(search), { follow: order === 'newest' && search.to === undefined })
  const { lines, error, isPending, hasMore, isLoading, isOld, more, refresh } = pages
  if (error !== null) return <Failure error={error} />
  if (isPending) return <Loading />
  return (
    <div>
      <Group justify="space-between" mb={6} gap="xs">
        <Text size="sm" c="dimmed" aria-live="polite">
          {lines.length === 0 ? 'No entry' : `${count.format(lines.length)} shown`}
          {hasMore ? ', more below' : ''}
        </Text>
        <Group gap="xs">
          {isOld && (
            <Button size="compact-xs" variant="light" onClick={refresh}>
              Show newer entries
            </Button>
          )}
          <OrderChoice order={order} onChange={(next) => change({ ...search, order: next })} />
        </Group>
      </Group>
      {lines.length === 0 && !hasMore && <Nothing>No entry of the ledger is about all of this.</Nothing>}
      <LongList
        items={lines}
        label="Entries"
        height={37}
        keyOf={({ index }) => index}
        row={(line) => <EntryRow line={line} search={search} />}
        onEnd={() => {
          if (hasMore && !isLoading) more()
        }}
      />
      {hasMore && isLoading && <Loading />}
    </div>
  )
}

function EntryRow({ line, search }: { readonly line: Line; readonly search: LedgerSearch }): ReactElement {
  const { index, at, kind, effect, operation, principal, person, objects = [], says } = line
  return (
    <Link
      data-row
      to="/ledger"
      search={writeSearch({ ...search, entry: String(index) })}
      resetScroll={false}
      className={`entry-row${search.entry === String(index) ? ' is-open' : ''}`}
    >
      <span className="entry-index">{count.format(index)}</span>
      <When at={at} />
      <span className="entry-kind">{kind}</span>
      <span>{effect !== undefined && <Effect of={effect} />}</span>
      <span className="entry-what">
        {operation !== undefined && <b>{operation}</b>} {objects.slice(0, 2).join(', ')}{' '}
        <span className="entry-says">{says}</span>
      </span>
      <span className="entry-who">
        {principal}
        {person !== undefined && <span className="entry-says"> for {person}</span>}
      </span>
    </Link>
  )
}
