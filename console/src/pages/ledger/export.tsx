/** Takes the ledger along: whole and verifiable, or what is found in the form of another system. */
import { Button, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import type { ReactElement } from 'react'
import { addressOf } from '../../ask.ts'
import { isNumber, type LedgerSearch } from './fields.ts'

const forms = [
  ['ledger', 'Whole ledger, verifiable', 'ndjson'],
  ['ocsf', 'What is found, OCSF', 'ocsf.ndjson'],
  ['cloudevents', 'What is found, CloudEvents', 'cloudevents.ndjson'],
  ['otlp', 'What is found, OpenTelemetry', 'otlp.ndjson'],
] as const

/** What exports can be narrowed by. */
const narrowing = ['kind', 'operation', 'principal', 'effect', 'call'] as const

export function ExportMenu({ search }: { readonly search: LedgerSearch }): ReactElement {
  const given = Object.fromEntries(
    narrowing.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]])),
  )
  const { from, to } = search
  const span = { ...(isNumber(from) ? { from: Number(from) } : {}), ...(isNumber(to) ? { to: Number(to) } : {}) }
  const left = Object.keys(search).some((name) => !['from', 'to', 'entry', 'order', ...narrowing].includes(name))
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconDownload size={14} aria-hidden />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {forms.map(([format, label, end]) => {
          const query = format === 'ledger' ? { format } : { format, ...given, ...span }
          return (
            <Menu.Item
              key={format}
              component="a"
              href={addressOf('GET /api/ledger/export', { query })}
              download={`ledger.${end}`}
            >
              {label}
            </Menu.Item>
          )
        })}
        {left && <Menu.Label>Exports are narrowed by time, kind, operation, by, effect and call alone.</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  )
}
