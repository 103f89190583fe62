/** Proposes the change for review, and lists what was proposed. */
import { Alert, Anchor, Badge, Button, CopyButton, Group, List, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { type ReactElement, useState } from 'react'
import { useAct, useAnswer } from '../../answers.ts'
import { type Answer, addressOf } from '../../ask.ts'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { useMay } from '../../viewer.ts'
import type { Revised } from './difference.tsx'
import type { Charter } from './draft.ts'

export interface ProposeProps {
  readonly revised: Revised
  readonly keeps: Charter['keeps']
  readonly hasErrors: boolean
  /** Whether it was tried on the recorded calls as it is. */
  readonly isSimulated: boolean
  /** What the form begins with. */
  readonly begins?: { readonly title: string; readonly why: string }
}

const places = {
  git: 'It becomes a commit on a branch of its own; the work tree and what is in force stay as they are.',
  folder: 'It becomes a patch file in the folder for changes; what is in force stays as it is.',
  here: 'It is kept here as a patch to download; what is in force stays as it is.',
} as const

export function Propose(props: ProposeProps): ReactElement {
  return (
    <Stack gap="lg">
      <Form {...props} />
      <Proposed />
    </Stack>
  )
}

function Form({ revised, keeps, hasErrors, isSimulated, begins }: ProposeProps): ReactElement {
  const may = useMay('administer')
  const [title, setTitle] = useState(begins?.title ?? '')
  const [why, setWhy] = useState(begins?.why ?? '')
  const act = useAct('POST /api/charter/changes', ['GET /api/charter/changes'])
  const isEmpty = Object.keys(revised.files).length === 0
  if (!may)
    return <Alert color="gray">Proposing a change needs the role of an administrator. Trying one does not.</Alert>
  return (
    <form
      aria-label="Propose the change"
      onSubmit={(event) => {
        event.preventDefault()
        act.mutate({ body: { ...revised, title, why } })
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="What it does, in a line"
          required
          maxLength={100}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Textarea
          label="Why"
          autosize
          minRows={2}
          maxLength={10_000}
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
        />
        <Text size="sm" c="dimmed">
          {places[keeps]} The message also says what becomes allowed and refused, what the cases say, and{' '}
          {isSimulated
            ? 'what it would have decided of the recorded calls.'
            : 'that it was not tried on recorded calls.'}
        </Text>
        {act.error !== null && <Failure error={act.error} />}
        {act.data !== undefined && <Made change={act.data} />}
        <Group>
          <Button
            type="submit"
            size="sm"
            disabled={isEmpty || hasErrors || title.trim() === ''}
            loading={act.isPending}
          >
            Propose for review
          </Button>
          {isEmpty && <Text size="sm">Nothing is changed.</Text>}
          {hasErrors && <Text size="sm">It has errors.</Text>}
        </Group>
      </Stack>
    </form>
  )
}

type Change = Answer<'POST /api/charter/changes'>

function Made({ change }: { readonly change: Change }): ReactElement {
  return (
    <Alert color="green" title="Proposed" role="status">
      <Where kept={change.kept} />
    </Alert>
  )
}

function Where({ kept }: { readonly kept: Change['kept'] }): ReactElement {
  if (kept.kind === 'here') return <Text size="sm">kept here, to download</Text>
  const text = kept.kind === 'branch' ? kept.branch : kept.file
  return (
    <Group gap="xs" wrap="nowrap">
      <Text size="sm" className="charter-mono">
        {text}
      </Text>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" flex="none" onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </Group>
  )
}

function Proposed(): ReactElement {
  const { data, error } = useAnswer('GET /api/charter/changes', {})
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  if (data.changes.length === 0) return <Nothing>No change was proposed yet.</Nothing>
  return (
    <section aria-label="Proposed changes">
      <Text fw={600} size="sm" mb="xs">
        Proposed changes
      </Text>
      <List listStyleType="none" spacing="sm" className="charter-plain">
        {data.changes.map((change) => (
          <List.Item key={change.id}>
            <Group gap="xs">
              <Text size="sm" fw={500}>
                {change.title}
              </Text>
              {change.looser && (
                <Badge color="red" variant="light" tt="none">
                  allows more
                </Badge>
              )}
            </Group>
            <Group gap="xs" fz="sm">
              <Text size="sm" c="dimmed">
                {change.author}
              </Text>
              <When at={change.at} />
              <Anchor
                size="sm"
                underline="always"
                href={addressOf('GET /api/charter/changes/{id}/patch', { parameters: { id: change.id } })}
                download={`${change.id}.patch`}
              >
                Patch
              </Anchor>
            </Group>
            <Where kept={change.kept} />
          </List.Item>
        ))}
      </List>
    </section>
  )
}
