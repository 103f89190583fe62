import { Code } from '@mantine/core'
import type { ReactElement } from 'react'

/** A sentence of the charter: what stands between backticks is code. */
export function Says({ children }: { readonly children: string }): ReactElement {
  const parts = children.split('`')
  return (
    <>
      {parts.map((part, index) => {
        const key = `${index} ${part}`
        return index % 2 === 1 ? <Code key={key}>{part}</Code> : <span key={key}>{part}</span>
      })}
    </>
  )
}
