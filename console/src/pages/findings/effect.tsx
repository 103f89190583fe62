/** What the abuse changed, as somebody else saw it before and after. */
import { Stack, Text, Title } from '@mantine/core'
import { diffLines } from 'diff'
import type { ReactElement } from 'react'
import { Rows } from '../../parts/rows.tsx'
import { indented } from './transcript.tsx'
import type { Detail } from './words.tsx'

type Proof = Detail['proof']

export function Effect({ proof }: { readonly proof: Proof }): ReactElement {
  const { changes, disclosed, overrun, observer, repeated } = proof
  return (
    <Stack gap="xs">
      <Title order={2} size="h5">
        What {observer} saw
      </Title>
      {changes.length > 0 && (
        <Rows
          label="Changes"
          rows={changes}
          keyOf={({ label, pointer }) => `${label} ${pointer}`}
          columns={[
            { head: 'What', cell: ({ label, pointer }) => `${label} ${pointer.replace(/^\//, '')}` },
            { head: 'Before', cell: ({ before }) => <code className="wide">{textOf(before)}</code> },
            { head: 'After', cell: ({ after }) => <code className="wide is-after">{textOf(after)}</code> },
          ]}
        />
      )}
      {disclosed.length > 0 && (
        <Text size="sm">
          Disclosed:{' '}
          <Text span ff="monospace" size="xs">
            {disclosed.join(', ')}
          </Text>
        </Text>
      )}
      {overrun !== undefined && (
        <Text size="sm">
          It took effect {overrun.effects} times; {overrun.allowed} {overrun.allowed === 1 ? 'is' : 'are'} allowed.
        </Text>
      )}
      {looksOf(proof).map(({ path, before, after }) => (
        <Difference key={path} path={path} before={before} after={after} />
      ))}
      <Text size="xs" c="dimmed">
        Seen in {repeated.succeeded} of {repeated.of} runs on fresh objects.
      </Text>
    </Stack>
  )
}

function textOf(value: unknown): string {
  if (value === undefined) return 'not there'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

interface Look {
  readonly path: string
  readonly before: string
  readonly after: string
}

/** The last look at each address before the abuse, beside the first one after it. */
function looksOf({ transcript }: Proof): readonly Look[] {
  const at = transcript.findIndex(({ purpose }) => purpose === 'abuse')
  const isLook = ({ purpose, response }: Proof['transcript'][number]): boolean =>
    purpose === 'observe' && response !== undefined
  return transcript.slice(at + 1).flatMap((late): Look[] => {
    if (at < 0 || !isLook(late)) return []
    const early = transcript.slice(0, at).findLast((each) => isLook(each) && each.request.url === late.request.url)
    const [before, after] = [early, late].map((each) => indented(each?.response?.body ?? ''))
    if (early === undefined || before === undefined || after === undefined || before === after) return []
    return [{ path: URL.parse(late.request.url)?.pathname ?? late.request.url, before, after }]
  })
}

function Difference({ path, before, after }: Look): ReactElement {
  const parts = diffLines(before, after).map((part, index) => ({ ...part, key: index }))
  return (
    <details open>
      <summary>
        <Text span size="xs">
          The object at{' '}
          <Text span ff="monospace" size="xs">
            {path}
          </Text>
          , before and after
        </Text>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section className="finding-box finding-diff" tabIndex={0} aria-label="Difference">
        {parts.map(({ key, value, added, removed }) => {
          if (added) return <ins key={key}>{marked('+ ', value)}</ins>
          return removed ? <del key={key}>{marked('− ', value)}</del> : <span key={key}>{marked('  ', value)}</span>
        })}
      </section>
    </details>
  )
}

function marked(mark: string, value: string): string {
  return value.replaceAll(/^(?=.)/gm, mark)
}
