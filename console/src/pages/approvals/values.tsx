/** What goes along with the call, and where each value of it comes from. */
import { Badge, Group, Text } from '@mantine/core'
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconDatabase,
  IconHelp,
  IconRobot,
  IconUser,
  type TablerIcon,
} from '@tabler/icons-react'
import type { ReactElement } from 'react'
import { Says } from '../../parts/says.tsx'
import { To } from '../../parts/to.tsx'
import { type Detail, nameOf, readers } from './words.ts'

type Argument = Detail['arguments'][number]
type Trust = NonNullable<Argument['origin']>['trust']

const marks: Readonly<Record<Trust, { readonly word: string; readonly icon: TablerIcon; readonly color: string }>> = {
  prompt: { word: 'the user', icon: IconUser, color: 'green' },
  endorsed: { word: 'approved before', icon: IconCircleCheck, color: 'green' },
  trusted: { word: 'system of record', icon: IconDatabase, color: 'green' },
  untrusted: { word: 'untrusted content', icon: IconAlertTriangle, color: 'red' },
  model: { word: 'made by the model', icon: IconRobot, color: 'orange' },
  untold: { word: 'cannot be told', icon: IconHelp, color: 'orange' },
}

export function Values({ detail }: { readonly detail: Detail }): ReactElement {
  const { arguments: given, callers, withheld } = detail
  if (given.length === 0) return <Text size="sm">Nothing goes along with it.</Text>
  return (
    <>
      {withheld && (
        <Text size="sm" c="dimmed" mb={4}>
          Values are for {readers}.
        </Text>
      )}
      <table className="approvals-values">
        <thead>
          <tr>
            <th scope="col">Argument</th>
            <th scope="col">Value</th>
            <th scope="col">Where it comes from</th>
          </tr>
        </thead>
        <tbody>
          {given.map((argument) => (
            <Row key={`${argument.in} ${argument.at}`} argument={argument} caller={callers[0]?.id ?? 'the caller'} />
          ))}
        </tbody>
      </table>
    </>
  )
}

function Row({ argument, caller }: { readonly argument: Argument; readonly caller: string }): ReactElement {
  const { in: part, at, text, classes, usual, origin } = argument
  return (
    <tr>
      <th scope="row">
        {nameOf(at)}
        {part !== 'body' && (
          <Text span size="xs" c="dimmed">
            {` in the ${part}`}
          </Text>
        )}
      </th>
      <td>
        <Text span size="sm" ff="monospace" className={usual?.odd === true ? 'approvals-mark' : undefined}>
          {text === '' ? 'empty' : text}
        </Text>
        {classes.map((each) => (
          <Badge key={each} ml={6} size="xs" variant="light" color="violet" tt="none">
            {each}
          </Badge>
        ))}
        {usual !== undefined && (
          <Text size="xs" {...(usual.odd ? { fw: 600 } : { c: 'dimmed' })}>
            {usual.odd && <IconAlertTriangle size={12} aria-hidden />} {usual.says}
          </Text>
        )}
      </td>
      <td>{origin === undefined ? <Plain caller={caller} /> : <From origin={origin} />}</td>
    </tr>
  )
}

function Plain({ caller }: { readonly caller: string }): ReactElement {
  return (
    <Text size="xs" c="dimmed">
      as {caller} sent it
    </Text>
  )
}

function From({ origin }: { readonly origin: NonNullable<Argument['origin']> }): ReactElement {
  const { word, icon: Icon, color } = marks[origin.trust]
  return (
    <Group gap={6} align="center">
      <Badge size="sm" variant="light" color={color} tt="none" leftSection={<Icon size={12} aria-hidden />}>
        {word}
      </Badge>
      <Text size="xs" c="dimmed">
        {origin.trust !== 'prompt' && <Says text={origin.says} />}
        {origin.call !== undefined && (
          <>
            {' '}
            <To href={`/calls/${origin.call}`} size="xs">
              that call
            </To>
          </>
        )}
      </Text>
    </Group>
  )
}
