/** What was decided in the last hour, minute by minute. */
import { Group, Text } from '@mantine/core'
import { IconCheck, IconEye, IconHandStop, IconMinus, IconPencil, IconX } from '@tabler/icons-react'
import { type ReactElement, useMemo } from 'react'
import type { Answer } from '../../ask.ts'
import { Chart } from '../../parts/chart.tsx'
import { Panel } from '../../parts/panel.tsx'
import { To } from '../../parts/to.tsx'

type Hour = Answer<'GET /api/posture'>['hour']

const count = new Intl.NumberFormat('en')
const drawn = [
  { of: 'allowed', color: 'green' },
  { of: 'asked', color: 'yellow' },
  { of: 'refused', color: 'red' },
] as const
const looks = [
  { effect: 'allow', says: 'allowed', Icon: IconCheck },
  { effect: 'modify', says: 'allowed with parts left out', Icon: IconPencil },
  { effect: 'ask', says: 'held for approval', Icon: IconHandStop },
  { effect: 'defer', says: 'put off', Icon: IconMinus },
  { effect: 'deny', says: 'refused', Icon: IconX },
  { effect: 'would-deny', says: 'passed although refused: only observed', Icon: IconEye },
  { effect: 'would-ask', says: 'passed without approval: only observed', Icon: IconEye },
] as const
const always: readonly string[] = ['allow', 'ask', 'deny']

export function LastHour({ hour }: { readonly hour: Hour }): ReactElement {
  const { at, series } = useMemo(
    () => ({
      at: hour.minutes.map((minute) => minute.at),
      series: drawn.map(({ of, color }) => ({ name: of, color, values: hour.minutes.map((minute) => minute[of]) })),
    }),
    [hour.minutes],
  )
  const decided = looks
    .map((look) => ({ ...look, n: hour.effects.find(({ effect }) => effect === look.effect)?.n ?? 0 }))
    .filter(({ effect, n }) => n > 0 || always.includes(effect))
  const said = decided.map(({ says, n }) => `${n} ${says}`).join(', ')
  return (
    <Panel title="Calls" aside="last hour">
      <Group gap="md" mb={4}>
        {decided.map(({ effect, says, n, Icon }) => (
          <Text key={effect} size="sm">
            <Icon size={14} stroke={2.2} aria-hidden className="inline-icon" />{' '}
            <To href={`/ledger?kind=decision&effect=${effect}&from=${hour.from}`} fw={600}>
              {count.format(n)} {says}
            </To>
          </Text>
        ))}
      </Group>
      <Chart label={`Calls a minute in the last hour: ${said}`} height={96} at={at} series={series} />
    </Panel>
  )
}
