/** All that is wrong or doubtful about the text, each leading to its place. */
import { Group, Text, UnstyledButton } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react'
import type { ReactElement } from 'react'
import type { Refused } from '../../ask.ts'
import { Failure } from '../../parts/state.tsx'
import type { Said } from './editor.tsx'
import { Words } from './words.tsx'

export interface ProblemsProps {
  /** Undefined until it was looked at. */
  readonly diagnostics: readonly Said[] | undefined
  readonly error: Refused | null
  readonly isChecking: boolean
  /** Files of the charter; others, as descriptions, are not shown here. */
  readonly files: readonly string[]
  readonly onGo: (file: string, line: number) => void
}

export function Problems({ diagnostics, files, error, isChecking, onGo }: ProblemsProps): ReactElement {
  if (error !== null) return <Failure error={error} />
  if (diagnostics === undefined) return <Text size="sm">checking…</Text>
  const count = (severity: Said['severity']): number => diagnostics.filter((each) => each.severity === severity).length
  const sorted = diagnostics.toSorted((left, right) => rank(left) - rank(right))
  const [errors, warnings] = [count('error'), count('warning')]
  return (
    <section aria-label="What is wrong" className="charter-problems">
      <Group gap="xs" role="status">
        {errors > 0 ? (
          <IconCircleX size={16} color="var(--mantine-color-error)" aria-hidden />
        ) : (
          <IconCircleCheck size={16} aria-hidden />
        )}
        <Text size="sm" fw={600}>
          {counted(errors, 'error')}, {counted(warnings, 'warning')}
        </Text>
        {isChecking && (
          <Text size="sm" c="dimmed">
            checking…
          </Text>
        )}
      </Group>
      <ul tabIndex={diagnostics.length === 0 ? undefined : 0} aria-label="Errors and warnings">
        {sorted.map((each) => (
          <li key={`${each.file} ${each.line} ${each.column} ${each.code} ${each.message}`}>
            <UnstyledButton
              className="charter-problem"
              disabled={!files.includes(each.file)}
              onClick={() => onGo(each.file, each.line)}
            >
              {each.severity === 'error' ? (
                <IconCircleX size={15} color="var(--mantine-color-error)" aria-label="error" />
              ) : (
                <IconAlertTriangle size={15} aria-label="warning" />
              )}
              <span>
                <Words>{each.help === undefined ? each.message : `${each.message}: ${each.help}`}</Words>{' '}
                <Text span size="xs" c="dimmed" className="charter-mono">
                  {each.code} {each.file}:{each.line}:{each.column}
                </Text>
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </section>
  )
}

function rank({ severity }: Said): number {
  return severity === 'error' ? 0 : 1
}

function counted(count: number, word: string): string {
  return `${count === 0 ? 'no' : count} ${word}${count === 1 ? '' : 's'}`
}
