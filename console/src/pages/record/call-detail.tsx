/** Everything on the record about one call. */
import { Anchor, Group, Stack, Table, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement, ReactNode } from 'react'
import type { Entry } from '../../../../src/ledger/entry.ts'
import { useAnswer } from '../../answers.ts'
import type { Answer } from '../../ask.ts'
import { Effect } from '../../parts/effect.tsx'
import { Ident } from '../../parts/ident.tsx'
import { Json } from '../../parts/json.tsx'
import { Part } from '../../parts/part.tsx'
import { Failure, Loading } from '../../parts/state.tsx'
import { EntryTrust } from '../../parts/trust.tsx'
import { When } from '../../parts/when.tsx'
import { Private } from '../ledger/entry.tsx'
import { Facts } from './facts.tsx'
import { lengthWords } from './length.ts'

type Shown = Answer<'GET /api/calls/{call}'>
type Readable = Shown['entries'][number]
type Decision = Extract<Entry, { kind: 'decision' }>

export function CallDetail({ call }: { readonly call: string }): ReactElement {
  const { data, error } = useAnswer('GET /api/calls/{call}', { parameters: { call } }, { everyMs: 3000 })
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  const read = data.entries.map((entry) => ({
    entry,
    body: entry.text === undefined ? undefined : (JSON.parse(entry.text) as Entry),
  }))
  const decided = read.find(({ body }) => body?.kind === 'decision')
  const decision = decided?.body?.kind === 'decision' ? decided.body : undefined
  const rest = read.filter((each) => each !== decided)
  return (
    <Stack gap="lg">
      {decided !== undefined && decision !== undefined && (
        <Decided entry={decided.entry} decision={decision} shown={data} />
      )}
      {decided !== undefined && <EntryTrust index={decided.entry.index} text={decided.entry.text} />}
      <Part title="What came of it">
        {rest.length === 0 && <Text size="sm">Nothing more is on the record.</Text>}
        <ol className="happened">
          {rest.map(({ entry, body }) => (
            <li key={entry.index}>
              <Happened entry={entry} body={body} since={decision?.at} />
            </li>
          ))}
        </ol>
      </Part>
      {decided !== undefined && decided.entry.private === 'shown' && <Facts content={decided.entry.content ?? {}} />}
      {decided !== undefined && decided.entry.private !== 'shown' && <Private entry={decided.entry} />}
    </Stack>
  )
}

interface DecidedProps {
  readonly entry: Readable
  readonly decision: Decision
  readonly shown: Shown
}

function Decided({ entry, decision, shown }: DecidedProps): ReactElement {
  const { operation, effect, reasons, mode, at } = decision
  return (
    <section>
      <Group gap="xs" mb={4} fz="sm">
        <Title order={2} size="h4">
          {operation}
        </Title>
        <Effect of={mode === 'observe' && effect !== 'allow' && effect !== 'modify' ? `would-${effect}` : effect} />
        <When at={Date.parse(at)} />
      </Group>
      <Reasons reasons={reasons} effect={effect} />
      <Table className="members" verticalSpacing={3} mt="xs">
        <Table.Tbody>
          <Row name="call">
            <Ident id={shown.call} what="call" />
          </Row>
          <Who decision={decision} />
          {shown.session !== undefined && (
            <Row name={shown.session.run === undefined ? 'session' : 'run'}>
              <Anchor component={Link} to={`/sessions/${encodeURIComponent(shown.session.id)}` as never} size="sm">
                What happened around it
              </Anchor>
            </Row>
          )}
          <Member name="workflow" field="workflow" value={decision.workflow} />
          <Member name="use" field="use" value={decision.use} />
          {(decision.objects ?? []).map(({ type, key }) => (
            <Member key={`${type}/${key}`} name="object" field="object" value={`${type}/${key}`} />
          ))}
          {(decision.obligations ?? []).length > 0 && <Row name="changed">{decision.obligations?.join(', ')}</Row>}
          <Row name="charter">
            {decision.charter.name} <Ident id={decision.charter.digest} what="version of the charter" />
          </Row>
          <Row name="entry">
            <Anchor component={Link} to="/ledger" search={{ entry: entry.index } as never} size="sm">
              {entry.index}
            </Anchor>
          </Row>
        </Table.Tbody>
      </Table>
    </section>
  )
}

function Who({ decision: { principal } }: { readonly decision: Decision }): ReactElement {
  const { id, kind, tenant, roles = [], actsFor = [] } = principal
  return (
    <Row name="by">
      <Anchor component={Link} to="/ledger" search={{ principal: id } as never} size="sm" underline="always">
        {id ?? 'nobody who signed in'}
      </Anchor>{' '}
      <span className="entry-says">
        {[kind, ...roles, ...(tenant === undefined ? [] : [`of ${tenant}`])]
          .filter((each) => each !== undefined)
          .join(', ')}
      </span>
      {actsFor.map((each) => (
        <span key={each}> → for {each}</span>
      ))}
    </Row>
  )
}

function Reasons({ reasons, effect }: Pick<Decision, 'reasons' | 'effect'>): ReactElement {
  if (reasons.length === 0)
    return (
      <Text size="sm">
        {effect === 'allow' ? 'Everything the charter demands of it was met.' : 'No demand was broken.'}
      </Text>
    )
  return (
    <ul className="reasons">
      {reasons.map(({ constraint, outcome, says }) => (
        <li key={constraint}>
          <Text size="sm">{says ?? constraint}</Text>
          <Anchor component={Link} to="/ledger" search={{ rule: constraint } as never} size="xs">
            {constraint}
          </Anchor>{' '}
          <span className="entry-says">{outcome}</span>
        </li>
      ))}
    </ul>
  )
}

interface HappenedProps {
  readonly entry: Readable
  readonly body: Entry | undefined
  readonly since: string | undefined
}

function Happened({ entry, body, since }: HappenedProps): ReactElement {
  if (body === undefined) return <Text size="sm">entry {entry.index}: its text was dropped</Text>
  const after = since === undefined ? undefined : Date.parse(body.at) - Date.parse(since)
  return (
    <div>
      <Group gap={6}>
        <Anchor component={Link} to="/ledger" search={{ entry: entry.index } as never} size="sm">
          {body.kind}
        </Anchor>
        <Told body={body} />
        {after !== undefined && <span className="entry-says">+{lengthWords(Math.max(0, after))}</span>}
      </Group>
      {'why' in body && body.why !== undefined && <Text size="sm">{body.why}</Text>}
      {entry.private === 'shown' && (
        <details className="story">
          <summary>What came back</summary>
          <Json value={entry.content} label="What came back" />
        </details>
      )}
    </div>
  )
}

function Told({ body }: { readonly body: Entry }): ReactElement {
  const by = 'principal' in body ? body.principal?.id : undefined
  switch (body.kind) {
    case 'outcome':
      return (
        <>
          <Effect of={body.outcome} /> {body.status !== undefined && <span>answered {body.status}</span>}
        </>
      )
    case 'hold':
      return (
        <>
          <Effect of={body.state} /> <span className="entry-says">{body.approvals.join(', ')}</span>{' '}
          <Ident id={body.hold} what="hold" />
        </>
      )
    case 'approval':
      return (
        <>
          <Effect of={body.effect} /> <span>by {by}</span>
        </>
      )
    case 'secret-use':
      return (
        <>
          <Effect of={body.effect} /> <span className="entry-says">{body.secrets.join(', ')}</span>
        </>
      )
    case 'settle':
      return (
        <>
          <Effect of={body.outcome} /> <span>by {by}</span>
        </>
      )
    default:
      return 'effect' in body ? <Effect of={body.effect} /> : <span />
  }
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement {
  return (
    <Table.Tr>
      <Table.Th scope="row">{name}</Table.Th>
      <Table.Td>{children}</Table.Td>
    </Table.Tr>
  )
}

function Member({
  name,
  field,
  value,
}: {
  readonly name: string
  readonly field: string
  readonly value: string | undefined
}): ReactElement | null {
  if (value === undefined) return null
  return (
    <Row name={name}>
      <Anchor component={Link} to="/ledger" search={{ [field]: value } as never} size="sm">
        {value}
      </Anchor>
    </Row>
  )
}
