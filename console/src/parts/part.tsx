/** One part of a page, under a heading of its own. */
import { Title } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'

export function Part({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <section>
      <Title order={2} size="h5" mb={4}>
        {title}
      </Title>
      {children}
    </section>
  )
}
