/** How severities, states and moments of findings are told: by a word, then a shape, then a colour. */
import { Badge } from '@mantine/core'
import {
  IconAlertOctagon,
  IconAlertTriangle,
  IconArrowBackUp,
  IconCircleCheck,
  IconCircleDot,
  IconEye,
  IconInfoCircle,
  IconShieldCheck,
  IconShieldOff,
  IconUserCheck,
} from '@tabler/icons-react'
import type { ReactElement } from 'react'
import type { Answer } from '../../ask.ts'

export type Finding = Answer<'GET /api/findings'>['findings'][number]
export type Detail = Answer<'GET /api/findings/{fingerprint}'>
type State = Finding['state']
type Severity = Finding['severity']

export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low']
export const states: readonly State[] = ['open', 'came-back', 'accepted', 'fixed']

/** Proven, and nobody mended it or lives with it. */
export function isOpen({ state }: Pick<Finding, 'state'>): boolean {
  return state === 'open' || state === 'came-back'
}

const ofSeverity = {
  critical: ['red', IconAlertOctagon],
  high: ['orange', IconAlertTriangle],
  medium: ['yellow', IconAlertTriangle],
  low: ['gray', IconInfoCircle],
} as const

export const stateWords: Readonly<Record<State, string>> = {
  open: 'open',
  'came-back': 'came back',
  accepted: 'accepted',
  fixed: 'fixed',
}

const ofState = {
  open: ['red', IconCircleDot],
  'came-back': ['red', IconArrowBackUp],
  accepted: ['blue', IconUserCheck],
  fixed: ['green', IconCircleCheck],
} as const

export function SeverityBadge({ severity }: { readonly severity: Severity }): ReactElement {
  const [color, Icon] = ofSeverity[severity]
  return (
    <Badge color={color} variant="light" radius="sm" leftSection={<Icon size={12} aria-hidden />}>
      {severity}
    </Badge>
  )
}

export function StateBadge({ state }: { readonly state: State }): ReactElement {
  const [color, Icon] = ofState[state]
  return (
    <Badge color={color} variant="light" radius="sm" leftSection={<Icon size={12} aria-hidden />}>
      {stateWords[state]}
    </Badge>
  )
}

const ofGuard = {
  refuses: ['green', IconShieldCheck, 'guard refuses it'],
  observes: ['orange', IconEye, 'guard only records it'],
  'lets-through': ['red', IconShieldOff, 'guard lets it through'],
} as const

/** Whether the guard in front refuses such calls now. */
export function GuardBadge({ standing }: { readonly standing: Finding['guard'] }): ReactElement {
  const [color, Icon, word] = ofGuard[standing]
  return (
    <Badge color={color} variant="light" radius="sm" tt="none" leftSection={<Icon size={12} aria-hidden />}>
      {word}
    </Badge>
  )
}

export const momentWords: Readonly<Record<Detail['history'][number]['what'], string>> = {
  found: 'found',
  seen: 'seen again by a run',
  'came-back': 'came back',
  held: 'fixed: a run tried it, and it held',
  'held-elsewhere': 'held at another target',
  'not-reached': 'a run did not reach it',
  'verified-fixed': 'tried again: fixed',
  'verified-open': 'tried again: still open',
  'verified-unclear': 'tried again: impossible to tell',
  'guarded-fixed': 'tried through the guard: closed',
  'guarded-open': 'tried through the guard: not closed',
  'guarded-unclear': 'tried through the guard: impossible to tell',
  accepted: 'accepted',
  'acceptance-withdrawn': 'acceptance withdrawn',
  'acceptance-ended': 'acceptance ended',
}
