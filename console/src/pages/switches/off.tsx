import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, type ReactElement, useState } from 'react'
import { useAct, useAnswer } from '../../answers.ts'
import { type Column, Rows } from '../../parts/rows.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { type Switch, SwitchOffDialog } from '../../parts/switch-off.tsx'
import { To } from '../../parts/to.tsx'
import { When } from '../../parts/when.tsx'
import { Why } from '../../parts/why.tsx'
import { address, useSearch } from '../../search.ts'
import { useMay } from '../../viewer.ts'

export function Off(): ReactElement {
  const { data, error } = useAnswer('GET /api/switches', {})
  const [restoring, setRestoring] = useState<Switch>()
  const may = useMay('operate')
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  return (
    <Stack gap="md">
      {may ? <Form /> : <Text size="sm">Switching takes the role of an operator.</Text>}
      {data.switches.length === 0 ? (
        <Nothing>Nothing is switched off.</Nothing>
      ) : (
        <Rows
          label="What is switched off"
          columns={[...columns, ...(may ? [restoreColumn(setRestoring)] : [])]}
          rows={data.switches.toSorted((a, b) => b.at - a.at)}
          keyOf={({ of, name }) => `${of} ${name}`}
        />
      )}
      {restoring !== undefined && <Restore {...restoring} onClose={() => setRestoring(undefined)} />}
    </Stack>
  )
}

const columns: readonly Column<Switch>[] = [
  { head: 'What', cell: ({ of }) => of },
  {
    head: 'Name',
    cell: ({ of, name }) => (
      <To href={address('/ledger', of === 'agent' ? { principal: name } : { [of]: name })}>{name}</To>
    ),
  },
  { head: 'Why', cell: ({ why }) => why },
  { head: 'By', cell: ({ by }) => by },
  { head: 'Since', cell: ({ at }) => <When at={at} /> },
]

function restoreColumn(onRestore: (which: Switch) => void): Column<Switch> {
  return {
    head: 'Restore',
    cell: (which) => (
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => onRestore(which)}
        aria-label={`Restore ${which.of} ${which.name}`}
      >
        Restore
      </Button>
    ),
  }
}

function Restore({ of, name, by, why, at, onClose }: Switch & { readonly onClose: () => void }): ReactElement {
  const { mutate, isPending, error } = useAct('POST /api/switches/on', ['GET /api/switches'])
  return (
    <Why
      title={`Restore ${of} ${name}`}
      act="Restore"
      busy={isPending}
      error={error}
      onClose={onClose}
      onDo={(reason) => mutate({ body: { of, name, why: reason } }, { onSuccess: onClose })}
    >
      <Text size="sm">
        {by} switched it off <When at={at} />: {why}. Its calls are decided again as the charter says, within a second
        on every node.
      </Text>
    </Why>
  )
}

const kinds = [
  'agent',
  'workflow',
  'principal',
  'operation',
  'tenant',
  'object',
  'run',
] as const satisfies readonly Switch['of'][]
const hints: Readonly<Record<Switch['of'], string>> = {
  agent: 'refund-bot',
  workflow: 'refunds',
  principal: 'ann',
  operation: 'shop.payOrder',
  tenant: 'north',
  object: 'order/o1',
  run: 'its id',
}

/** The address can say what is meant: `/switches?of=agent&name=refund-bot`. */
function Form(): ReactElement {
  const search = useSearch()
  const asked = kinds.find((kind) => kind === search.get('of')) ?? 'agent'
  const [name, setName] = useState(search.get('name') ?? '')
  const [open, setOpen] = useState(false)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim() !== '') setOpen(true)
  }
  const close = (): void => {
    setOpen(false)
    setName('')
    search.set({ of: undefined, name: undefined })
  }
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="xs">
        <Select
          label="Switch off"
          data={[...kinds]}
          value={asked}
          onChange={(value) => search.set({ of: value ?? undefined })}
          allowDeselect={false}
          size="sm"
          w={140}
        />
        <TextInput
          label="Which"
          placeholder={hints[asked]}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          size="sm"
          w={260}
          maxLength={1000}
        />
        <Button type="submit" size="sm" color="red" variant="light" disabled={name.trim() === ''}>
          Switch off…
        </Button>
      </Group>
      {open && <SwitchOffDialog of={asked} name={name.trim()} onClose={close} />}
    </form>
  )
}
