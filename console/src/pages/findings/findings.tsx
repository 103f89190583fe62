import { Anchor, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { addressOf } from '../../ask.ts'
import { Go } from '../../parts/go.tsx'
import { Page } from '../../parts/page.tsx'
import { Says } from '../../parts/says.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import './findings.css'
import { ProofRuns } from './runs.tsx'
import { type Chosen, chosenIn, type Filter, filters } from './search.ts'
import {
  type Finding,
  GuardBadge,
  isOpen,
  SeverityBadge,
  StateBadge,
  severities,
  states,
  stateWords,
} from './words.tsx'

export function Findings(): ReactElement {
  const { data, error } = useAnswer('GET /api/findings', {})
  const chosen = chosenIn(useSearch({ strict: false }))
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  const shown = data.findings.filter((finding) => fits(finding, chosen))
  return (
    <Page
      title="Findings"
      question="What was proven to be open, since when, and who lives with it?"
      actions={
        <Anchor size="sm" href={addressOf('GET /api/acceptances', {})} download="accepted.yaml">
          Accepted, as a file for CI
        </Anchor>
      }
    >
      <Counts findings={data.findings} />
      {data.findings.length === 0 ? (
        <Nothing>
          {data.runs === 0
            ? 'No run of prove was reported yet. `lockstep prove … --publish` hands one in.'
            : 'No run of prove found anything.'}
        </Nothing>
      ) : (
        <>
          <Filters findings={data.findings} chosen={chosen} />
          {shown.length === 0 && <Nothing>Nothing fits these filters.</Nothing>}
          {byCause(shown).map(([cause, group]) => (
            <Cause key={cause} cause={cause} group={group} />
          ))}
        </>
      )}
      <Go to="/coverage" size="sm">
        What was tried of each demand of the charter
      </Go>
      <ProofRuns />
    </Page>
  )
}

function fits(finding: Finding, chosen: Chosen): boolean {
  if (chosen.state === undefined && finding.state === 'fixed') return false
  const isThere = isOpen(finding)
  return filters.every((name) => {
    const value = chosen[name]
    if (name === 'state' && value === 'there') return isThere
    return value === undefined || value === 'any' || finding[name] === value
  })
}

/** Findings that share a missing check, the worst and oldest first. */
function byCause(findings: readonly Finding[]): readonly (readonly [string, readonly Finding[]])[] {
  const rank = ({ severity }: Finding): number => severities.indexOf(severity)
  const sorted = findings.toSorted((left, right) => rank(left) - rank(right) || left.first - right.first)
  const groups = new Map<string, Finding[]>()
  for (const finding of sorted) groups.set(finding.cause, [...(groups.get(finding.cause) ?? []), finding])
  return [...groups]
}

function Counts({ findings }: { readonly findings: readonly Finding[] }): ReactElement {
  return (
    <Group gap="lg">
      {states.map((state) => (
        <Go key={state} to="/findings" search={{ state }} underline="hover">
          <Text span fw={700} size="xl">
            {findings.filter((each) => each.state === state).length}
          </Text>{' '}
          <Text span size="sm">
            {stateWords[state]}
          </Text>
        </Go>
      ))}
    </Group>
  )
}

function Filters({
  findings,
  chosen,
}: {
  readonly findings: readonly Finding[]
  readonly chosen: Chosen
}): ReactElement {
  const navigate = useNavigate()
  const choose = (name: Filter, value: string): void => {
    const { [name]: _, ...rest } = chosen
    void navigate({ to: '/findings', search: value === '' ? rest : { ...rest, [name]: value }, replace: true })
  }
  return (
    <Group gap="xs" role="group" aria-label="Filters">
      {filters.map((name) => (
        <NativeSelect
          key={name}
          size="xs"
          aria-label={name}
          value={chosen[name] ?? ''}
          data={optionsFor(name, findings)}
          onChange={({ currentTarget }) => choose(name, currentTarget.value)}
        />
      ))}
    </Group>
  )
}

function optionsFor(name: Filter, findings: readonly Finding[]): { value: string; label: string }[] {
  const first = { value: '', label: name === 'state' ? 'not fixed' : `any ${name}` }
  if (name === 'state')
    return [
      first,
      { value: 'there', label: 'open or back' },
      { value: 'any', label: 'any state' },
      ...states.map((each) => ({ value: each, label: stateWords[each] })),
    ]
  if (name === 'severity') return [first, ...severities.map((each) => ({ value: each, label: each }))]
  const found = findings.flatMap((finding) => {
    const value = finding[name]
    return value === undefined ? [] : [[value, name === 'class' ? finding.classTitle : value] as const]
  })
  return [first, ...[...new Map(found)].sort().map(([value, label]) => ({ value, label }))]
}

function Cause({ cause, group }: { readonly cause: string; readonly group: readonly Finding[] }): ReactElement {
  return (
    <Paper withBorder>
      <Title order={2} size="h6" fw={600} px="sm" py={8} className="findings-cause">
        <Says text={cause} />{' '}
        <Text span c="dimmed" size="sm">
          {group.length === 1 ? '1 finding' : `${group.length} findings`}
        </Text>
      </Title>
      <ul className="findings-rows">
        {group.map((finding) => (
          <Row key={finding.fingerprint} finding={finding} />
        ))}
      </ul>
    </Paper>
  )
}

function Row({ finding }: { readonly finding: Finding }): ReactElement {
  const { fingerprint, title, sentence, severity, state, endpoint, first, last, acceptance, guard } = finding
  return (
    <li className="findings-row">
      <SeverityBadge severity={severity} />
      <Stack gap={0} miw={0}>
        <Go to="/findings/$fingerprint" params={{ fingerprint }} fw={500} size="sm">
          {title.replace(` at ${endpoint}`, '')}
        </Go>
        <Text size="sm" lineClamp={2}>
          <Says text={sentence} />
        </Text>
        <Text size="xs" ff="monospace" c="dimmed">
          {endpoint}
        </Text>
      </Stack>
      <Stack gap={4} align="flex-start">
        <StateBadge state={state} />
        {state !== 'fixed' && <GuardBadge standing={guard} />}
        {acceptance !== undefined && state === 'accepted' && (
          <Text size="xs" c="dimmed">
            {acceptance.owner}, until {acceptance.until}
          </Text>
        )}
      </Stack>
      <Text size="xs" c="dimmed" component="div">
        since <When at={first} />
        <br />
        seen <When at={last} />
      </Text>
    </li>
  )
}
