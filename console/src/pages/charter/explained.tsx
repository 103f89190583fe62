/** The charter in sentences and drawings, following the cursor. */
import { Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { type ReactElement, useEffect, useRef } from 'react'
import type { Answer } from '../../ask.ts'
import { Nothing } from '../../parts/state.tsx'
import { Words } from './words.tsx'

export type Told = NonNullable<Answer<'POST /api/charter/check'>['told']>

export interface ExplainedProps {
  /** Undefined while there are errors. */
  readonly told: Told | undefined
  readonly file: string
  readonly line: number
  readonly onGo: (file: string, line: number) => void
}

export function Explained({ told, file, line, onGo }: ExplainedProps): ReactElement {
  const box = useRef<HTMLDivElement>(null)
  const current = told?.places.findLast((each) => each.file === file && each.line <= line)?.of
  // biome-ignore lint/correctness/useExhaustiveDependencies: it scrolls when the cursor comes to something else
  useEffect(() => {
    const found = box.current?.querySelector('[aria-current="true"]')
    found?.scrollIntoView({ block: 'nearest' })
  }, [current])
  if (told === undefined)
    return <Nothing>While there are errors, nothing can be explained. They are listed below the text.</Nothing>
  const says = { current, go: goTo(told, onGo) }
  const groups = [
    { title: 'Approvals', list: told.approvals },
    { title: 'Rules over several operations', list: told.rules },
    { title: 'Always true', list: told.invariants },
  ]
  return (
    <Stack gap="lg" ref={box}>
      {told.sections.map((section) => (
        <Section
          key={section.object ?? ''}
          section={section}
          drawing={told.drawings.find((each) => each.object === section.object)?.svg}
          says={says}
        />
      ))}
      {groups
        .filter(({ list }) => list.length > 0)
        .map(({ title, list }) => (
          <section key={title}>
            <Title order={2} size="h5">
              {title}
            </Title>
            {list.map((each) => (
              <Sentence key={each.constraint} of={each.constraint} says={says}>
                <Words>{each.says}</Words>
              </Sentence>
            ))}
          </section>
        ))}
    </Stack>
  )
}

interface Saying {
  readonly current: string | undefined
  readonly go: (of: string) => (() => void) | undefined
}

function goTo({ places }: Told, onGo: ExplainedProps['onGo']): Saying['go'] {
  const known = new Map(places.map((place) => [place.of, place]))
  return (of) => {
    const place = known.get(of)
    return place === undefined ? undefined : () => onGo(place.file, place.line)
  }
}

interface SectionProps {
  readonly section: Told['sections'][number]
  readonly drawing: string | undefined
  readonly says: Saying
}

function Section({ section, drawing, says }: SectionProps): ReactElement {
  const { object, fields, uses } = section
  return (
    <section>
      <Title order={2} size="h5">
        {object ?? 'Operations on no object'}
      </Title>
      <Sentence of={`object ${object}`} says={says}>
        <Words>{section.says}</Words>
      </Sentence>
      {drawing !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
        <section className="charter-drawing" tabIndex={0} aria-label={`Lifecycle of ${object}, drawn`}>
          <img alt={`Lifecycle of ${object}`} src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing)}`} />
        </section>
      )}
      {uses.map((use) => (
        <div key={use.id} className="charter-use">
          <Sentence of={use.id} says={says}>
            <b>{use.id}</b> {wayOf(use)}{' '}
            <Text span size="xs" c="dimmed" className="charter-mono">
              {use.method} {use.path}
            </Text>
          </Sentence>
          {use.rules.map((each) => (
            <Sentence key={each.constraint} of={each.constraint} says={says} isInner>
              <Words>{each.says}</Words>
            </Sentence>
          ))}
        </div>
      ))}
      {fields.map((each) => (
        <Sentence key={each.constraint} of={each.constraint} says={says}>
          <Words>{each.says}</Words>
        </Sentence>
      ))}
    </section>
  )
}

function wayOf({ who, from, to }: Told['sections'][number]['uses'][number]): string {
  const way = [
    ...(from.length === 0 ? [] : [`from ${from.join(', ')}`]),
    ...(to.length === 0 ? [] : [`to ${to.join(', ')}`]),
  ]
  return `by ${who.replaceAll('`', '')}${way.length === 0 ? '' : `, ${way.join(' ')}`}`
}

interface SentenceProps {
  readonly of: string
  readonly says: Saying
  readonly isInner?: true
  readonly children: React.ReactNode
}

/** Leads to where it is written. */
function Sentence({ of, says, isInner, children }: SentenceProps): ReactElement {
  const go = says.go(of)
  const look = `charter-sentence${isInner === true ? ' inner' : ''}`
  if (go === undefined) return <div className={look}>{children}</div>
  return (
    <UnstyledButton className={look} onClick={go} aria-current={says.current === of} title={of}>
      {children}
    </UnstyledButton>
  )
}
