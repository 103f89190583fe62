/** How far checkpoints reach, and whether they get to where the owner of the ledger cannot change them. */
import { Badge, Popover, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconAlertTriangle, IconMapPin } from '@tabler/icons-react'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { When } from '../../parts/when.tsx'

const count = new Intl.NumberFormat('en')

export function Places(): ReactElement | null {
  const { data } = useAnswer('GET /api/ledger', {}, { everyMs: 10_000 })
  if (data === undefined) return null
  const { size, covered, failing, places } = data
  const broken = places.filter((place) => place.failing !== undefined)
  const bad = failing !== undefined || broken.length > 0
  const words = bad ? 'checkpoints fail' : places.length === 0 ? 'no place outside' : `${places.length} outside`
  return (
    <Popover position="bottom-end" width={320} shadow="md" withArrow>
      <Popover.Target>
        <UnstyledButton aria-label={`Checkpoints: ${words}`}>
          <Badge
            size="lg"
            radius="sm"
            variant="light"
            tt="none"
            color={bad ? 'red' : places.length === 0 ? 'yellow' : 'green'}
            leftSection={bad ? <IconAlertTriangle size={14} aria-hidden /> : <IconMapPin size={14} aria-hidden />}
          >
            {words}
          </Badge>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Text size="sm">
            {count.format(covered)} of {count.format(size)} entries are under a signed checkpoint.
          </Text>
          {failing !== undefined && <Text size="sm">The last one could not be made: {failing}</Text>}
          {places.length === 0 && (
            <Text size="sm">
              Checkpoints stay on this machine. Until they go somewhere its owner cannot change, who holds disk and key
              can rewrite them.
            </Text>
          )}
          {places.map(({ place, size, at, failing }) => (
            <Text key={place} size="sm">
              <b>{place}</b>: {count.format(size)} entries
              {at !== undefined && (
                <>
                  , <When at={at} />
                </>
              )}
              {failing !== undefined &&
                ` (fails since ${new Date(failing.since).toLocaleString('en')}: ${failing.message})`}
            </Text>
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
