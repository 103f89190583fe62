/** Something looked at beside a page, at its right edge; all of the screen where that is small. Escape closes it. */
import { CloseButton, Drawer, Group, Title } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'

export interface SideProps {
  readonly title: string
  readonly opened: boolean
  readonly onClose: () => void
  /** What the button that closes it is called. */
  readonly closing: string
  readonly children: ReactNode
}

// The kit's own header would be a second banner of the page.
export function Side({ title, opened, onClose, closing, children }: SideProps): ReactElement {
  return (
    <Drawer.Root opened={opened} onClose={onClose} position="right" size={640} lockScroll={false}>
      <Drawer.Overlay />
      <Drawer.Content aria-label={title}>
        <Drawer.Body pt="md">
          <Group justify="space-between" mb="sm">
            <Title order={2} size="h4">
              {title}
            </Title>
            <CloseButton onClick={onClose} aria-label={closing} />
          </Group>
          {children}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}
