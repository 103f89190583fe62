import { Badge, Button, Stack, Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAct, useAnswer } from '../../answers.ts'
import type { Answer } from '../../ask.ts'
import { type Column, Rows } from '../../parts/rows.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { useMay } from '../../viewer.ts'

type Target = Answer<'GET /api/notices'>['targets'][number]

/** Who is told of approvals, findings, switches and doubts, and whether that works. */
export function Notices(): ReactElement {
  const { data, error } = useAnswer('GET /api/notices', {}, { everyMs: 10_000 })
  const may = useMay('administer')
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  if (data.targets.length === 0)
    return (
      <Nothing>Nobody is told of anything. Name programs, mailboxes or chats under `notify` in the guard file.</Nothing>
    )
  return (
    <Stack gap="sm">
      <Rows
        label="Who is told"
        rows={data.targets}
        keyOf={({ id }) => id}
        columns={[...columns, ...(may ? [{ head: 'Test', cell: (target: Target) => <Test {...target} /> }] : [])]}
      />
      {data.node !== undefined && (
        <Text size="xs" c="dimmed">
          Told by node {data.node}.
        </Text>
      )}
    </Stack>
  )
}

const columns: readonly Column<Target>[] = [
  { head: 'By', cell: ({ by }) => by },
  { head: 'Who', cell: ({ name }) => name },
  {
    head: 'Of what',
    cell: ({ kinds, workflows }) =>
      `${kinds?.join(', ') ?? 'everything'}${workflows === undefined ? '' : ` of ${workflows.join(', ')}`}`,
  },
  { head: 'State', cell: (target) => <State {...target} /> },
  { head: 'Told', num: true, cell: ({ sent }) => sent },
  { head: 'Waiting', num: true, cell: ({ waiting }) => waiting },
  { head: 'Given up', num: true, cell: ({ givenUp }) => givenUp },
  { head: 'Last', cell: ({ last }) => (last === undefined ? 'never' : <When at={last} />) },
]

function State({ failing, waiting }: Target): ReactElement {
  if (failing === undefined)
    return (
      <Badge tt="none" variant="light" color="green">
        {waiting === 0 ? 'up to date' : 'telling'}
      </Badge>
    )
  return (
    <>
      <Badge tt="none" variant="light" color="red">
        failing
      </Badge>
      <Text size="sm">
        {failing.why}; since <When at={failing.since} />, tried {failing.tried} times, again{' '}
        <When at={failing.retryAt} />
      </Text>
    </>
  )
}

function Test({ id, name }: Target): ReactElement {
  const { mutate, isPending, data, error } = useAct('POST /api/notices/{id}/test', ['GET /api/notices'])
  const said = error?.message ?? (data === undefined ? undefined : (data.why ?? 'it arrived'))
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={isPending}
        onClick={() => mutate({ parameters: { id } })}
        aria-label={`Send a test to ${name}`}
      >
        Send a test
      </Button>
      {said !== undefined && (
        <Text size="xs" role="status">
          {said}
        </Text>
      )}
    </>
  )
}
