/** Approves a class of calls at once, within what the charter allows, said as a sentence before it is done. */
import { Button, Checkbox, Group, NativeSelect, NumberInput, Stack, Text, TextInput } from '@mantine/core'
import { type ReactElement, useState } from 'react'
import { useAct } from '../../answers.ts'
import { Failure } from '../../parts/state.tsx'
import type { Detail } from './words.ts'

export interface GrantProps {
  readonly detail: Detail
  /** The class is approved; this very call is one of it. */
  readonly onGranted: () => void
  readonly onStop: () => void
}

const durations = [
  [15 * 60_000, '15 minutes'],
  [3_600_000, 'an hour'],
  [8 * 3_600_000, '8 hours'],
  [24 * 3_600_000, 'a day'],
  [7 * 24 * 3_600_000, 'a week'],
] as const

export function Grant({ detail, onGranted, onStop }: GrantProps): ReactElement | null {
  const approval = detail.approvals.find(({ standing }) => standing !== undefined)
  const { standing } = approval ?? {}
  const [uses, setUses] = useState(Math.min(10, standing?.uses ?? 1))
  const [forMs, setFor] = useState(Math.min(3_600_000, standing?.longestMs ?? 0))
  const [atMost, setAtMost] = useState(() => largestNumber(detail))
  const [onlyCaller, setOnlyCaller] = useState(true)
  const [onlyObject, setOnlyObject] = useState(false)
  const [why, setWhy] = useState('')
  const stand = useAct('POST /api/standing', ['GET /api/standing'])
  if (approval === undefined || standing === undefined) return null
  const caller = detail.callers[0]?.id
  const object = detail.objects.find(({ slot }) => slot === 'object')?.name
  const choices = lengthsWithin(standing.longestMs)
  const bound = {
    approval: approval.name,
    operation: detail.operation,
    uses,
    forMs,
    why: why.trim(),
    ...(onlyCaller && caller !== undefined ? { principal: caller } : {}),
    ...(onlyObject && object !== undefined ? { object } : {}),
    ...(standing.amount === undefined ? {} : { atMost }),
  }
  const lasts = choices.find(([ms]) => ms === forMs)?.[1] ?? ''
  return (
    <form
      aria-label="Approve a class of calls"
      onKeyDown={({ key }) => key === 'Escape' && onStop()}
      onSubmit={(event) => {
        event.preventDefault()
        if (bound.why !== '') stand.mutate({ body: bound }, { onSuccess: onGranted })
      }}
    >
      <Stack gap="xs">
        <Group gap="sm" align="flex-end">
          <NumberInput
            label="Calls at most"
            description={`up to ${standing.uses}`}
            value={uses}
            onChange={(value) => setUses(Number(value))}
            min={1}
            max={standing.uses}
            allowDecimal={false}
            w={130}
            data-autofocus
          />
          {standing.amount !== undefined && (
            <NumberInput
              label="Each at most"
              description={standing.amount}
              value={atMost}
              onChange={(value) => setAtMost(Number(value))}
              w={150}
            />
          )}
          <NativeSelect
            label="For"
            description="from now on"
            value={String(forMs)}
            onChange={({ currentTarget }) => setFor(Number(currentTarget.value))}
            data={choices.map(([ms, label]) => ({ value: String(ms), label }))}
            w={150}
          />
        </Group>
        <Group gap="md">
          {caller !== undefined && (
            <Checkbox
              label={`only ${caller}`}
              checked={onlyCaller}
              onChange={({ currentTarget }) => setOnlyCaller(currentTarget.checked)}
            />
          )}
          {object !== undefined && (
            <Checkbox
              label={`only ${object}`}
              checked={onlyObject}
              onChange={({ currentTarget }) => setOnlyObject(currentTarget.checked)}
            />
          )}
        </Group>
        <TextInput
          label="Why"
          description="It goes on the record."
          required
          maxLength={1000}
          value={why}
          onChange={({ currentTarget }) => setWhy(currentTarget.value)}
        />
        <Text size="sm" role="status">
          {onlyCaller && caller !== undefined ? caller : 'Anybody who may call it'} may run <b>{detail.operation}</b>
          {onlyObject && object !== undefined ? ` of ${object}` : ''}
          {standing.amount === undefined ? '' : ` with ${standing.amount} of at most ${atMost}`} up to {uses}{' '}
          {uses === 1 ? 'time' : 'times'} within {lasts} without asking for {approval.name} again. Every other rule
          still holds.
        </Text>
        {stand.error !== null && <Failure error={stand.error} />}
        <Group gap="xs">
          <Button type="submit" size="sm" loading={stand.isPending} disabled={bound.why === ''}>
            Approve the class and this call
          </Button>
          <Button size="sm" variant="subtle" color="gray" onClick={onStop}>
            Not yet
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function lengthsWithin(longestMs: number): readonly (readonly [number, string])[] {
  const fit = durations.filter(([ms]) => ms <= longestMs)
  return fit.length > 0 ? fit : [[longestMs, `${Math.round(longestMs / 1000)} seconds`]]
}

/** What the bound probably is about: the charter's expression names it, and the largest number of the call is no less. */
function largestNumber({ arguments: given, approvals }: Detail): number {
  const named = approvals.flatMap(({ standing }) => standing?.amount ?? []).join(' ')
  const numbers = given.filter(({ kind }) => kind === 'number')
  const [meant] = numbers.filter(({ at }) => named.endsWith(at.replaceAll('/', '.')))
  return Number(meant?.text ?? Math.max(0, ...numbers.map(({ text }) => Number(text))))
}
