import { Anchor, type AnchorProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { ComponentPropsWithRef, ReactElement } from 'react'

function Plain(props: AnchorProps & Omit<ComponentPropsWithRef<'a'>, keyof AnchorProps>): ReactElement {
  return <Anchor {...props} />
}

/** A link to a page of the console; its address is checked by type. */
export const Go = createLink(Plain)
