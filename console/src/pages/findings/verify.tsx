/** Trying a finding again, with how far it is. */
import { Button, Group, Loader, Paper, Text, Title } from '@mantine/core'
import { IconCircleCheck, IconCircleDot, IconHelpCircle } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useEffect, useState } from 'react'
import type { Verification } from '../../../../src/api/findings/verification.ts'
import { useAct } from '../../answers.ts'
import { Failure } from '../../parts/state.tsx'
import { useMay } from '../../viewer.ts'
import type { Detail } from './words.tsx'

const stages: Readonly<Record<Verification['stage'], string>> = {
  'signing-in': 'everybody signs in',
  rightful: 'the rightful call is made',
  abuse: 'the abuse is tried',
  'cleaning-up': 'it is put back as it was',
  done: 'done',
}

type Way = Verification['way']

const verdicts = {
  direct: {
    fixed: ['Fixed', IconCircleCheck],
    open: ['Still open', IconCircleDot],
    unclear: ['Impossible to tell', IconHelpCircle],
  },
  guarded: {
    fixed: ['Closed by the guard', IconCircleCheck],
    open: ['The guard lets it through', IconCircleDot],
    unclear: ['Impossible to tell', IconHelpCircle],
  },
} as const

export function Verify({ detail: { finding, canVerify } }: { readonly detail: Detail }): ReactElement {
  const may = useMay('operate')
  const [verification, follow] = useVerification()
  const start = useAct('POST /api/findings/{fingerprint}/verification')
  const here = verification?.fingerprint === finding.fingerprint ? verification : undefined
  const isRunning = verification !== undefined && verification.stage !== 'done'
  const begin = (way: Way): void =>
    start.mutate({ parameters: { fingerprint: finding.fingerprint }, body: { way } }, { onSuccess: follow })
  return (
    <Paper withBorder p="sm">
      <Title order={2} size="h5">
        Try it again
      </Title>
      {may && canVerify && (
        <Group gap="xs" mt={6}>
          <Button size="xs" onClick={() => begin('direct')} disabled={isRunning || start.isPending}>
            Verify at the API
          </Button>
          <Button size="xs" variant="default" onClick={() => begin('guarded')} disabled={isRunning || start.isPending}>
            Verify through the guard
          </Button>
        </Group>
      )}
      <div role="status">
        <Standing here={here} isElsewhere={isRunning && here === undefined} />
      </div>
      {start.error !== null && <Failure error={start.error} />}
      <Hint may={may} canVerify={canVerify} fingerprint={finding.fingerprint} />
    </Paper>
  )
}

function Standing({
  here,
  isElsewhere,
}: {
  readonly here: Verification | undefined
  readonly isElsewhere: boolean
}): ReactElement | null {
  if (isElsewhere) return <Text size="sm">Another finding is being tried.</Text>
  if (here === undefined) return null
  if (here.verdict === undefined)
    return (
      <Group gap="xs" mt={6}>
        <Loader size={14} aria-hidden />
        <Text size="sm">
          {stages[here.stage]}, {here.requests} requests
        </Text>
      </Group>
    )
  const [words, Icon] = verdicts[here.way][here.verdict]
  return (
    <Text size="sm" mt={6}>
      <Icon size={14} aria-hidden /> <strong>{words}</strong>: {here.why}
    </Text>
  )
}

function Hint({
  may,
  canVerify,
  fingerprint,
}: {
  readonly may: boolean
  readonly canVerify: boolean
  readonly fingerprint: string
}): ReactElement | null {
  if (may && canVerify) return null
  const why = canVerify ? 'Operators may do this here.' : 'The guard file does not say where: `console.prove`.'
  return (
    <Text size="xs" c="dimmed" mt={6}>
      {why} From the command line: lockstep verify {fingerprint}
    </Text>
  )
}

/** What is being tried, or was last; and how to look again once something was begun. */
function useVerification(): readonly [Verification | undefined, () => void] {
  const [verification, setVerification] = useState<Verification>()
  const [round, setRound] = useState(0)
  const client = useQueryClient()
  useEffect(() => {
    const source = new EventSource('/api/verification')
    source.addEventListener('verification', ({ data }: MessageEvent<string>) => {
      const told = JSON.parse(data) as Verification | null
      setVerification(told ?? undefined)
      if (told !== null && told.stage !== 'done') return
      source.close()
      if (round > 0) void client.invalidateQueries({ queryKey: ['GET /api/findings/{fingerprint}'] })
    })
    return () => source.close()
  }, [round, client])
  return [verification, () => setRound((last) => last + 1)]
}
