import { Fragment, type ReactElement } from 'react'

/** A sentence of the charter: what stands in backquotes is set as code. */
export function Words({ children }: { readonly children: string }): ReactElement {
  return (
    <>
      {children.split('`').map((part, index) =>
        index % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have nothing else
          <code key={index} className="charter-mono">
            {part}
          </code>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have nothing else
          <Fragment key={index}>{part}</Fragment>
        ),
      )}
    </>
  )
}
