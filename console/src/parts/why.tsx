/** A dialog for what is not done without a reason. */
import { Button, Group, Modal, Stack, Textarea } from '@mantine/core'
import { type FormEvent, type ReactElement, type ReactNode, useState } from 'react'
import type { Refused } from '../ask.ts'
import { Failure } from './state.tsx'

export interface WhyProps {
  readonly title: string
  /** What doing it means. */
  readonly children: ReactNode
  /** On the button: `Switch off`. */
  readonly act: string
  readonly color?: string
  readonly busy: boolean
  readonly error: Refused | null
  readonly onDo: (why: string) => void
  readonly onClose: () => void
}

export function Why({ title, children, act, color = 'blue', busy, error, onDo, onClose }: WhyProps): ReactElement {
  const [why, setWhy] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (why.trim() !== '') onDo(why.trim())
  }
  return (
    // Locking the page's own scrolling takes a style element without a nonce, which the content policy refuses.
    <Modal.Root opened onClose={onClose} size="lg" lockScroll={false}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          {/* The kit's own head would be a second banner of the page. */}
          <Modal.Title mb="sm">{title}</Modal.Title>
          <form onSubmit={submit}>
            <Stack gap="sm">
              {children}
              <Textarea
                label="Why"
                description="On the record, with your name."
                value={why}
                onChange={(event) => setWhy(event.currentTarget.value)}
                maxLength={1000}
                autosize
                minRows={2}
                required
                data-autofocus
              />
              {error !== null && <Failure error={error} />}
              <Group justify="flex-end" gap="xs">
                <Button variant="default" onClick={onClose}>
                  Cancel
                </Button>
                <Button type="submit" color={color} loading={busy} disabled={why.trim() === ''}>
                  {act}
                </Button>
              </Group>
            </Stack>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
