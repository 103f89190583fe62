/** A change that was begun with a charter that is no longer in force. */
import { Alert, Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Failure, Loading } from '../../parts/state.tsx'
import type { Drafting } from './draft.ts'
import { Patch } from './patch.tsx'

export function CarryOver({ drafting }: { readonly drafting: Drafting }): ReactElement {
  const { base, files } = drafting.draft
  const { data, error } = useAnswer('POST /api/charter/carry-over', { body: { base, files } })
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  const merged = data.files.flatMap((each) => (each.merged === undefined ? [] : [[each.name, each.merged] as const]))
  const fits = merged.length === data.files.length
  return (
    <Stack gap="md">
      <Alert color="yellow" title="Another charter was put in force since you began">
        {fits
          ? 'Your changes fit there: they touch other lines than what was put in force.'
          : 'Both touch the same lines. Keep yours as a patch, or write it again over what is in force.'}
      </Alert>
      <Group>
        {fits && <Button onClick={() => drafting.replace(Object.fromEntries(merged))}>Carry my changes over</Button>}
        <Button variant="default" onClick={() => drafting.replace({})}>
          Throw my changes away
        </Button>
      </Group>
      {data.files.map(({ name, theirs, yours }) => (
        <section key={name}>
          <Title order={2} size="h5" className="charter-mono">
            {name}
          </Title>
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <div>
              <Text size="sm">Put in force meanwhile</Text>
              {theirs === '' ? (
                <Text size="sm" c="dimmed">
                  Nothing in this file.
                </Text>
              ) : (
                <Patch text={theirs} label={`What was put in force of ${name}`} />
              )}
            </div>
            <div>
              <Text size="sm">Yours</Text>
              <Patch text={yours} label={`Your changes of ${name}`} />
            </div>
          </SimpleGrid>
        </section>
      ))}
    </Stack>
  )
}
