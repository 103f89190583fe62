import { Button, Table } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAct, useAnswer } from '../answers.ts'
import { Page } from '../parts/page.tsx'
import { Failure, Loading, Nothing } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { useMay } from '../viewer.ts'

export function Switches(): ReactElement {
  const { data, error } = useAnswer('GET /api/switches', {})
  const on = useAct('POST /api/switches/on', ['GET /api/switches'])
  const may = useMay('operate')
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  return (
    <Page title="Switches" question="What is stopped right now, by whom, and why?">
      {on.error !== null && <Failure error={on.error} />}
      {data.switches.length === 0 && <Nothing>Nothing is switched off.</Nothing>}
      <Table>
        <Table.Tbody>
          {data.switches.map(({ of, name, by, why, at }) => (
            <Table.Tr key={`${of} ${name}`}>
              <Table.Td>{of}</Table.Td>
              <Table.Td>{name}</Table.Td>
              <Table.Td>{why}</Table.Td>
              <Table.Td>{by}</Table.Td>
              <Table.Td>
                <When at={at} />
              </Table.Td>
              <Table.Td>
                {may && (
                  <Button
                    size="xs"
                    variant="default"
                    onClick={() => on.mutate({ body: { of, name, why: 'restored' } })}
                  >
                    Restore
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Page>
  )
}
