/** How often something was let through, asked about and refused: by a sign, and in words for who cannot see it. */
import { VisuallyHidden } from '@mantine/core'
import { IconCheck, IconHandStop, IconX } from '@tabler/icons-react'
import type { ReactElement } from 'react'
import './numbers.css'
import type { Numbers } from './seen.ts'

const signs = [
  ['allowed', IconCheck],
  ['asked', IconHandStop],
  ['refused', IconX],
] as const

const brief = new Intl.NumberFormat('en', { notation: 'compact' })

export function Times({ numbers }: { readonly numbers: Partial<Numbers> }): ReactElement {
  return (
    <>
      {signs.map(([what, Icon]) => {
        const n = numbers[what] ?? 0
        return n === 0 ? null : (
          <span key={what} className={`times ${what}`} title={`${n} ${what}`}>
            {' '}
            <Icon size={11} stroke={2.6} aria-hidden />
            {brief.format(n)}
            <VisuallyHidden> {what}</VisuallyHidden>
          </span>
        )
      })}
    </>
  )
}

/** What the signs and lines of a drawing mean. */
export function Legend({ dashed }: { readonly dashed: string }): ReactElement {
  return (
    <span className="legend">
      {signs.map(([what, Icon]) => (
        <span key={what} className={`times ${what}`}>
          <Icon size={11} stroke={2.6} aria-hidden /> {what}
        </span>
      ))}
      <span>{dashed}</span>
    </span>
  )
}
