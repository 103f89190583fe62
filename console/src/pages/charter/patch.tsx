/** A unified patch, line by line; `+` and `-` say what colour says as well. */
import type { ReactElement } from 'react'

export function Patch({ text, label }: { readonly text: string; readonly label: string }): ReactElement {
  const lines = text.split('\n')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
    <section className="charter-patch" tabIndex={0} aria-label={label}>
      <pre>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing else
          <span key={index} className={`charter-line ${kindOf(line)}`}>
            {line}
            {'\n'}
          </span>
        ))}
      </pre>
    </section>
  )
}

function kindOf(line: string): string {
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('@@')) return 'head'
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : ''
}

/** Saves a text as a file, in the browser alone. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/x-patch' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
