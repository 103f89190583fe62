/** What the call is about: as it was when it was asked, and as it is now. */
import { Badge, Group, Stack, Text } from '@mantine/core'
import { IconArrowRight } from '@tabler/icons-react'
import { type ReactElement, useState } from 'react'
import { type Detail, type Field, nameOf, readers } from './words.ts'

type Thing = Detail['objects'][number]

/** More are shown when asked for. */
const atFirst = 12

export function Things({ detail }: { readonly detail: Detail }): ReactElement {
  return (
    <Stack gap="sm">
      {detail.objects.map((thing) => (
        <One
          key={thing.slot}
          thing={thing}
          withheld={detail.withheld}
          moves={thing.slot === 'object' ? detail.moves : undefined}
        />
      ))}
    </Stack>
  )
}

interface OneProps extends Pick<Detail, 'moves' | 'withheld'> {
  readonly thing: Thing
}

function One({ thing, moves, withheld }: OneProps): ReactElement {
  const [all, setAll] = useState(false)
  const { slot, name, state, hidden, seen } = thing
  const fields = [...thing.fields].sort((left, right) => Number(right.changed) - Number(left.changed))
  const shown = all ? fields : fields.slice(0, atFirst)
  return (
    <div>
      <Group gap="xs">
        <Text size="sm" ff="monospace" fw={600}>
          {name}
        </Text>
        {slot !== 'object' && (
          <Text size="xs" c="dimmed">
            its {slot}
          </Text>
        )}
        {state !== undefined && <State state={state} moves={moves} />}
        {!seen && (
          <Badge size="sm" variant="light" color="yellow" tt="none">
            as it was: it cannot be looked at now
          </Badge>
        )}
      </Group>
      <dl className="approvals-fields">
        {shown.map((field) => (
          <div key={field.at} data-changed={field.changed || undefined}>
            <dt>{nameOf(field.at)}</dt>
            <dd>
              <Compared field={field} />
            </dd>
          </div>
        ))}
      </dl>
      {fields.length > atFirst && (
        <button type="button" className="approvals-more" onClick={() => setAll(!all)}>
          {all ? 'fewer' : `${fields.length - atFirst} more`}
        </button>
      )}
      {hidden > 0 && (
        <Text size="xs" c="dimmed">
          {hidden} {hidden === 1 ? 'field is' : 'fields are'} not shown:{' '}
          {withheld
            ? `${hidden === 1 ? 'it is' : 'they are'} for ${readers}`
            : `the charter keeps ${hidden === 1 ? 'it' : 'them'} from you`}
          .
        </Text>
      )}
    </div>
  )
}

function State({ state, moves }: { readonly state: Field; readonly moves: Detail['moves'] }): ReactElement {
  return (
    <Group gap={4}>
      <Badge size="sm" variant="light" color="gray" tt="none">
        <Compared field={state} />
      </Badge>
      {moves !== undefined && moves.to.length > 0 && (
        <>
          <IconArrowRight size={14} aria-label="would become" />
          <Badge size="sm" variant="outline" color="gray" tt="none" c="inherit">
            {moves.to.join(' or ')}
          </Badge>
        </>
      )}
    </Group>
  )
}

function Compared({ field }: { readonly field: Field }): ReactElement {
  const { asked, now, changed } = field
  if (!changed)
    return (
      <Text span inherit ff="monospace">
        {(now ?? asked) === '' ? 'empty' : (now ?? asked)}
      </Text>
    )
  return (
    <Text span inherit ff="monospace">
      <del>{asked === '' ? 'empty' : (asked ?? 'nothing')}</del>{' '}
      <ins className="approvals-mark">{now === '' ? 'empty' : (now ?? 'nothing')}</ins>
      <Text span size="xs" c="dimmed" ff="text">
        {' '}
        changed since it was asked
      </Text>
    </Text>
  )
}
