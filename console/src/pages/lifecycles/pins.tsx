/** Findings where they broke what is drawn. What somebody accepted is there, and does not shout. */
import { IconAlertOctagon, IconAlertTriangle, IconInfoCircle, IconUserCheck } from '@tabler/icons-react'
import type { ReactElement, ReactNode } from 'react'
import { Panel } from '../../parts/panel.tsx'
import { To } from '../../parts/to.tsx'
import { SeverityBadge, StateBadge } from '../findings/words.tsx'
import './pins.css'
import type { Traffic } from './seen.ts'

export type PinnedFinding = Pick<Traffic['pins'][number], 'fingerprint' | 'title' | 'severity' | 'state'>

const icons = {
  critical: IconAlertOctagon,
  high: IconAlertTriangle,
  medium: IconAlertTriangle,
  low: IconInfoCircle,
} as const

export function isOpen({ state }: PinnedFinding): boolean {
  return state !== 'accepted'
}

/** The worst of those at one place, and how many more there are; those that are open come first. */
export function Pins({ pins }: { readonly pins: readonly PinnedFinding[] }): ReactElement | null {
  const [first, ...others] = [...pins.filter(isOpen), ...pins.filter((each) => !isOpen(each))]
  if (first === undefined) return null
  const { fingerprint, title, severity } = first
  const Icon = isOpen(first) ? icons[severity] : IconUserCheck
  const word = isOpen(first) ? severity : 'accepted'
  return (
    <span className="pins">
      <To
        href={`/findings/${encodeURIComponent(fingerprint)}`}
        className={`pin ${isOpen(first) ? severity : 'quiet'}`}
        title={title}
        aria-label={`Finding, ${word}: ${title}`}
        underline="never"
        fz={11}
        lh="18px"
      >
        <Icon size={12} aria-hidden /> {word}
      </To>
      {others.length > 0 && (
        <a href="#findings" className="pin more" aria-label={`${others.length} more findings here`}>
          +{others.length}
        </a>
      )}
    </span>
  )
}

export interface BrokenProps<Pin extends PinnedFinding> {
  readonly pins: readonly Pin[]
  /** Where it is, in words. */
  readonly where: (pin: Pin) => ReactNode
}

/** All findings that stand on a drawing, in words. */
export function Broken<Pin extends PinnedFinding>({ pins, where }: BrokenProps<Pin>): ReactElement | null {
  if (pins.length === 0) return null
  return (
    <div id="findings">
      <Panel title="Proven possible" aside="findings, in whichever time">
        <ul className="lifecycle-list">
          {pins.map((pin) => (
            <li key={pin.fingerprint}>
              <SeverityBadge severity={pin.severity} />{' '}
              {pin.state !== 'open' && (
                <>
                  <StateBadge state={pin.state} />{' '}
                </>
              )}
              <To href={`/findings/${encodeURIComponent(pin.fingerprint)}`} fz="sm" underline="always">
                {pin.title}
              </To>{' '}
              <span className="where">{where(pin)}</span>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  )
}
