/** The questions, the most urgent first; those of one kind together. */
import { Badge, Group, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useNow } from '../../parts/now.ts'
import { When } from '../../parts/when.tsx'
import { argumentsLine, type Brief, becameWords, leftWords, whoOf } from './words.ts'

export interface QuestionListProps {
  readonly questions: readonly Brief[]
  readonly selected: string | undefined
}

export function QuestionList({ questions, selected }: QuestionListProps): ReactElement {
  const now = useNow()
  const kinds = new Map<string, number>()
  for (const { group } of questions) kinds.set(group, (kinds.get(group) ?? 0) + 1)
  return (
    <ul className="approvals-list" aria-label="Questions">
      {questions.map((question) => (
        <li key={question.reference}>
          <Item
            question={question}
            isSelected={question.reference === selected}
            alike={kinds.get(question.group) ?? 1}
            now={now}
          />
        </li>
      ))}
    </ul>
  )
}

interface ItemProps {
  readonly question: Brief
  readonly isSelected: boolean
  readonly alike: number
  readonly now: number
}

function Item({ question, isSelected, alike, now }: ItemProps): ReactElement {
  const { reference, state, operation, expires, asked, may } = question
  const waits = state === 'pending'
  return (
    <Link
      className="approvals-item"
      to="/approvals/$reference"
      params={{ reference }}
      search={(search) => search}
      aria-current={isSelected ? 'true' : undefined}
    >
      <Group justify="space-between" wrap="nowrap" gap="xs" fz="xs">
        <Text size="sm" fw={600} ff="monospace" truncate>
          {operation}
        </Text>
        {waits ? (
          <Text size="xs" fw={expires - now < 60_000 ? 700 : 400} style={{ whiteSpace: 'nowrap' }}>
            {leftWords(expires - now)}
          </Text>
        ) : (
          <When at={asked} now={now} />
        )}
      </Group>
      <Text size="xs" c="dimmed" truncate>
        {whoOf(question)}
      </Text>
      <Text size="xs" lineClamp={2}>
        {waits ? argumentsLine(question) : becameWords(question)}
      </Text>
      {waits && (alike > 1 || !may) && (
        <Group gap={6} mt={2}>
          {alike > 1 && (
            <Badge size="xs" variant="light" color="gray" tt="none">
              {alike} alike
            </Badge>
          )}
          {!may && (
            <Badge size="xs" variant="light" color="gray" tt="none">
              not yours to decide
            </Badge>
          )}
        </Group>
      )}
    </Link>
  )
}
