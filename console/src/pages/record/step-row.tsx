/** One step of a timeline. */
import { Badge, Group } from '@mantine/core'
import {
  IconApi,
  IconBrain,
  IconKey,
  IconListCheck,
  IconPower,
  IconRobot,
  IconRoute,
  IconTool,
  IconUser,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Effect } from '../../parts/effect.tsx'
import { lengthWords } from './length.ts'
import type { Step } from './steps.ts'

export type Sort = 'api' | 'tool' | 'model' | 'agent'

const sortLooks = {
  api: ['API call', IconApi],
  tool: ['Tool call', IconTool],
  model: ['Model call', IconBrain],
  agent: ['Call of an agent', IconRobot],
} as const

const kindLooks: Readonly<Record<string, readonly [string, typeof IconApi]>> = {
  run: ['Run', IconRoute],
  switch: ['Switch', IconPower],
  'secret-use': ['Secret', IconKey],
  approval: ['Approval', IconUser],
  hold: ['Waits for somebody', IconUser],
}

export interface StepRowProps {
  readonly step: Step
  readonly sort: Sort | undefined
  /** The page this row stands on; the call is opened beside it. */
  readonly to: string
  readonly search: Readonly<Record<string, string>>
}

export function StepRow({ step, sort, to, search }: StepRowProps): ReactElement {
  const { line, depth, gap, at } = step
  const [label, Icon] =
    line.kind === 'decision' ? sortLooks[sort ?? 'api'] : (kindLooks[line.kind] ?? [line.kind, IconListCheck])
  const target =
    line.call === undefined
      ? { to: '/ledger', search: { entry: line.index, session: line.run } }
      : { to, search: { ...search, call: line.call } }
  return (
    <Link data-row {...(target as unknown as { to: never })} resetScroll={false} className={`step-row ${markOf(step)}`}>
      <time dateTime={new Date(at).toISOString()} title={new Date(at).toISOString()} className="entry-says">
        {new Date(at).toLocaleTimeString('en', { hour12: false })}
        {gap >= 1000 && <span className="step-gap"> +{lengthWords(gap)}</span>}
      </time>
      <Icon size={16} stroke={1.6} aria-label={label} role="img" />
      <span className="entry-what" style={{ paddingLeft: Math.min(depth, 6) * 18 }}>
        {depth > 0 && <span className="entry-says">↳ {line.principal} </span>}
        <b>{line.operation ?? line.kind}</b> {line.objects?.join(', ')}{' '}
        <span className="entry-says">{line.effect === 'allow' ? '' : line.says}</span>
      </span>
      <Ends step={step} />
    </Link>
  )
}

function markOf({ line, outcome }: Step): string {
  if (line.effect === 'deny' || outcome?.effect === 'unknown') return 'is-refused'
  return line.effect === 'ask' ? 'is-held' : ''
}

function Ends({ step }: { readonly step: Step }): ReactElement {
  const { line, outcome, answers, holds, secrets } = step
  const answer = answers.at(-1)
  const hold = holds.at(-1)
  return (
    <Group gap={6} className="step-end" wrap="wrap">
      {secrets.length > 0 && (
        <Badge
          size="sm"
          variant="outline"
          color="gray"
          radius="sm"
          tt="none"
          leftSection={<IconKey size={11} aria-hidden />}
        >
          {secrets.map(({ says }) => says).join(', ')}
        </Badge>
      )}
      {line.effect !== undefined && <Effect of={line.effect} />}
      {answer?.effect !== undefined && (
        <span className="entry-says">
          <Effect of={answer.effect} /> by {answer.principal}
        </span>
      )}
      {answer === undefined && hold?.effect !== undefined && <Effect of={hold.effect} />}
      {outcome?.effect !== undefined && (
        <span className="entry-says">
          {outcome.effect === 'effective' ? '→' : <Effect of={outcome.effect} />} {outcome.status}{' '}
          {lengthWords(outcome.ms ?? outcome.at - line.at)}
        </span>
      )}
    </Group>
  )
}
