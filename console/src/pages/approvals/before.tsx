/** What the same run, or the same caller, did before and since. */
import { Badge, Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Loading } from '../../parts/state.tsx'
import { To } from '../../parts/to.tsx'
import { When } from '../../parts/when.tsx'
import type { Detail } from './words.ts'

const colors: Readonly<Record<string, string>> = { allow: 'green', modify: 'green', deny: 'red', ask: 'yellow' }
const words: Readonly<Record<string, string>> = {
  allow: 'allowed',
  modify: 'allowed in part',
  deny: 'refused',
  ask: 'asked',
}

export function Before({ detail }: { readonly detail: Detail }): ReactElement {
  const { run, callers } = detail
  const by = callers[0]?.id
  const { data, error } = useAnswer('GET /api/entries', {
    query: { kind: 'decision', limit: 12, ...(run === undefined ? { principal: by } : { run }) },
  })
  if (error !== null) return <Text size="sm">The record cannot be read: {error.message}.</Text>
  if (data === undefined) return <Loading />
  if (data.entries.length === 0) return <Text size="sm">Nothing yet.</Text>
  return (
    <table className="approvals-values approvals-calls">
      <tbody>
        {data.entries.map(({ index, at, operation, effect = '', objects = [], call, says }) => (
          <tr key={index}>
            <td className="approvals-narrow">
              <When at={at} />
            </td>
            <th scope="row" className="approvals-narrow">
              <To href={`/calls/${call}`} size="sm" ff="monospace">
                {operation}
              </To>
            </th>
            <td className="approvals-narrow">
              <Badge size="sm" variant="light" color={colors[effect] ?? 'gray'} tt="none">
                {words[effect] ?? effect}
              </Badge>
            </td>
            <td>
              <Text size="xs" c="dimmed" lineClamp={1} title={says}>
                {says?.replaceAll('`', '') ?? objects.join(', ')}
              </Text>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
