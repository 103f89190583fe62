/** Which end of a record stands first. */
import { SegmentedControl } from '@mantine/core'
import type { ReactElement } from 'react'

export type Order = 'newest' | 'oldest'

export interface OrderProps {
  readonly order: Order
  readonly onChange: (order: Order) => void
}

export function OrderChoice({ order, onChange }: OrderProps): ReactElement {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Order"
      data={[
        { value: 'newest', label: 'Newest first' },
        { value: 'oldest', label: 'Oldest first' },
      ]}
      value={order}
      onChange={onChange}
    />
  )
}
