/** Living with a finding for a while: who does, until when, and why. */
import { Button, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { type FormEvent, type ReactElement, useState } from 'react'
import { useAct } from '../../answers.ts'
import { Failure } from '../../parts/state.tsx'
import { useMay } from '../../viewer.ts'
import type { Detail } from './words.tsx'

const changes = ['GET /api/findings', 'GET /api/findings/{fingerprint}'] as const

export function Accept({ detail: { finding } }: { readonly detail: Detail }): ReactElement | null {
  const may = useMay('operate')
  const [isOpen, setOpen] = useState(false)
  const { acceptance, state, fingerprint } = finding
  if (state === 'fixed' || (!may && acceptance === undefined)) return null
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between">
        <Title order={2} size="h5">
          {state === 'accepted' ? 'Accepted' : 'Live with it'}
        </Title>
        {may && !isOpen && state !== 'accepted' && (
          <Button size="xs" variant="default" onClick={() => setOpen(true)}>
            Accept for a while
          </Button>
        )}
      </Group>
      {acceptance !== undefined && (
        <Text size="sm" mt={4}>
          {acceptance.owner} until {acceptance.until}: {acceptance.because}
          {state === 'accepted' ? '' : ' (over: it counts again)'}
        </Text>
      )}
      {may && state === 'accepted' && <Withdraw fingerprint={fingerprint} />}
      {isOpen && state !== 'accepted' && <Form fingerprint={fingerprint} onDone={() => setOpen(false)} />}
    </Paper>
  )
}

function Withdraw({ fingerprint }: { readonly fingerprint: string }): ReactElement {
  const act = useAct('DELETE /api/findings/{fingerprint}/acceptance', changes)
  return (
    <>
      <Button
        size="xs"
        variant="default"
        mt={6}
        loading={act.isPending}
        onClick={() => act.mutate({ parameters: { fingerprint } })}
      >
        Let it count again
      </Button>
      {act.error !== null && <Failure error={act.error} />}
    </>
  )
}

function Form({ fingerprint, onDone }: { readonly fingerprint: string; readonly onDone: () => void }): ReactElement {
  const [owner, setOwner] = useState('')
  const [until, setUntil] = useState('')
  const [because, setBecause] = useState('')
  const act = useAct('PUT /api/findings/{fingerprint}/acceptance', changes)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    act.mutate({ parameters: { fingerprint }, body: { owner, until, because } }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="xs" mt="xs">
        <TextInput
          size="xs"
          label="Owner"
          required
          value={owner}
          onChange={(event) => setOwner(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          label="Last day it holds (UTC)"
          type="date"
          required
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          label="Why"
          required
          value={because}
          onChange={(event) => setBecause(event.currentTarget.value)}
        />
        {act.error !== null && <Failure error={act.error} />}
        <Group gap="xs">
          <Button size="xs" type="submit" loading={act.isPending}>
            Accept
          </Button>
          <Button size="xs" variant="default" onClick={onDone}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
