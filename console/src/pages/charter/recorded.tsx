/** What the change would have decided of the recorded calls. */
import { Alert, Anchor, Button, Group, List, NativeSelect, Progress, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { Nothing } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { useMay } from '../../viewer.ts'
import type { Revised } from './difference.tsx'
import { directions, Going, More, Shift } from './shifts.tsx'
import type { Simulated, Simulation } from './simulation.ts'

export interface RecordedProps {
  readonly revised: Revised
  readonly hasErrors: boolean
  readonly simulation: Simulation
}

const spans = [
  { value: '1000', label: 'the last 1,000 calls' },
  { value: '10000', label: 'the last 10,000 calls' },
  { value: '', label: 'all recorded calls' },
]

export function Recorded({ revised, hasErrors, simulation }: RecordedProps): ReactElement {
  const [last, setLast] = useState('')
  const { now, run, cancel } = simulation
  if (!useMay('read'))
    return (
      <Alert color="gray">
        Trying a change on recorded calls takes the role of an auditor: it tells of what they carried.
      </Alert>
    )
  return (
    <Stack gap="md">
      <Group align="flex-end" gap="sm">
        <NativeSelect
          label="Try the change on"
          size="xs"
          data={spans}
          value={last}
          onChange={(event) => setLast(event.currentTarget.value)}
        />
        {now.state === 'running' ? (
          <Button size="xs" variant="default" onClick={cancel}>
            Cancel
          </Button>
        ) : (
          <Button
            size="xs"
            disabled={hasErrors}
            onClick={() => run({ ...revised, ...(last === '' ? {} : { last: Number(last) }) })}
          >
            Simulate
          </Button>
        )}
      </Group>
      {hasErrors && <Text size="sm">The change has errors: nothing can be decided by it.</Text>}
      <Outcome now={now} revised={revised} />
    </Stack>
  )
}

function Outcome({ now, revised }: { readonly now: Simulated; readonly revised: Revised }): ReactElement {
  if (now.state === 'idle')
    return <Nothing>Every recorded call can be decided again, each on what really happened before it.</Nothing>
  if (now.state === 'failed') return <Text role="alert">It was not tried: {now.why}.</Text>
  if (now.state === 'running') {
    const part = now.of === 0 ? 0 : (100 * now.done) / now.of
    return (
      <div>
        <Progress value={part} aria-label="Calls decided" animated />
        <Text size="sm" c="dimmed" role="status">
          {now.done} of {now.of} calls
        </Text>
      </div>
    )
  }
  const isOld = now.files !== revised.files
  return (
    <Stack gap="md" className={isOld ? 'charter-old' : ''}>
      {isOld && <Text size="sm">The change is another one since: simulate again.</Text>}
      <Told result={now.result} />
    </Stack>
  )
}

function Told({ result }: { readonly result: Extract<Simulated, { readonly state: 'done' }>['result'] }): ReactElement {
  const { recorded, decided, same, shifts, untold } = result
  return (
    <>
      <Text fw={600} role="status">
        {decided === 0
          ? 'Nothing could be decided.'
          : decided === same
            ? 'Nothing else would be decided.'
            : `${decided - same} of ${decided} calls would be decided otherwise.`}
      </Text>
      {directions.map((direction) => {
        const own = shifts.filter((each) => each.direction === direction)
        if (own.length === 0) return null
        return (
          <Going
            key={direction}
            direction={direction}
            counted={counted(own.reduce((sum, each) => sum + each.count, 0))}
          >
            {own.map((shift) => (
              <Shift
                key={`${shift.operation} ${shift.before} ${shift.after} ${shift.reasons.map((each) => each.constraint).join(' ')}`}
                shift={shift}
                counted={shift.count === 1 ? 'once' : `${shift.count} times`}
              >
                <More title={`${shift.examples.length} of them`}>
                  <List size="xs" spacing={4} listStyleType="none" className="charter-plain">
                    {shift.examples.map(({ call, at, principal = 'nobody who was signed in', request }) => (
                      <List.Item key={call}>
                        <Anchor
                          component={Link}
                          to={`/calls/${encodeURIComponent(call)}` as never}
                          size="xs"
                          underline="always"
                          className="charter-mono"
                        >
                          {call}
                        </Anchor>{' '}
                        <When at={Date.parse(at)} /> by <span className="charter-mono">{principal}</span>{' '}
                        <span className="charter-mono">{request}</span>
                      </List.Item>
                    ))}
                  </List>
                </More>
              </Shift>
            ))}
          </Going>
        )
      })}
      <Text size="sm" c="dimmed">
        {recorded} recorded calls, {decided} decided again, {same} the same.
      </Text>
      {untold.map(({ count, why }) => (
        <Text key={why} size="sm">
          {count} cannot be told: {why}.
        </Text>
      ))}
    </>
  )
}

function counted(calls: number): string {
  return calls === 1 ? '1 call' : `${calls} calls`
}
