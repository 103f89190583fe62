/** One question: what exactly would run, for whom and why, of what values, and what one may say to it. */
import { Alert, Badge, Group, Stack, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement, ReactNode } from 'react'
import { useAnswer } from '../../answers.ts'
import { Name } from '../../parts/name.tsx'
import { useNow } from '../../parts/now.ts'
import { Says } from '../../parts/says.tsx'
import { Failure, Loading } from '../../parts/state.tsx'
import { To } from '../../parts/to.tsx'
import { When } from '../../parts/when.tsx'
import { Answering } from './answering.tsx'
import { Before } from './before.tsx'
import { Things } from './objects.tsx'
import { Values } from './values.tsx'
import { becameWords, type Detail, leftWords, readers, whoOf } from './words.ts'

export interface QuestionViewProps {
  readonly reference: string
  readonly onSaid: (words: string) => void
  /** What can be said to it together with others. */
  readonly together: ReactNode
}

/** Objects are looked at again so often while one thinks. */
const lookMs = 15_000

export function QuestionView({ reference, onSaid, together }: QuestionViewProps): ReactElement {
  const { data, error } = useAnswer(
    'GET /api/approvals/{reference}',
    { parameters: { reference } },
    { everyMs: lookMs },
  )
  if (error !== null && data === undefined) return <Failure error={error} />
  if (data === undefined) return <Loading />
  return (
    <Stack gap="md">
      <div className="approvals-bar">
        <Head detail={data} />
        <Answering key={reference} detail={data} onSaid={onSaid} />
      </div>
      {together}
      <Notices detail={data} />
      <Part title="With these values">
        <Values detail={data} />
      </Part>
      {data.objects.length > 0 && (
        <Part title="About">
          <Things detail={data} />
        </Part>
      )}
      <Part title="Why it is asked">
        <Rules detail={data} />
      </Part>
      <Part title={data.run === undefined ? 'What the caller did' : 'In this run'}>
        <Task detail={data} />
        <Before detail={data} />
      </Part>
      <Part title="Exactly what is sent">
        <Sent detail={data} />
      </Part>
      {data.answers.length > 0 && (
        <Part title="Answers">
          <Answers detail={data} />
        </Part>
      )}
    </Stack>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <section aria-label={title}>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      {children}
    </section>
  )
}

function Head({ detail }: { readonly detail: Detail }): ReactElement {
  const now = useNow()
  const { operation, state, expires, whyNot, summary, callers, result } = detail
  const person = callers.at(-1)
  return (
    <>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
        <Title order={2} size="h5">
          {whoOf(detail)}: <span className="approvals-operation">{operation}</span>
        </Title>
        {state === 'pending' && (
          <Text size="sm" style={{ whiteSpace: 'nowrap' }} fw={expires - now < 60_000 ? 700 : 400}>
            {leftWords(expires - now)}
          </Text>
        )}
      </Group>
      <Text size="xs" c="dimmed" mb="xs">
        {[
          summary,
          person?.tenant === undefined ? undefined : `tenant ${person.tenant}`,
          callers
            .map(({ kind }) => kind)
            .filter(Boolean)
            .join(' for '),
        ]
          .filter((each) => each !== undefined && each !== '')
          .join(' · ')}
      </Text>
      {whyNot !== undefined && (
        <Text size="sm" fw={600}>
          You cannot answer this: {whyNot}.
        </Text>
      )}
      {state !== 'pending' && (
        <Text size="sm">
          {becameWords(detail)} {result !== undefined && <To href={`/calls/${result.call}`}>What came of it</To>}
        </Text>
      )}
    </>
  )
}

function Notices({ detail }: { readonly detail: Detail }): ReactElement | null {
  const { charterChanged, outdated, state } = detail
  if (state !== 'pending' || !(charterChanged || outdated)) return null
  return (
    <Alert color="orange" title={charterChanged ? 'Another charter is in force' : 'It has changed since it was asked'}>
      {charterChanged
        ? 'This was asked under the one before. Whoever asked has to make the call again.'
        : 'An approval would count for nothing: it would be for how things were. You can refuse; whoever asked can make the call again.'}
    </Alert>
  )
}

function Rules({ detail }: { readonly detail: Detail }): ReactElement {
  const { reasons, approvals } = detail
  return (
    <Stack gap={6}>
      {reasons.map(({ constraint, says }) => (
        <Text size="sm" key={`${constraint} ${says}`}>
          <Says text={says} />.{' '}
          <Text span size="xs" c="dimmed" ff="monospace">
            {constraint}
          </Text>
        </Text>
      ))}
      {approvals.map(({ name, says, quorum, given, by, who }) => (
        <Group key={name} gap="xs">
          <Badge size="sm" variant="light" color={given >= quorum ? 'green' : 'gray'} tt="none">
            {name}: {given} of {quorum}
          </Badge>
          <Text size="sm">
            {who} may answer{by.length === 0 ? '' : `; so far ${by.join(', ')}`}
          </Text>
          {!reasons.some((reason) => reason.says.startsWith(says)) && (
            <Text size="xs" c="dimmed">
              <Says text={says} />
            </Text>
          )}
        </Group>
      ))}
    </Stack>
  )
}

function Task({ detail }: { readonly detail: Detail }): ReactElement | null {
  const { task, workflow, owners, earlier, operation, callers } = detail
  const by = callers[0]?.id
  return (
    <Stack gap={4} mb={4}>
      {task?.purpose !== undefined && (
        <Text size="sm">
          The user said: <q>{task.purpose}</q>
        </Text>
      )}
      <Group gap="xs">
        {task !== undefined && (
          <Text size="xs" c="dimmed" component="span">
            run <To href={`/sessions/${encodeURIComponent(task.id)}`}>its timeline</To>{' '}
            <Name text={task.id} of="the run" />
          </Text>
        )}
        {workflow !== undefined && (
          <Text size="xs" c="dimmed">
            workflow <To href={`/workflows/${encodeURIComponent(workflow)}`}>{workflow}</To>
            {owners.length === 0 ? '' : ` (${owners.map(({ of, name }) => `${of}: ${name}`).join(', ')})`}
          </Text>
        )}
        <Link
          to="/approvals"
          search={{ state: 'approved', operation, ...(by === undefined ? {} : { by }) }}
          className="approvals-link"
        >
          {earlier} approved before
        </Link>
      </Group>
    </Stack>
  )
}

function Sent({ detail }: { readonly detail: Detail }): ReactElement {
  const { sent, reference, withheld } = detail
  return (
    <Stack gap={4}>
      <Text size="sm" ff="monospace">
        {sent.kind === 'tool' ? `tool ${sent.target}` : `${sent.method} ${sent.target}`}
      </Text>
      {sent.body !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre className="approvals-box" tabIndex={0}>
          {sent.body}
        </pre>
      )}
      {withheld && (
        <Text size="sm" c="dimmed">
          What goes along with it is for {readers}.
        </Text>
      )}
      <Text size="xs" c="dimmed" component="span">
        question <Name text={reference} of="the reference" />
      </Text>
    </Stack>
  )
}

function Answers({ detail }: { readonly detail: Detail }): ReactElement {
  return (
    <Stack gap={2}>
      {detail.answers.map(({ approval, by, at, verdict, why }) => (
        <Text size="sm" key={`${approval} ${by}`}>
          <When at={at} /> · {by} {verdict === 'approve' ? 'approved' : 'refused'} {approval}
          {why === undefined ? '' : `: ${why}`}
        </Text>
      ))}
    </Stack>
  )
}
