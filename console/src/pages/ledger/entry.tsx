/** One entry: what it says, whether it can be believed, and its text as it was recorded. */
import { Alert, Anchor, Code, Group, Stack, Table, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import type { Entry } from '../../../../src/ledger/entry.ts'
import { useAnswer } from '../../answers.ts'
import type { Answer } from '../../ask.ts'
import { Effect } from '../../parts/effect.tsx'
import { Ident } from '../../parts/ident.tsx'
import { Json } from '../../parts/json.tsx'
import { Failure, Loading } from '../../parts/state.tsx'
import { EntryTrust } from '../../parts/trust.tsx'
import { When } from '../../parts/when.tsx'

export function EntryDetail({ index }: { readonly index: number }): ReactElement {
  const { data, error } = useAnswer('GET /api/ledger/entries/{index}', { parameters: { index: String(index) } })
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  return (
    <Stack gap="md">
      <EntryTrust index={index} text={data.text} />
      {data.text !== undefined && <Members text={data.text} />}
      <Private entry={data} />
      <div>
        <Title order={2} size="h6">
          As it was recorded
        </Title>
        <Text size="xs" c="dimmed">
          Leaf <Ident id={data.hash} what="leaf hash" />
        </Text>
        {data.text === undefined ? (
          <Text size="sm">The text was dropped; its hash stays.</Text>
        ) : (
          <Json value={JSON.parse(data.text)} label="The entry" />
        )}
      </div>
    </Stack>
  )
}

const linked = ['kind', 'effect', 'operation', 'use', 'run', 'hold', 'workflow'] as const

function Members({ text }: { readonly text: string }): ReactElement {
  const entry: Entry = JSON.parse(text)
  const rows = linked.flatMap((name) => {
    const value: unknown = Object.entries(entry).find(([key]) => key === name)?.[1]
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  const who = 'principal' in entry ? entry.principal?.id : undefined
  return (
    <Table className="members" verticalSpacing={3}>
      <Table.Tbody>
        <Row name="time">
          {entry.at} (<When at={Date.parse(entry.at)} />)
        </Row>
        {entry.call !== undefined && (
          <Row name="call">
            <Group gap={6}>
              <Anchor component={Link} to={`/calls/${encodeURIComponent(entry.call)}` as never} size="sm">
                Open the call
              </Anchor>
              <Ident id={entry.call} what="call" />
            </Group>
          </Row>
        )}
        {rows.map(([name, value]) => (
          <Row key={name} name={name}>
            <Anchor component={Link} to="/ledger" search={{ [name]: value } as never} size="sm">
              {name === 'effect' ? <Effect of={value} /> : value}
            </Anchor>
          </Row>
        ))}
        {who !== undefined && (
          <Row name="by">
            <Anchor component={Link} to="/ledger" search={{ principal: who } as never} size="sm">
              {who}
            </Anchor>
          </Row>
        )}
        <Row name="node">
          <Ident id={entry.node} what="node" />
        </Row>
      </Table.Tbody>
    </Table>
  )
}

function Row({ name, children }: { readonly name: string; readonly children: React.ReactNode }): ReactElement {
  return (
    <Table.Tr>
      <Table.Th scope="row">{name}</Table.Th>
      <Table.Td>{children}</Table.Td>
    </Table.Tr>
  )
}

type Readable = Answer<'GET /api/ledger/entries/{index}'>

const whyNot: Readonly<Record<Exclude<Readable['private'], 'shown' | 'none'>, string>> = {
  withheld: 'What it carried is for auditors, operators and administrators. That it was recorded can be proven.',
  erased: 'Its private part was erased: nobody can read it any more. That it was recorded can still be proven.',
  digest: 'Of its private part only a keyed digest was kept.',
  pruned: 'Its text was dropped as old.',
}

/** The private part, or why it is not shown. */
export function Private({ entry }: { readonly entry: Readable }): ReactElement | null {
  if (entry.private === 'none') return null
  if (entry.private !== 'shown') return <Alert color="gray">{whyNot[entry.private]}</Alert>
  return (
    <div>
      <Title order={2} size="h6">
        Private part <Code>sealed</Code>
      </Title>
      <Json value={entry.content} label="The private part" />
    </div>
  )
}
