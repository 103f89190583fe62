import { Badge, Button, Group, Paper, Stack, Table, Text, TextInput, Title } from '@mantine/core'
import { IconCheck, IconMinus, IconTrash } from '@tabler/icons-react'
import { type FormEvent, type ReactElement, useState } from 'react'
import { useAct, useAnswer } from '../../answers.ts'
import { Page } from '../../parts/page.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { usePasskey } from '../../passkey.ts'
import { type Session, useSession } from '../../viewer.ts'

type Power = Session['viewer']['may'][number]

const powers: readonly { readonly power: Power; readonly says: string }[] = [
  { power: 'view', says: 'See everything that is shown here' },
  { power: 'read', says: 'See what calls carried and were answered' },
  { power: 'approve', says: 'Answer questions, as far as the charter lets you' },
  { power: 'operate', says: 'Switch off and on, settle what is in doubt' },
  { power: 'administer', says: 'Change what is set up' },
]

const ways = { link: 'with a one-time link', passkey: 'with a passkey', oidc: 'at your identity provider' } as const

export function Account(): ReactElement {
  const session = useSession()
  if (session === undefined) return <Loading />
  const { viewer } = session
  return (
    <Page title="You" question="Who am I here, and what may I do?">
      <Paper withBorder p="md">
        <Stack gap="xs">
          <Group gap="xs">
            <Text fw={600}>{viewer.id}</Text>
            {viewer.roles.map((role) => (
              <Badge key={role} variant="light" color="blue">
                {role}
              </Badge>
            ))}
          </Group>
          <Text size="sm" c="dimmed">
            {viewer.how !== undefined && `Signed in ${ways[viewer.how]}.`}
            {viewer.tenant !== undefined && ` Tenant ${viewer.tenant}.`}
          </Text>
          <Powers may={viewer.may} />
        </Stack>
      </Paper>
      {viewer.how !== undefined && viewer.how !== 'oidc' && <Passkeys />}
    </Page>
  )
}

function Powers({ may }: { readonly may: readonly Power[] }): ReactElement {
  return (
    <Table aria-label="What you may do">
      <Table.Tbody>
        {powers.map(({ power, says }) => {
          const has = may.includes(power)
          return (
            <Table.Tr key={power}>
              <Table.Td w={90}>
                <Group gap={4} wrap="nowrap">
                  {has ? <IconCheck size={16} aria-hidden /> : <IconMinus size={16} aria-hidden />}
                  <Text size="sm">{has ? 'yes' : 'no'}</Text>
                </Group>
              </Table.Td>
              <Table.Td>
                <Text size="sm" {...(has ? {} : { c: 'dimmed' })}>
                  {says}
                </Text>
              </Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}

function Passkeys(): ReactElement {
  const { data, error, refetch } = useAnswer('GET /api/passkeys', {})
  const remove = useAct('DELETE /api/passkeys/{id}', ['GET /api/passkeys'])
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="passkeys">
      <Stack gap="sm">
        <Title order={2} size="h4" id="passkeys">
          Passkeys
        </Title>
        {data.passkeys.length === 0 && (
          <Nothing>None yet. With one, you sign in by fingerprint, face or PIN, and need no link any more.</Nothing>
        )}
        {remove.error !== null && <Failure error={remove.error} />}
        {data.passkeys.map(({ id, name, at, used }) => (
          <Group key={id} justify="space-between" wrap="nowrap">
            <div>
              <Text size="sm" fw={600}>
                {name}
              </Text>
              <Text size="sm" c="dimmed" component="div">
                made <When at={at} />
                {used === undefined ? ', not used yet' : ', used '}
                {used !== undefined && <When at={used} />}
              </Text>
            </div>
            <Remove name={name} isPending={remove.isPending} onRemove={() => remove.mutate({ parameters: { id } })} />
          </Group>
        ))}
        <Add onAdded={() => void refetch()} />
      </Stack>
    </Paper>
  )
}

interface RemoveProps {
  readonly name: string
  readonly isPending: boolean
  readonly onRemove: () => void
}

/** Asks once more: a passkey cannot be brought back. */
function Remove({ name, isPending, onRemove }: RemoveProps): ReactElement {
  const [sure, setSure] = useState(false)
  if (!sure)
    return (
      <Button
        size="xs"
        variant="default"
        leftSection={<IconTrash size={14} aria-hidden />}
        aria-label={`Remove ${name}`}
        onClick={() => setSure(true)}
      >
        Remove
      </Button>
    )
  return (
    <Group gap="xs" wrap="nowrap">
      <Button size="xs" color="red" onClick={onRemove} loading={isPending} autoFocus>
        Remove for good
      </Button>
      <Button size="xs" variant="default" onClick={() => setSure(false)}>
        Keep
      </Button>
    </Group>
  )
}

function Add({ onAdded }: { readonly onAdded: () => void }): ReactElement {
  const [name, setName] = useState('')
  const { start, isPending, error } = usePasskey('add', () => {
    setName('')
    onAdded()
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    start(name.trim())
  }
  return (
    <form onSubmit={submit}>
      <Group align="flex-end">
        <TextInput
          label="Name of a new passkey"
          placeholder="this laptop"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={error}
          required
          maxLength={60}
        />
        <Button type="submit" loading={isPending} disabled={name.trim() === ''}>
          Add a passkey
        </Button>
      </Group>
    </form>
  )
}
