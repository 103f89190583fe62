/** What the change does: behaviour that becomes allowed or refused, and the cases beside the charter. */
import { Alert, Button, Group, List, Stack, Text } from '@mantine/core'
import { IconCheck, IconDownload, IconX } from '@tabler/icons-react'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import type { Answer } from '../../ask.ts'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import type { Files } from './draft.ts'
import { download, Patch } from './patch.tsx'
import { directions, Going, More, Shift } from './shifts.tsx'
import { Words } from './words.tsx'

type Compared = Answer<'POST /api/charter/difference'>

export interface Revised {
  readonly version: string
  readonly files: Files
}

export function Difference({ revised }: { readonly revised: Revised }): ReactElement {
  const isEmpty = Object.keys(revised.files).length === 0
  const options = { enabled: !isEmpty, keep: true }
  const { data, error, isFetching } = useAnswer('POST /api/charter/difference', { body: revised }, options)
  if (isEmpty) return <Nothing>Nothing is changed yet. What a change would allow or refuse stands here.</Nothing>
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  return (
    <Stack gap="md" aria-busy={isFetching} className={isFetching ? 'charter-old' : ''}>
      {data.same && <Alert color="green">No difference in what is decided.</Alert>}
      {directions.map((direction) => (
        <OneWay key={direction} direction={direction} compared={data} />
      ))}
      <Text size="sm" c="dimmed">
        {data.tried} calls were decided under both charters
        {data.untold === 0 ? '' : `; ${data.untold} could not be told, for lack of objects`}. A sample proves no
        absence: simulate on recorded calls as well.
      </Text>
      <Group justify="space-between">
        <Text fw={600} size="sm">
          The change
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden />}
          onClick={() => download('charter.patch', data.patch)}
        >
          Download the patch
        </Button>
      </Group>
      <Patch text={data.patch} label="The change as a patch" />
    </Stack>
  )
}

function OneWay({
  direction,
  compared: { written, decided, tried },
}: {
  readonly direction: (typeof directions)[number]
  readonly compared: Compared
}): ReactElement | null {
  const says = written.filter((each) => each.direction === direction)
  const shifts = decided.filter((each) => each.direction === direction)
  if (says.length + shifts.length === 0) return null
  return (
    <Going direction={direction} counted={count(says.length + shifts.length, 'difference')}>
      {says.map((each) => (
        <List.Item key={`${each.about} ${each.says}`}>
          <Words>{each.says}</Words>
        </List.Item>
      ))}
      {shifts.map((shift) => (
        <Shift
          key={`${shift.operation} ${shift.before} ${shift.after} ${shift.reasons.map((each) => each.constraint).join(' ')}`}
          shift={shift}
          counted={`${shift.count} of ${tried} calls tried`}
        >
          <More title={exampleTitle(shift.example)}>
            <pre className="charter-block">{shift.example.call}</pre>
          </More>
        </Shift>
      ))}
    </Going>
  )
}

function count(found: number, word: string): string {
  return `${found} ${word}${found === 1 ? '' : 's'}`
}

function exampleTitle({ from, changed }: Compared['decided'][number]['example']): string {
  return `for example ${from}${changed.length === 0 ? '' : `, but ${changed.join(', ')}`}`
}

/** The cases beside the charter, decided by the change: those that fail first. */
export function Cases({ revised }: { readonly revised: Revised }): ReactElement {
  const { data, error } = useAnswer('POST /api/charter/difference', { body: revised }, { keep: true })
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  const { cases, unread } = data
  if (cases.length + unread.length === 0)
    return <Nothing>No cases are beside the charter: files with calls and the decisions it must give.</Nothing>
  const failed = cases.filter((each) => each.differences.length > 0)
  const passed = cases.filter((each) => each.differences.length === 0)
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        {passed.length} as expected, {failed.length} not
      </Text>
      {unread.map((why) => (
        <Alert key={why} color="red" title="A file of cases cannot be read">
          {why}
        </Alert>
      ))}
      <List size="sm" spacing={6} listStyleType="none" className="charter-plain">
        {failed.map((each) => (
          <List.Item key={`${each.file} ${each.line}`} icon={<IconX size={15} color="var(--mantine-color-error)" />}>
            <Text size="sm">{each.description}</Text>
            {each.differences.map((difference) => (
              <Text key={difference} size="sm" c="dimmed">
                {difference}
              </Text>
            ))}
            <Text size="xs" c="dimmed" className="charter-mono">
              {each.file}:{each.line}
            </Text>
          </List.Item>
        ))}
      </List>
      <More title={`${passed.length} as expected`}>
        <List size="sm" spacing={2} listStyleType="none" className="charter-plain">
          {passed.map((each) => (
            <List.Item key={`${each.file} ${each.line}`} icon={<IconCheck size={15} aria-label="as expected" />}>
              {each.description}
            </List.Item>
          ))}
        </List>
      </More>
    </Stack>
  )
}
