/** What this browser found out about the ledger by computing it, in words: what that shows, and what it does not. */
import { Alert, Code, Group, List, Loader, Stack, Text } from '@mantine/core'
import { IconShieldCheck, IconShieldExclamation, IconShieldQuestion } from '@tabler/icons-react'
import type { ReactElement, ReactNode } from 'react'
import { useAnswer } from '../answers.ts'
import { canVerify, useCourse, useEntryProof } from '../proof.ts'
import { encodeBase64 } from '../verify/bytes.ts'
import type { CheckpointProblem } from '../verify/checkpoint.ts'
import type { Course } from '../verify/remembered.ts'
import { Ident } from './ident.tsx'

const count = new Intl.NumberFormat('en')

const problemWords: Readonly<Record<CheckpointProblem | 'no-key', string>> = {
  malformed: 'The checkpoint cannot be read.',
  'unknown-key': 'The checkpoint is not signed by the key of this ledger.',
  'bad-signature': 'The signature of the checkpoint is wrong.',
  origin: 'The checkpoint is of another ledger.',
  'no-key': 'The key of the ledger cannot be read.',
}

/** One line that says whether the ledger went on as this browser knows it; the whole story below, when asked. */
export function LedgerTrust(): ReactElement {
  const { course, failed } = useCourse()
  const { data: ledger } = useAnswer('GET /api/ledger', {}, { everyMs: 10_000 })
  if (!canVerify())
    return <Wrong title="This browser cannot verify">Open the console over HTTPS, or on the machine itself.</Wrong>
  if (failed)
    return <Wrong title="The ledger could not be verified">What is needed did not come. Reload the page.</Wrong>
  if (course === undefined)
    return (
      <Group gap="xs" role="status">
        {ledger === undefined || ledger.checkpoint !== undefined ? (
          <Loader size="xs" />
        ) : (
          <IconShieldQuestion size={16} />
        )}
        <Text size="sm">
          {ledger !== undefined && ledger.checkpoint === undefined ? 'No checkpoint was signed yet.' : 'Verifying…'}
        </Text>
      </Group>
    )
  if (!('key' in course)) return <Broken course={course} />
  return <Sound course={course} />
}

type SoundCourse = Extract<Course, { kind: 'first' | 'same' | 'grown' }>

function Sound({ course }: { readonly course: SoundCourse }): ReactElement {
  const { head, kind } = course
  return (
    <Stack gap={2}>
      <Group gap="xs" wrap="nowrap" align="flex-start" className="is-good">
        <IconShieldCheck size={18} aria-hidden />
        <Text size="sm" fw={600}>
          {count.format(head.size)} entries verified by this browser
          {kind === 'first' ? ', for the first time' : ', those it knew unchanged'}
        </Text>
      </Group>
      <details className="story">
        <summary>What this shows, and what it does not</summary>
        <Story course={course} />
      </details>
    </Stack>
  )
}

function Story({ course: { head, was, key, kind } }: { readonly course: SoundCourse }): ReactElement {
  const beginning = kind === 'first' ? undefined : was
  return (
    <Stack gap="xs" mt={6}>
      <Text size="sm">
        The signature of the last checkpoint was checked with the key of the ledger.{' '}
        {beginning === undefined
          ? 'From now on this browser remembers the key and the checkpoint, and will notice when either is replaced.'
          : `The first ${count.format(beginning.size)} entries, which this browser knew, are all in it, as they were.`}
      </Text>
      <Text size="sm">
        The key of the ledger, as seen {new Date(was?.since ?? Date.now()).toLocaleString('en')} for the first time.
        Compare it with the ledger key that <Code>lockstep serve</Code> prints when it starts:
      </Text>
      <Code block>{key.text}</Code>
      <Text size="sm">
        Root over all entries: <Ident id={encodeBase64(head.root)} what="root" />
      </Text>
      <Limits />
    </Stack>
  )
}

function Limits(): ReactElement {
  return (
    <List size="sm" spacing={2}>
      <List.Item>
        It does not show that an entry is true: only that it was recorded, and was not changed since.
      </List.Item>
      <List.Item>It does not show that nothing was left out before it was recorded.</List.Item>
      <List.Item>
        It trusts the key it saw first, unless you compare it; and this page, which came from the same server.
      </List.Item>
      <List.Item>
        Who verifies for others does it offline, with an export and checkpoints from outside: `lockstep ledger verify`.
      </List.Item>
    </List>
  )
}

function Broken({ course }: { readonly course: Exclude<Course, SoundCourse> }): ReactElement {
  if (course.kind === 'unbelieved')
    return <Wrong title="The checkpoint is not to be believed">{problemWords[course.problem]}</Wrong>
  const { size } = course.was
  const words: Readonly<Record<typeof course.kind, ReactNode>> = {
    key: 'Another key signs this ledger than the one this browser knows. Either it is another ledger, or somebody put one in its place.',
    cut: `This browser verified ${count.format(size)} entries before; the ledger shows fewer now. Somebody cut it back.`,
    fork: `The ledger is not a continuation of the ${count.format(size)} entries this browser verified before. Its past was rewritten.`,
  }
  return <Wrong title="This is not the ledger this browser knows">{words[course.kind]}</Wrong>
}

function Wrong({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <Alert color="red" title={title} icon={<IconShieldExclamation aria-hidden />} role="alert">
      {children}
    </Alert>
  )
}

const verdictWords = {
  ...problemWords,
  'other-place': 'The proof is of another entry.',
  'other-text': 'The text that is shown is not the one that was recorded.',
  'not-included': 'This text is not in the ledger that was signed: it was changed, or never recorded.',
} as const

/** Whether one entry, as it is shown, is in the ledger. Computed here. */
export function EntryTrust({
  index,
  text,
}: {
  readonly index: number
  readonly text: string | undefined
}): ReactElement {
  const { proof, course, error } = useEntryProof(index, text)
  if (text === undefined) return <Text size="sm">Its text was dropped; only whoever kept it can prove it.</Text>
  if (!canVerify() || (course !== undefined && !('key' in course))) return <LedgerTrust />
  if (error !== undefined) return <Wrong title="Not verified">{error.message}</Wrong>
  if (proof === undefined || proof.kind === 'waiting')
    return (
      <Group gap="xs" role="status">
        <Loader size="xs" />
        <Text size="sm">{proof === undefined ? 'Verifying…' : 'Recorded; no checkpoint covers it yet.'}</Text>
      </Group>
    )
  const { verdict, file } = proof
  if (!verdict.holds) return <Wrong title="This entry does not verify">{verdictWords[verdict.problem]}</Wrong>
  return (
    <Stack gap={4}>
      <Group gap="xs" wrap="nowrap" role="status" className="is-good">
        <IconShieldCheck size={18} aria-hidden />
        <Text size="sm" fw={600}>
          Verified by this browser: entry {count.format(index)} of {count.format(verdict.head.size)}
        </Text>
      </Group>
      <Text size="sm">
        Leaf <Ident id={encodeBase64(verdict.leaf)} what="leaf hash" /> leads in {verdict.steps} steps to the signed
        root <Ident id={encodeBase64(verdict.head.root)} what="root" />. <SaveProof index={index} file={file} />
      </Text>
    </Stack>
  )
}

function SaveProof({ index, file }: { readonly index: number; readonly file: string }): ReactElement {
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([file], { type: 'text/plain' }))
    const link = document.createElement('a')
    link.href = url
    link.download = `entry-${index}.tlog-proof`
    link.click()
    URL.revokeObjectURL(url)
  }
  return (
    <button type="button" className="link" onClick={save}>
      Save the proof
    </button>
  )
}
