/** What was decided in the last hour, minute by minute. */
import { Group, Text } from '@mantine/core'
import { IconCheck, IconHandStop, IconX } from '@tabler/icons-react'
import { type ReactElement, useMemo } from 'react'
import type { Answer } from '../../ask.ts'
import { Chart } from '../../parts/chart.tsx'
import { Panel } from '../../parts/panel.tsx'
import { To } from '../../parts/to.tsx'

type Hour = Answer<'GET /api/posture'>['hour']

const count = new Intl.NumberFormat('en')
const kinds = [
  { of: 'allowed', color: 'green', effect: 'allow', Icon: IconCheck },
  { of: 'asked', color: 'yellow', effect: 'ask', Icon: IconHandStop },
  { of: 'refused', color: 'red', effect: 'deny', Icon: IconX },
] as const

export function LastHour({ hour }: { readonly hour: Hour }): ReactElement {
  const { at, series } = useMemo(
    () => ({
      at: hour.minutes.map((minute) => minute.at),
      series: kinds.map(({ of, color }) => ({ name: of, color, values: hour.minutes.map((minute) => minute[of]) })),
    }),
    [hour.minutes],
  )
  const said = kinds.map(({ of }) => `${hour[of]} ${of}`).join(', ')
  return (
    <Panel title="Calls" aside="last hour">
      <Group gap="md" mb={4}>
        {kinds.map(({ of, effect, Icon }) => (
          <Text key={of} size="sm">
            <Icon size={14} stroke={2.2} aria-hidden className="inline-icon" />{' '}
            <To href={`/ledger?kind=decision&effect=${effect}&from=${hour.from}`} fw={600}>
              {count.format(hour[of])} {of}
            </To>
          </Text>
        ))}
      </Group>
      <Chart label={`Calls a minute in the last hour: ${said}`} height={96} at={at} series={series} />
    </Panel>
  )
}
