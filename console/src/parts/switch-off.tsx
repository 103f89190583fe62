/** Switches somebody or something off, from wherever it is shown: says first what that stops. */
import { Badge, Button, List, Stack, Text } from '@mantine/core'
import { IconPower } from '@tabler/icons-react'
import { type ReactElement, useState } from 'react'
import { useAct, useAnswer } from '../answers.ts'
import type { Answer } from '../ask.ts'
import { address } from '../search.ts'
import { useMay } from '../viewer.ts'
import { Failure, Loading } from './state.tsx'
import { To } from './to.tsx'
import { When } from './when.tsx'
import { Why } from './why.tsx'

export type Switch = Answer<'GET /api/switches'>['switches'][number]
export type Switchable = Pick<Switch, 'of' | 'name'>

/** A button for a row; a badge where it is off already; nothing for who may not. */
export function SwitchOff({ of, name }: Switchable): ReactElement | null {
  const [open, setOpen] = useState(false)
  const off = useAnswer('GET /api/switches', {}).data?.switches.find((each) => each.of === of && each.name === name)
  const may = useMay('operate')
  if (off !== undefined)
    return (
      <To href="/switches" title={`by ${off.by}: ${off.why}`}>
        <Badge color="red" variant="light" leftSection={<IconPower size={11} aria-hidden />}>
          off
        </Badge>
      </To>
    )
  if (!may) return null
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconPower size={12} aria-hidden />}
        onClick={() => setOpen(true)}
        aria-label={`Switch off ${of} ${name}`}
      >
        Switch off
      </Button>
      {open && <SwitchOffDialog of={of} name={name} onClose={() => setOpen(false)} />}
    </>
  )
}

export function SwitchOffDialog({ of, name, onClose }: Switchable & { readonly onClose: () => void }): ReactElement {
  const { mutate, isPending, error } = useAct('POST /api/switches', ['GET /api/switches', 'GET /api/switches/reach'])
  return (
    <Why
      title={`Switch off ${of} ${name}`}
      act="Switch off"
      color="red"
      busy={isPending}
      error={error}
      onClose={onClose}
      onDo={(why) => mutate({ body: { of, name, why } }, { onSuccess: onClose })}
    >
      <Reach of={of} name={name} />
    </Why>
  )
}

const meaning: Readonly<Record<Switch['of'], string>> = {
  principal: 'Nothing they call is let through, nor what agents call on their behalf.',
  agent: 'Nothing it calls is let through, whomever it acts for.',
  workflow: 'No call of this workflow is let through.',
  operation: 'Nobody can use it.',
  tenant: 'No call of anybody of this tenant, nor on any object of it, is let through.',
  object: 'No call that is about this object is let through.',
  run: 'This run gets nothing done any more.',
}

/** What it would stop, told by the last hour. */
export function Reach({ of, name }: Switchable): ReactElement {
  const { data, error } = useAnswer('GET /api/switches/reach', { query: { of, name } })
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  const { calls, passed, more, operations, last, known, since } = data
  const traffic = address('/ledger', {
    kind: 'decision',
    ...(of === 'agent' ? { principal: name } : { [of]: name }),
    from: String(since),
  })
  return (
    <Stack gap={4}>
      <Text size="sm">{meaning[of]} It takes effect within a second on every node; what is on its way ends.</Text>
      {!known && (
        <Text size="sm" c="red" role="alert">
          Neither the charter nor the record knows {of} {name}. Is it spelled right?
        </Text>
      )}
      <Text size="sm">
        In the last hour:{' '}
        <To href={traffic} underline="always">
          {more ? 'more than ' : ''}
          {calls} {calls === 1 ? 'call' : 'calls'}
        </To>
        , {passed} let through.{' '}
        {last !== undefined && (
          <>
            The last one <When at={last} />.
          </>
        )}
      </Text>
      {operations.length > 0 && (
        <List size="sm" withPadding>
          {operations.map((each) => (
            <List.Item key={each.name}>
              {each.name} × {each.calls}
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  )
}
