/** Classes of calls that are approved at once. */
import { Button, Code, Text, Title } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAct, useAnswer } from '../../answers.ts'
import { useNow } from '../../parts/now.ts'
import { Failure } from '../../parts/state.tsx'
import { useMay } from '../../viewer.ts'
import { leftWords } from './words.ts'

export function Standing(): ReactElement | null {
  const { data, error } = useAnswer('GET /api/standing', {})
  const withdraw = useAct('DELETE /api/standing/{grant}', ['GET /api/standing'])
  const may = useMay('approve')
  const now = useNow()
  if (error !== null) return <Failure error={error} />
  return (
    <section aria-label="Approved classes" className="approvals-classes">
      <Title order={2} size="h6" mb={4}>
        Classes of calls approved at once
      </Title>
      {withdraw.error !== null && <Failure error={withdraw.error} />}
      {data?.standing.length === 0 && (
        <Text size="sm" c="dimmed">
          None. They are given from a question, where the charter has <Code>standing</Code>.
        </Text>
      )}
      <ul className="approvals-list">
        {data?.standing.map(({ grant, approval, by, operation, principal, object, atMost, uses, used, expires }) => (
          <li key={grant} className="approvals-class">
            <div>
              <Text size="sm" fw={600} ff="monospace">
                {operation}
              </Text>
              <Text size="xs">
                {principal ?? 'anybody'}
                {object === undefined ? '' : `, ${object}`}
                {atMost === undefined ? '' : `, each at most ${atMost}`}
              </Text>
              <Text size="xs">
                {used} of {uses} used, {leftWords(expires - now)} left
              </Text>
              <Text size="xs" c="dimmed">
                {approval}, by {by}
              </Text>
            </div>
            {may && (
              <Button
                size="xs"
                variant="default"
                onClick={() => withdraw.mutate({ parameters: { grant } })}
                aria-label={`Withdraw the class of ${operation}`}
              >
                Withdraw
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
