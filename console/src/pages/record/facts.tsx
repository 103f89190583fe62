/** What a decision stood on: the request, where its values came from, the classes in it, objects as they were, what was counted. */
import { Code, Table, Text } from '@mantine/core'
import type { ReactElement } from 'react'
import type { ClassSeen, Origin, TracedValue } from '../../../../src/constraint/facts.ts'
import { Json } from '../../parts/json.tsx'
import { Part } from '../../parts/part.tsx'

export function Facts({ content }: { readonly content: Readonly<Record<string, unknown>> }): ReactElement {
  const { request, objects, run, facts, principal } = content
  const { values, classes, ...counted } = isRecord(facts) ? facts : {}
  const traced = isRecord(values)
    ? Object.entries(values).flatMap(([rule, list]) =>
        Array.isArray(list) ? list.map((value: TracedValue) => ({ rule, value })) : [],
      )
    : []
  return (
    <>
      <Part title="What was asked">
        <Json value={filled(request)} label="The request" />
      </Part>
      {traced.length > 0 && <Origins traced={traced} />}
      {Array.isArray(classes) && classes.length > 0 && <Classes classes={classes} />}
      <Folded title="Objects before it" value={objects} />
      <Folded title="What was counted, remembered and granted" value={counted} />
      <Folded title="The run it belongs to" value={run} />
      <Folded title="Who called, with all claims" value={principal} />
    </>
  )
}

function Folded({ title, value }: { readonly title: string; readonly value: unknown }): ReactElement | null {
  if (!isRecord(value) || Object.values(value).every((each) => isRecord(each) && Object.keys(each).length === 0))
    return null
  return (
    <details className="story">
      <summary>{title}</summary>
      <Json value={value} label={title} />
    </details>
  )
}

const trustWords: Readonly<Record<Origin['trust'], string>> = {
  prompt: 'the user said it',
  endorsed: 'somebody who may approve said it',
  trusted: 'a system of record answered it',
  untrusted: 'it stood in what anybody could have written',
  model: 'the model alone said it',
}

/** Where an argument was seen before it was used. */
function Origins({
  traced,
}: {
  readonly traced: readonly { readonly rule: string; readonly value: TracedValue }[]
}): ReactElement {
  return (
    <Part title="Where its values came from">
      <Table.ScrollContainer minWidth={320}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Where it stands</Table.Th>
              <Table.Th>Value</Table.Th>
              <Table.Th>Seen before</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {traced.map(({ rule, value: { at, value, origins } }) => (
              <Table.Tr key={`${rule} ${at}`}>
                <Table.Td>
                  <Code>{at}</Code>
                  <Text size="xs" c="dimmed">
                    {rule}
                  </Text>
                </Table.Td>
                <Table.Td>{value === undefined ? '' : String(value)}</Table.Td>
                <Table.Td>
                  {origins.length === 0
                    ? 'nowhere: it was made up'
                    : origins.slice(0, 4).map((origin) => <Seen key={JSON.stringify(origin)} origin={origin} />)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Part>
  )
}

function Seen({ origin: { trust, operation, at, how, memory } }: { readonly origin: Origin }): ReactElement {
  const place = [operation, at].filter((each) => each !== undefined).join(' ')
  const form =
    how === undefined || how === 'same' ? '' : `, ${how === 'lookalike' ? 'only looking the same' : `found ${how}`}`
  return (
    <Text size="sm">
      {trustWords[trust]}
      {place === '' ? '' : `: ${place}`}
      {form}
      {memory === true ? ', in an earlier run' : ''}
    </Text>
  )
}

function Classes({ classes }: { readonly classes: readonly ClassSeen[] }): ReactElement {
  return (
    <Part title="Classes of data in it">
      <ul className="reasons">
        {classes.map((each) => (
          <li key={`${each.at} ${each.class} ${each.by}`}>
            <Text size="sm">
              <b>{each.class}</b> at <Code>{each.at}</Code>, by {each.by}
            </Text>
          </li>
        ))}
      </ul>
    </Part>
  )
}

/** Without members in which there is nothing. */
function filled(request: unknown): unknown {
  if (!isRecord(request)) return request ?? null
  return Object.fromEntries(
    Object.entries(request).filter(([, part]) => !isRecord(part) || Object.keys(part).length > 0),
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
