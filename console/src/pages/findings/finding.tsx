import { Code, CopyButton, Group, Paper, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import type { ReactElement, ReactNode } from 'react'
import { useAnswer } from '../../answers.ts'
import { Go } from '../../parts/go.tsx'
import { Page } from '../../parts/page.tsx'
import { Says } from '../../parts/says.tsx'
import { Failure, Loading } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { Accept } from './accept.tsx'
import { Effect } from './effect.tsx'
import './findings.css'
import { Guarded } from './guarded.tsx'
import { Transcript } from './transcript.tsx'
import { Verify } from './verify.tsx'
import { Where } from './where.tsx'
import { type Detail, momentWords, SeverityBadge, StateBadge } from './words.tsx'

/** One finding: what happened, how it was proven, what is to be done, and what became of it. */
export function Finding(): ReactElement {
  const { fingerprint } = useParams({ from: '/inside/findings/$fingerprint' })
  const { data, error } = useAnswer('GET /api/findings/{fingerprint}', { parameters: { fingerprint } })
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  const { finding, proof } = data
  return (
    <Page title={finding.title} question={proof.because}>
      <Group gap="xs">
        <SeverityBadge severity={finding.severity} />
        <StateBadge state={finding.state} />
        <Text size="xs">{[finding.class, ...finding.ids].join(' · ')}</Text>
        <Fingerprint text={finding.fingerprint} />
      </Group>
      <Text fw={500}>
        <Says text={finding.sentence} />
      </Text>
      <div className="finding-columns">
        <Stack gap="lg" miw={0}>
          <Guarded detail={data} />
          <Facts detail={data} />
          <div className="finding-pair">
            <Side title="The rightful call, which works">
              <Transcript sent={proof.control} label="The rightful call" />
            </Side>
            <Side title="The attempt, which should not">
              <Transcript sent={proof.transcript} label="The attempt" />
            </Side>
          </div>
          <Effect proof={proof} />
          <Where finding={finding} />
          <AlsoSeen detail={data} />
        </Stack>
        <Stack gap="lg" miw={0}>
          <Verify detail={data} />
          <Accept detail={data} />
          <History detail={data} />
        </Stack>
      </div>
    </Page>
  )
}

function Fingerprint({ text }: { readonly text: string }): ReactElement {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <UnstyledButton onClick={copy} title="Copy the fingerprint">
          <Code>{copied ? 'copied' : text}</Code>
        </UnstyledButton>
      )}
    </CopyButton>
  )
}

function Facts({ detail: { proof, finding } }: { readonly detail: Detail }): ReactElement {
  return (
    <Stack gap={6}>
      <Fact name="Cause">
        <Says text={proof.rootCause} />
      </Fact>
      <Fact name="Fix">
        <Says text={proof.remedy} />
      </Fact>
      <Fact name="Rule">
        <Says text={proof.rule} /> <Code>{finding.constraint}</Code>
      </Fact>
    </Stack>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement {
  return (
    <Text size="sm">
      <Text span fw={700} size="sm">
        {name}:
      </Text>{' '}
      {children}
    </Text>
  )
}

function Side({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <div>
      <Title order={2} size="h5" mb={6}>
        {title}
      </Title>
      {children}
    </div>
  )
}

function AlsoSeen({ detail: { proof } }: { readonly detail: Detail }): ReactElement | null {
  if (proof.alsoSeen.length === 0) return null
  return (
    <details>
      <summary>
        <Text span size="sm">
          The same missing check was seen in {proof.alsoSeen.length} other{' '}
          {proof.alsoSeen.length === 1 ? 'way' : 'ways'}
        </Text>
      </summary>
      <ul>
        {proof.alsoSeen.map(({ class: kind, sentence }) => (
          <li key={`${kind} ${sentence}`}>
            <Text size="sm">
              <Says text={sentence} /> <Code>{kind}</Code>
            </Text>
          </li>
        ))}
      </ul>
    </details>
  )
}

function History({ detail: { history, finding } }: { readonly detail: Detail }): ReactElement {
  const moments = history.map((moment, index) => ({ ...moment, key: `${index} ${moment.at} ${moment.what}` }))
  return (
    <Paper withBorder p="sm">
      <Title order={2} size="h5" mb={6}>
        History
      </Title>
      <Stack gap={8} component="ol" m={0} p={0} className="findings-rows">
        {moments.map(({ key, at, what, by, why, run }) => (
          <li key={key}>
            <Text size="sm" fw={500}>
              {run === undefined ? (
                momentWords[what]
              ) : (
                <Go to="/proofs/$run" params={{ run }} size="sm">
                  {momentWords[what]}
                </Go>
              )}
            </Text>
            <Text size="xs" c="dimmed" component="div">
              <When at={at} /> by {by}
            </Text>
            {why !== undefined && (
              <Text size="xs">
                <Says text={why} />
              </Text>
            )}
          </li>
        ))}
      </Stack>
      <Text size="xs" c="dimmed" mt={8}>
        Seen last at {finding.target === '' ? 'a target that was not told' : finding.target}.
      </Text>
    </Paper>
  )
}
