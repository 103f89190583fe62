/** One sentence on top: whether somebody is needed, and for what. */
import { Alert, Group, List, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react'
import type { ReactElement } from 'react'
import type { Answer } from '../../ask.ts'
import { To } from '../../parts/to.tsx'

type Given = Answer<'GET /api/posture'>['verdict']

const looks = {
  high: { color: 'red', Icon: IconAlertTriangle, word: 'Urgent' },
  middle: { color: 'yellow', Icon: IconInfoCircle, word: 'To do' },
  none: { color: 'green', Icon: IconCircleCheck, word: 'Well' },
} as const

export function Verdict({ verdict }: { readonly verdict: Given }): ReactElement {
  const { color, Icon } = looks[verdict.needs[0]?.severity ?? 'none']
  return (
    <Alert color={color} variant="light" icon={<Icon aria-hidden />} role="status" p="sm">
      <Text fw={650} component="p" m={0}>
        {verdict.says}
      </Text>
      {verdict.needs.length > 0 && (
        <List listStyleType="none" mt={4} size="sm">
          {verdict.needs.map(({ says, severity, to }) => {
            const { Icon: Sign, word } = looks[severity]
            return (
              <List.Item key={says}>
                <Group gap={6} wrap="nowrap" align="baseline">
                  <Sign size={14} stroke={2} aria-label={word} className="inline-icon" />
                  <To href={to}>{says}</To>
                </Group>
              </List.Item>
            )
          })}
        </List>
      )}
    </Alert>
  )
}
