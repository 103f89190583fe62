import { Code } from '@mantine/core'
import type { ReactElement } from 'react'

/** A sentence of the charter or about it: what stands in backticks is a name or a rule. */
export function Says({ text }: { readonly text: string }): ReactElement {
  return (
    <>
      {text.split('`').map((part, index) =>
        index % 2 === 0 ? (
          part
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text do not move
          <Code key={index}>{part}</Code>
        ),
      )}
    </>
  )
}
