/** One sentence on top, and below it what to do about it: the first thing first. */
import { Alert, Button, Group, List, Text } from '@mantine/core'
import { IconAlertTriangle, IconArrowRight, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react'
import { useRouter } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import type { Answer } from '../../ask.ts'
import { To } from '../../parts/to.tsx'

type Given = Answer<'GET /api/posture'>['verdict']
type Need = Given['needs'][number]

const looks = {
  high: { color: 'red', Icon: IconAlertTriangle, word: 'Urgent' },
  middle: { color: 'yellow', Icon: IconInfoCircle, word: 'To do' },
  none: { color: 'green', Icon: IconCircleCheck, word: 'Well' },
} as const

export function Verdict({ verdict: { says, needs } }: { readonly verdict: Given }): ReactElement {
  const [first, ...others] = needs
  const { color, Icon } = looks[first?.severity ?? 'none']
  return (
    <Alert color={color} variant="light" icon={<Icon aria-hidden />} role="status" p="sm">
      <Text fw={650} component="p" m={0} size="lg">
        {says}
      </Text>
      {first !== undefined && <Next need={first} />}
      {others.length > 0 && (
        <List listStyleType="none" mt={6} size="sm">
          {others.map((need) => (
            <List.Item key={need.says}>
              <Then need={need} />
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  )
}

/** The one thing to begin with. */
function Next({ need: { says, to } }: { readonly need: Need }): ReactElement {
  const { history } = useRouter()
  return (
    <Group gap="xs" mt={6}>
      <Text size="sm">Do this first:</Text>
      <Button
        component="a"
        href={to}
        size="xs"
        className="posture-next"
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
          event.preventDefault()
          history.push(to)
        }}
        rightSection={<IconArrowRight size={14} aria-hidden />}
      >
        {says}
      </Button>
    </Group>
  )
}

function Then({ need: { says, severity, to } }: { readonly need: Need }): ReactElement {
  const { Icon, word } = looks[severity]
  return (
    <Group gap={6} wrap="nowrap" align="baseline">
      <Icon size={14} stroke={2} aria-label={word} className="inline-icon" />
      <To href={to}>{says}</To>
    </Group>
  )
}
