/** What was sent and answered, request by request. */
import { Text } from '@mantine/core'
import type { ReactElement } from 'react'
import type { Detail } from './words.tsx'

type Sent = Detail['proof']['transcript'][number]

const purposes = { setup: 'prepares', act: 'acts', abuse: 'tries the abuse', observe: 'looks' } as const

export function Transcript({ sent, label }: { readonly sent: readonly Sent[]; readonly label: string }): ReactElement {
  const steps = sent.map((each, index) => ({ each, number: index + 1 }))
  return (
    <ol className="finding-steps" aria-label={label}>
      {steps.map(({ each, number }) => (
        <li key={number} className={each.purpose === 'abuse' ? 'is-abuse' : undefined}>
          <Step sent={each} />
        </li>
      ))}
    </ol>
  )
}

function Step({ sent }: { readonly sent: Sent }): ReactElement {
  const { as, purpose, times, request, response, failure } = sent
  const answer = response === undefined ? (failure?.code ?? 'no answer') : String(response.status)
  return (
    <details open={purpose === 'abuse'}>
      <summary>
        <Text
          span
          size="xs"
          fw={purpose === 'abuse' ? 700 : 400}
          c={purpose === 'abuse' ? 'var(--mantine-color-error)' : 'dimmed'}
        >
          {as} {purposes[purpose]}
        </Text>
        <Text span size="xs" ff="monospace">
          {request.method} {pathOf(request.url)}
          {times === undefined ? '' : ` × ${times} at once`} → {answer}
        </Text>
      </summary>
      <Message text={messageOf(request.headers, request.body)} />
      <Message
        text={response === undefined ? (failure?.message ?? '') : messageOf(kept(response.headers), response.body)}
      />
    </details>
  )
}

function Message({ text }: { readonly text: string }): ReactElement | null {
  if (text === '') return null
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
  return <pre tabIndex={0}>{text}</pre>
}

function pathOf(url: string): string {
  const { pathname = url, search = '' } = URL.parse(url) ?? {}
  return `${pathname}${search}`
}

/** What every answer has tells nothing. */
const usual: ReadonlySet<string> = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'])

function kept(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !usual.has(name.toLowerCase())))
}

function messageOf(headers: Readonly<Record<string, string>>, body: string | undefined): string {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [...head, ...(body === undefined || body === '' ? [] : ['', indented(body)])].join('\n')
}

/** JSON with a line for each member; anything else as it is. */
export function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
