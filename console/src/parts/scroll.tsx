import type { ReactElement, ReactNode } from 'react'

/** What may be wider or longer than its box scrolls inside it, also by keys; the page itself never does. */
export function Scroll({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactElement {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section className="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
