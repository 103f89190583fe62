import { Button, Kbd, Modal, Switch, Table } from '@mantine/core'
import type { ReactElement } from 'react'
import { useKeysOn } from './keys.ts'

const keys = [
  ['j, k', 'the next question, the one before'],
  ['a, then a', 'approve: once to see what you say, once to say it'],
  ['r', 'refuse, with a reason (Ctrl+Enter says it)'],
  ['g', 'approve a class of calls, where the charter allows it'],
  ['A, R', 'answer all that are alike'],
  ['Esc', 'take it back before it is said'],
  ['?', 'this'],
] as const

export function Help({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }): ReactElement {
  const [on, setOn] = useKeysOn()
  return (
    // As in `why.tsx`: no style without a nonce, and no second banner.
    <Modal.Root opened={opened} onClose={onClose} lockScroll={false} transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content aria-label="Keys">
        <Modal.Body>
          <Table>
            <Table.Tbody>
              {keys.map(([key, does]) => (
                <Table.Tr key={key}>
                  <Table.Td>
                    <Kbd>{key}</Kbd>
                  </Table.Td>
                  <Table.Td>{does}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <Switch
            mt="md"
            checked={on}
            onChange={({ currentTarget }) => setOn(currentTarget.checked)}
            label="Single keys"
          />
          <Button mt="md" size="xs" variant="default" onClick={onClose}>
            Close
          </Button>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
