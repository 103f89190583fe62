/** A link to another place of the console, written as an address. */
import { Anchor, type AnchorProps } from '@mantine/core'
import { useRouter } from '@tanstack/react-router'
import type { MouseEvent, ReactElement, ReactNode } from 'react'

export interface ToProps extends AnchorProps {
  readonly href: string
  readonly title?: string
  readonly children: ReactNode
}

export function To({ href, children, ...others }: ToProps): ReactElement {
  const { history } = useRouter()
  const go = (event: MouseEvent): void => {
    // Whoever wants another window gets one.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return
    event.preventDefault()
    history.push(href)
  }
  return (
    <Anchor href={href} onClick={go} fz="inherit" lh="inherit" {...others}>
      {children}
    </Anchor>
  )
}
