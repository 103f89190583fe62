/** JSON as text, in a box of its own that scrolls. */
import type { ReactElement } from 'react'

export function Json({ value, label }: { readonly value: unknown; readonly label: string }): ReactElement {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="json" tabIndex={0} aria-label={label}>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </section>
  )
}
