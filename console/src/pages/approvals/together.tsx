/** Questions of one kind, answered at once: what differs is shown, and each is recorded by itself. */
import { Alert, Button, Group, Kbd, Stack, Text, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { ask, Refused } from '../../ask.ts'
import { useKeys } from './keys.ts'
import { type Brief, type Detail, nameOf, shortened } from './words.ts'

export interface TogetherProps {
  /** Alike, and open to the viewer; the one that is shown among them. */
  readonly questions: readonly Brief[]
  readonly onSaid: (words: string) => void
}

type Verdict = 'approve' | 'refuse'

export function Together({ questions, onSaid }: TogetherProps): ReactElement | null {
  const [shown, setShown] = useState<{ readonly verdict: Verdict; readonly details: readonly Detail[] }>()
  const [why, setWhy] = useState('')
  const [told, setTold] = useState<readonly string[]>([])
  const [busy, setBusy] = useState(false)
  const client = useQueryClient()
  const begin = async (verdict: Verdict): Promise<void> => {
    setTold([])
    const looks = questions.map(({ reference }) => ask('GET /api/approvals/{reference}', { parameters: { reference } }))
    const details = await Promise.all(looks).catch((error: unknown) => {
      setTold([error instanceof Error ? error.message : 'they cannot be read'])
      return undefined
    })
    if (details !== undefined)
      setShown({ verdict, details: details.filter(({ may, outdated }) => may && !(outdated && verdict === 'approve')) })
  }
  const say = async (): Promise<void> => {
    if (shown === undefined || (shown.verdict === 'refuse' && why.trim() === '')) return
    setBusy(true)
    const problems: string[] = []
    for (const { reference, digest } of shown.details) {
      const reason = why.trim() === '' ? {} : { why: why.trim() }
      const body = { verdict: shown.verdict, digest, ...reason }
      await ask('POST /api/approvals/{reference}', { parameters: { reference }, body }).catch((error: unknown) => {
        problems.push(`${shortened(reference, 20)}: ${error instanceof Refused ? error.message : 'it failed'}`)
      })
    }
    for (const name of ['GET /api/approvals', 'GET /api/approvals/{reference}'])
      await client.invalidateQueries({ queryKey: [name] })
    setBusy(false)
    setShown(undefined)
    setTold(problems)
    const done = shown.details.length - problems.length
    if (problems.length === 0) onSaid(`${done} ${shown.verdict === 'approve' ? 'approved' : 'refused'}, each by itself`)
  }
  useKeys([
    ['A', () => (shown?.verdict === 'approve' ? void say() : void begin('approve'))],
    ['R', () => void begin('refuse')],
    ['Escape', () => setShown(undefined)],
  ])
  return (
    <Stack gap="xs">
      {told.length > 0 && (
        <Alert color="orange" role="alert" title="Not all were answered">
          {told.map((each) => (
            <div key={each}>{each}</div>
          ))}
        </Alert>
      )}
      {shown === undefined ? (
        <Group gap="xs">
          <Text size="sm">
            {questions.length} questions are alike: the same caller, the same operation, the same approvals.
          </Text>
          <Button
            size="xs"
            variant="default"
            onClick={() => void begin('approve')}
            rightSection={<Kbd size="xs">A</Kbd>}
          >
            Look at all to approve
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() => void begin('refuse')}
            rightSection={<Kbd size="xs">R</Kbd>}
          >
            to refuse
          </Button>
        </Group>
      ) : (
        <form
          aria-label="Answer all that are alike"
          onSubmit={(event) => {
            event.preventDefault()
            void say()
          }}
        >
          <Differences details={shown.details} />
          {shown.verdict === 'refuse' && (
            <TextInput
              label="Why"
              required
              maxLength={1000}
              value={why}
              onChange={({ currentTarget }) => setWhy(currentTarget.value)}
              ref={(element) => element?.focus()}
            />
          )}
          <Group gap="xs" mt="xs">
            <Button
              type="submit"
              size="sm"
              loading={busy}
              color={shown.verdict === 'refuse' ? 'red' : 'blue'}
              disabled={shown.verdict === 'refuse' && why.trim() === ''}
            >
              {shown.verdict === 'approve' ? 'Approve' : 'Refuse'} all {shown.details.length}
            </Button>
            <Button size="sm" variant="subtle" color="gray" onClick={() => setShown(undefined)}>
              Not yet
            </Button>
          </Group>
        </form>
      )}
    </Stack>
  )
}

/** A row for each question: only what is not the same in all of them, and what stands out. */
function Differences({ details }: { readonly details: readonly Detail[] }): ReactElement {
  const texts = new Map<string, Set<string>>()
  for (const { arguments: given } of details)
    for (const { in: part, at, text } of given) {
      const name = `${part} ${at}`
      texts.set(name, (texts.get(name) ?? new Set()).add(text))
    }
  const isSame = ({ in: part, at }: Detail['arguments'][number]): boolean =>
    texts.get(`${part} ${at}`)?.size === 1 &&
    details.every(({ arguments: given }) => given.some((each) => each.in === part && each.at === at))
  const [first] = details
  const same = (first?.arguments ?? []).filter(isSame)
  return (
    <>
      <Text size="sm" mb={4}>
        The same in all: {same.map(({ at, text }) => `${nameOf(at)} ${shortened(text, 40)}`).join(', ') || 'nothing'}.
      </Text>
      <table className="approvals-values">
        <tbody>
          {details.map(({ reference, arguments: given, objects, outdated }) => (
            <tr key={reference}>
              <th scope="row">{objects.find(({ slot }) => slot === 'object')?.name ?? shortened(reference, 16)}</th>
              <td>
                {given
                  .filter((each) => !isSame(each))
                  .map(({ at, text }) => `${nameOf(at)} ${text}`)
                  .join(', ') || 'no difference'}
              </td>
              <td>{[...standsOut(given), ...(outdated ? ['what it is about has changed'] : [])].join('; ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

const doubtful = ['untrusted', 'model', 'untold']

function standsOut(given: Detail['arguments']): readonly string[] {
  return given.flatMap(({ at, origin, usual }) => [
    ...(origin !== undefined && doubtful.includes(origin.trust) ? [`${nameOf(at)} ${origin.says}`] : []),
    ...(usual?.odd === true ? [`${nameOf(at)} is ${usual.says}`] : []),
  ])
}
