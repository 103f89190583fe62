/** Saying yes or no to what is shown: never with one key, never without the sentence, and only to what was shown. */
import { Alert, Button, Group, Kbd, Stack, Text, Textarea } from '@mantine/core'
import { type ReactElement, useEffect, useRef, useState } from 'react'
import { useAct } from '../../answers.ts'
import type { Refused } from '../../ask.ts'
import { Grant } from './grant.tsx'
import { useKeys } from './keys.ts'
import { argumentsLine, type Detail, differencesOf, whoOf } from './words.ts'

export type Saying = 'approve' | 'refuse' | 'grant'

export interface AnsweringProps {
  readonly detail: Detail
  /** Called once something was said, with it in words. */
  readonly onSaid: (words: string) => void
}

/** What one can say, and then what one is about to say. */
export function Answering({ detail, onSaid }: AnsweringProps): ReactElement | null {
  // What was shown when one began to speak.
  const [saying, setSaying] = useState<{ readonly what: Saying; readonly shown: Detail }>()
  const [before, setBefore] = useState(detail)
  const { reference, may, outdated } = detail
  const answer = useAct('POST /api/approvals/{reference}', ['GET /api/approvals', 'GET /api/approvals/{reference}'])
  const stop = (): void => setSaying(undefined)
  const begin = (what: Saying): void => {
    answer.reset()
    setSaying({ what, shown: detail })
  }
  const say = (verdict: 'approve' | 'refuse', why?: string): void => {
    const shown = saying?.shown ?? detail
    const body = { verdict, digest: shown.digest, ...(why === undefined || why === '' ? {} : { why }) }
    setBefore(shown)
    answer.mutate(
      { parameters: { reference }, body },
      {
        onError: stop,
        onSuccess: () =>
          onSaid(`${verdict === 'approve' ? 'Approved' : 'Refused'}: ${detail.operation} of ${whoOf(detail)}`),
      },
    )
  }
  const canGrant = may && !detail.outdated && detail.approvals.some(({ standing }) => standing !== undefined)
  const open = may && !answer.isPending
  // The server would refuse it: it is about how things were.
  const canApprove = may && !outdated
  useKeys([
    ['Escape', stop],
    ['a', () => open && canApprove && (saying?.what === 'approve' ? say('approve') : begin('approve'))],
    ['r', () => open && begin('refuse')],
    ['g', () => open && canGrant && begin('grant')],
  ])
  if (detail.state !== 'pending' && answer.error === null) return null
  return (
    <Stack gap="xs">
      {answer.error !== null && <Problem error={answer.error} before={before} after={detail} />}
      {may && saying?.what === undefined && (
        <Group gap="xs">
          {canApprove && (
            <Button size="sm" onClick={() => begin('approve')} rightSection={<Kbd size="xs">a</Kbd>}>
              Approve
            </Button>
          )}
          <Button size="sm" variant="default" onClick={() => begin('refuse')} rightSection={<Kbd size="xs">r</Kbd>}>
            Refuse
          </Button>
          {canGrant && (
            <Button size="sm" variant="default" onClick={() => begin('grant')} rightSection={<Kbd size="xs">g</Kbd>}>
              Approve a class
            </Button>
          )}
        </Group>
      )}
      {canApprove && saying?.what === 'approve' && (
        <Approve detail={saying.shown} isPending={answer.isPending} onSay={() => say('approve')} onStop={stop} />
      )}
      {may && saying?.what === 'refuse' && (
        <Refuse detail={saying.shown} isPending={answer.isPending} onSay={(why) => say('refuse', why)} onStop={stop} />
      )}
      {may && saying?.what === 'grant' && (
        <Grant
          detail={saying.shown}
          onGranted={() => say('approve', 'with the class that was approved')}
          onStop={stop}
        />
      )}
    </Stack>
  )
}

interface SayProps {
  readonly detail: Detail
  readonly isPending: boolean
  readonly onSay: (why?: string) => void
  readonly onStop: () => void
}

function Approve({ detail, isPending, onSay, onStop }: SayProps): ReactElement {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => button.current?.focus(), [])
  const { operation, approvals, sendsItself } = detail
  const more = approvals.some(({ quorum, given }) => quorum > given + 1)
  return (
    <section aria-label="You are about to approve">
      <Text size="sm" mb={6}>
        You approve that <b>{whoOf(detail)}</b> runs <b>{operation}</b> with {argumentsLine(detail, 12)}. Once
        {more ? ', and others have to agree' : sendsItself ? '; the guard sends it at once' : ''}.
      </Text>
      <Group gap="xs">
        <Button
          ref={button}
          size="sm"
          loading={isPending}
          onClick={() => onSay()}
          rightSection={<Kbd size="xs">a</Kbd>}
        >
          Yes, approve it
        </Button>
        <Button size="sm" variant="subtle" color="gray" onClick={onStop}>
          Not yet
        </Button>
      </Group>
    </section>
  )
}

function Refuse({ detail, isPending, onSay, onStop }: SayProps): ReactElement {
  const [why, setWhy] = useState('')
  const isReady = why.trim() !== ''
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) onSay(why.trim())
      }}
    >
      <Textarea
        label={`Why ${whoOf(detail)} may not do this`}
        description="They read it, and it goes on the record."
        value={why}
        onChange={({ currentTarget }) => setWhy(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onStop()
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && isReady) onSay(why.trim())
        }}
        maxLength={1000}
        autosize
        required
        data-autofocus
        ref={(element) => element?.focus()}
      />
      <Group gap="xs" mt="xs">
        <Button type="submit" size="sm" color="red" loading={isPending} disabled={!isReady}>
          Refuse it
        </Button>
        <Button size="sm" variant="subtle" color="gray" onClick={onStop}>
          Not yet
        </Button>
      </Group>
    </form>
  )
}

const titles: Readonly<Record<string, string>> = {
  changed: 'It changed while you looked. Nothing was answered',
  closed: 'Somebody else was faster. Nothing was answered',
  already: 'You have answered already',
  expired: 'It is too late. Nothing was answered',
  'not-entitled': 'This is not yours to answer',
}

/** What happened meanwhile. */
function Problem({
  error,
  before,
  after,
}: {
  readonly error: Refused
  readonly before: Detail
  readonly after: Detail
}): ReactElement {
  const told = differencesOf(before, after)
  const last = after.answers.at(-1)
  return (
    <Alert color="orange" role="alert" title={titles[error.code] ?? 'That did not work'}>
      {error.code === 'closed' && last !== undefined
        ? `${last.by} ${last.verdict === 'approve' ? 'approved' : 'refused'} it${last.why === undefined ? '' : `: ${last.why}`}.`
        : `${error.message}.`}
      {error.code === 'changed' && told.length > 0 && (
        <ul>
          {told.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
    </Alert>
  )
}
